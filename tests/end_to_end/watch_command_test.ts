/**
 * Watching in the terminal, two models side by side, and what was recorded.
 *
 * @module
 */

import { assertEquals, assertMatch, assertStringIncludes } from "../harness/assert.ts";
import { browserTest } from "../harness/browser.ts";
import { decode, encode } from "../harness/bytes.ts";
import { exchange, writeAll } from "../harness/clients.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { PageProcess } from "../harness/page_process.ts";
import { run, Server } from "../harness/playground.ts";
import { processTree, stillRunning } from "../harness/processes.ts";
import { InTerminal } from "../harness/terminal.ts";
import { test } from "../harness/test.ts";
import { addressOf, startWatched } from "../harness/watching.ts";

const isLinux = Deno.build.os === "linux";
const ENTER = "\x1b[?1049h";
const LEAVE = "\x1b[?1049l";

/** Checks that the terminal is as it was, and how the command ended. */
function assertRestored(output: string, status: number): void {
  assertEquals(output.split(ENTER).length, output.split(LEAVE).length);
  assertStringIncludes(output, `status ${status}`);
  assertMatch(output, / icanon /);
  assertMatch(output, / echo /);
}

test("watch shows a server in the terminal until q is pressed, and leaves no trace", async () => {
  await using server = await startWatched(["epoll"]);
  const { host } = new URL(await addressOf(server));
  using client = await server.connect();
  const terminal = new InTerminal(["watch", host], 100, 30);
  await terminal.until("the loop ");
  assertEquals(await exchange(client, "hello"), "hello");
  await terminal.until(/received from .*"hello"/);
  await terminal.press("q");
  const output = await terminal.end();
  assertMatch(output, /epoll {2}127\.0\.0\.1:\d+ {2}deno {2}one loop for all/);
  assertMatch(output, /1 connected/);
  assertRestored(output, 0);
}, { ignore: !isLinux });

test("watch gives the terminal back when the server ends, and says so", async () => {
  await using server = await startWatched(["blocking"]);
  const { host } = new URL(await addressOf(server));
  const terminal = new InTerminal(["watch", host], 80, 24);
  await terminal.until("blocking ");
  await server.stop();
  const output = await terminal.end();
  assertStringIncludes(output.slice(output.indexOf(LEAVE)), "the server is gone");
  assertRestored(output, 1);
}, { ignore: !isLinux });

test("watch gives the terminal back when it is told to end by a signal", async () => {
  await using server = await startWatched(["select"]);
  const { host } = new URL(await addressOf(server));
  const terminal = new InTerminal(["watch", host], 80, 24);
  await terminal.until("select ");
  for (const pid of await watchersOf(host)) Deno.kill(pid, "SIGTERM");
  assertRestored(await terminal.end(), 0);
}, { ignore: !isLinux });

/** The processes that watch a page in a terminal, and not the shells around them. */
async function watchersOf(host: string): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-A", "-o", "pid=,args="] }).output();
  return decode(stdout).split("\n").filter((row) => row.endsWith(` watch ${host}`))
    .map((row) => parseInt(row, 10));
}

test("watch has a line for who watches nobody, or without a terminal", async () => {
  assertOneLine(await run(["watch"]), 2, /^playground watch needs a terminal/);
  assertOneLine(await run(["watch", "no where"]), 2, /^no where: an address looks like/);
  assertOneLine(await run(["watch", "a:1", "b:2"]), 2, /^unexpected argument b:2;/);
  assertOneLine(await run(["watch", "--open"]), 2, /^--open means nothing without --compare/);
  assertOneLine(await run(["watch", "--compare", "select"]), 2, /^--compare needs two models/);
  assertOneLine(await run(["watch", "--compare", "select", "epol"]), 2, /^unknown model epol/);
  assertOneLine(await run(["serve", "select", "--open"]), 2, /^--open means nothing without/);
  assertOneLine(await run(["replay", "/nowhere"]), 1, /^\/nowhere: /);
});

browserTest("watch --compare shows two models under the same clients", async ({
  page,
  complaints,
}) => {
  const { process, address } = await PageProcess.start(
    ["watch", "--compare", "blocking", "thread", "--port", "0"],
  );
  await using _ = process;
  await page.goto(address);
  await page.getByRole("heading", { name: "thread", exact: true }).waitFor();
  assertEquals(await page.locator("section.run h2").allTextContents(), ["blocking", "thread"]);
  for (let i = 0; i < 2; i++) await page.getByRole("button", { name: "+1", exact: true }).click();
  for (const summary of await page.locator("details.clients summary").all()) await summary.click();
  const [blocking, thread] = await page.locator("section.run").all();
  await thread.getByRole("cell", { name: "thread 2" }).waitFor();
  if (isLinux) await blocking.getByRole("cell", { name: "in the backlog" }).waitFor();
  const tree = await processTree(process.pid);
  assertEquals(await process.stop(), 0);
  assertEquals([await stillRunning(tree), complaints], [[], []]);
});

browserTest("a run that was recorded is replayed without the server that made it", async ({
  page,
  complaints,
}) => {
  const directory = await Deno.makeTempDir();
  const file = `${directory}/run.jsonl`;
  try {
    const { port } = await recordOneClient(file);
    const { process, address } = await PageProcess.start(["replay", file, "--port", "0"]);
    await using _ = process;
    await page.goto(address);
    await page.locator("section.run .address", { hasText: `127.0.0.1:${port}` }).waitFor();
    await page.locator(".log li", { hasText: '"for the record"' }).first().waitFor();
    assertEquals(await page.locator(".controls").count(), 0);
    const slider = page.getByRole("slider", { name: "Time" });
    const end = Number(await slider.getAttribute("max"));
    while (Number(await slider.inputValue()) < end - 300) await page.waitForTimeout(50);
    assertEquals(await process.stop(), 0);
    assertEquals(complaints, []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

for (const begun of ["", "GET / HT"]) {
  test(`a replay ends though a browser keeps a connection with "${begun}" open`, async () => {
    const directory = await Deno.makeTempDir();
    const file = `${directory}/run.jsonl`;
    try {
      await recordOneClient(file);
      const { process, address } = await PageProcess.start(["replay", file, "--port", "0"]);
      await using _ = process;
      using spare = await Deno.connect(toListener(address));
      await writeAll(spare, encode(begun));
      await (await fetch(address)).text(); // so the process has accepted the one before
      assertEquals(await process.stop(), 0);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

/** What to connect to for an address of a page. */
function toListener(address: string): Deno.ConnectOptions {
  const { hostname, port } = new URL(address);
  return { hostname, port: Number(port) };
}

/** Records a server with a client that says something, until the client has left. */
async function recordOneClient(file: string): Promise<Server> {
  await using server = await Server.start(["select", "--record", file]);
  const client = await server.connect();
  await server.event("accepted");
  assertEquals(await exchange(client, "for the record"), "for the record");
  client.close();
  await server.event("closed");
  assertEquals((await server.stop()).code, 0);
  return server;
}
