/**
 * Runs that were recorded, and are shown again.
 *
 * @module
 */

import { assertEquals, assertGreater, assertMatch } from "../harness/assert.ts";
import { browserTest } from "../harness/browser.ts";
import { encode } from "../harness/bytes.ts";
import { exchange, writeAll } from "../harness/clients.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { PageProcess } from "../harness/page_process.ts";
import { run, Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";
import { toListener } from "../harness/watching.ts";

const isLinux = Deno.build.os === "linux";

test("a page on a port in use is refused with the flag that chooses another", async () => {
  using dispatched = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = String(dispatched.addr.port);
  const inUse = (flag: string) => new RegExp(`^${flag} ${port}: the port is in use`);
  const compare = ["watch", "--compare", "select", "poll", "--port", port];
  assertOneLine(await run(compare), 1, inUse("--port"));
  await withRecording(async (file) => {
    assertOneLine(await run(["replay", file, "--port", port]), 1, inUse("--port"));
  });
});

test("a server that ends as soon as it listens leaves a recording and a trace that are whole", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const [recording, trace] = [`${directory}/run.jsonl`, `${directory}/run.json`];
    await using server = await Server.start(["epoll", "--record", recording, "--trace", trace]);
    assertEquals((await server.stop()).code, 0);
    const [head, ...frames] = (await Deno.readTextFile(recording)).trimEnd().split("\n");
    assertEquals(JSON.parse(head).hello.model, "epoll");
    assertGreater(frames.length, 0);
    for (const frame of frames) JSON.parse(frame);
    assertGreater(JSON.parse(await Deno.readTextFile(trace)).length, 0);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

test("a recording whose disk takes no more ends with a line, and the server goes on", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/run.jsonl`;
    // A file may have 16 KiB, and to write more is an error, not the end of the process: signal(7).
    const before = "trap '' XFSZ && ulimit -f 32";
    await using server = await Server.start(["select", "--record", path], { before });
    assertEquals((await server.event("recording-failed")).path, path);
    using client = await server.connect();
    assertEquals(await exchange(client, "still here"), "still here");
    client.close(); // the stop would wait for it
    const { code, stderr } = await server.stop();
    assertEquals([code, stderr], [0, ""]);
    assertEquals(server.events("recording-failed").length, 1);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}, { ignore: !isLinux });

browserTest("a run that was recorded is replayed without the server that made it", async ({
  page,
  complaints,
}) => {
  await withRecording(async (file, { port }) => {
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
  });
});

/** What is left of a recording, what is said of that in the terminal and on the page, and if it is drawn. */
const BROKEN: readonly [name: string, change: (text: string) => string, said: RegExp][] = [
  [
    "whose last line is cut off",
    (text) => text.slice(0, -9),
    /left out 1 incomplete line;|left out: 1$/,
  ],
  [
    "that is only its head",
    (text) => text.slice(0, text.indexOf("\n") + 1),
    /ends before anything/,
  ],
];

for (const [name, change, said] of BROKEN) {
  browserTest(`a recording ${name} is replayed as far as it is whole`, async ({
    page,
    complaints,
  }) => {
    await withRecording(async (file) => {
      await Deno.writeTextFile(file, change(await Deno.readTextFile(file)));
      const { process, address } = await PageProcess.start(["replay", file, "--port", "0"]);
      await using _ = process;
      await page.goto(address);
      await page.getByRole("heading", { name: "select", exact: true }).waitFor();
      await page.locator(".lost", { hasText: said }).waitFor();
      assertEquals(await process.stop(), 0);
      assertMatch(process.complaints, said);
      assertEquals([process.complaints.trimEnd().split("\n").length, complaints], [1, []]);
    });
  });
}

for (const begun of ["", "GET / HT"]) {
  test(`a replay ends though a browser keeps a connection with "${begun}" open`, async () => {
    await withRecording(async (file) => {
      const { process, address } = await PageProcess.start(["replay", file, "--port", "0"]);
      await using _ = process;
      using spare = await Deno.connect(toListener(address));
      await writeAll(spare, encode(begun));
      await (await fetch(address)).text(); // so the process has accepted the one before
      assertEquals(await process.stop(), 0);
    });
  });
}

/** Has `work` done with a recording of a server that has ended. */
async function withRecording(work: (file: string, server: Server) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    const file = `${directory}/run.jsonl`;
    await work(file, await recordOneClient(file));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
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
