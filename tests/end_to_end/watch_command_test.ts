/**
 * Watching in the terminal, and two models side by side.
 *
 * @module
 */

import { assertEquals, assertMatch, assertStringIncludes } from "../harness/assert.ts";
import { browserTest } from "../harness/browser.ts";
import { decode } from "../harness/bytes.ts";
import { exchange } from "../harness/clients.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { PageProcess } from "../harness/page_process.ts";
import { run } from "../harness/playground.ts";
import { processTree, stillRunning } from "../harness/processes.ts";
import { InTerminal } from "../harness/terminal.ts";
import { test, testTogether } from "../harness/test.ts";
import { addressOf, startWatched, toListener } from "../harness/watching.ts";

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
  assertMatch(output, /epoll_wait looked at 1, ready 1; in vain so far: \d/);
  assertMatch(output, /\. epoll_wait {2}a accept {2}r recv {2}█ handler/);
  assertMatch(output, /-15 s +-10 s +-5 s +now/);
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

testTogether([
  {
    name: "watch gives up a port that accepts connections and says nothing",
    fn: async () => {
      using mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const terminal = new InTerminal(["watch", `127.0.0.1:${mute.addr.port}`], 80, 24);
      const output = await terminal.end();
      assertMatch(output, /accepted the connection but sent nothing for 5 s/);
      assertRestored(output, 1);
    },
  },
  {
    name: "watch through a tunnel with another port says which port it must have",
    fn: async () => {
      await using server = await startWatched(["select"]);
      const view = toListener(await addressOf(server));
      const tunnel = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const carrying = carry(tunnel, view);
      const terminal = new InTerminal(["watch", `127.0.0.1:${tunnel.addr.port}`], 200, 24);
      const output = await terminal.end();
      assertMatch(output, /the same port at both ends, as in ssh -L/);
      assertRestored(output, 1);
      tunnel.close();
      await carrying;
    },
  },
  {
    name: "watch counts messages that it does not draw, and says how many there are",
    fn: async () => {
      await using server = await startWatched(["epoll"]);
      const { host } = new URL(await addressOf(server));
      const terminal = new InTerminal(["watch", host], 160, 20);
      await terminal.until("0 connected");
      const flood = ["flood", "--port", `${server.port}`, "--conns", "300", "--duration", "1s"];
      // On a busy machine, one may be over before the terminal shows anything of it.
      let isSeen = false;
      const flooding = async () => {
        while (!isSeen) assertEquals((await run([...flood, "--no-think", "--quiet"])).code, 0);
      };
      const seeing = async () => {
        await terminal.until(/[\d,]+ of [\d,]+ messages drawn, [\d,]+ not drawn/);
        await terminal.until(/being served +≈ [1-9]/);
        isSeen = true;
      };
      await Promise.all([flooding(), seeing()]);
      await terminal.press("q");
      assertRestored(await terminal.end(), 0);
    },
  },
], { ignore: !isLinux });

/** Carries what comes to a listener to another one, until it is closed. */
async function carry(tunnel: Deno.TcpListener, to: Deno.ConnectOptions): Promise<void> {
  for await (const near of tunnel) {
    const far = await Deno.connect(to);
    // Either end may leave first, and the other one hears of it.
    near.readable.pipeTo(far.writable).catch(() => {});
    far.readable.pipeTo(near.writable).catch(() => {});
  }
}

test("watch has a line for who watches nobody, or without a terminal", async () => {
  assertOneLine(await run(["watch"]), 2, /^playground watch needs a terminal/);
  assertOneLine(await run(["watch", "no where"]), 2, /^no where: an address looks like/);
  assertOneLine(await run(["watch", "a:1", "b:2"]), 2, /^unexpected argument b:2;/);
  assertOneLine(await run(["watch", "--open"]), 2, /^--open has no effect without --compare/);
  assertOneLine(await run(["watch", "--compare", "select"]), 2, /^--compare needs two models/);
  assertOneLine(await run(["watch", "--compare", "select", "epol"]), 2, /^unknown model epol/);
  assertOneLine(await run(["serve", "select", "--open"]), 2, /^--open has no effect without/);
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
