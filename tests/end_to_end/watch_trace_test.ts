/**
 * Traces for Perfetto, of running servers and of recordings.
 *
 * @module
 */

import { assert, assertEquals, assertGreater, assertMatch } from "../harness/assert.ts";
import { exchange } from "../harness/clients.ts";
import { withDirectory } from "../harness/directory.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { run, Server } from "../harness/playground.ts";
import { untilNamed } from "../harness/recorded.ts";
import { test } from "../harness/test.ts";
import { checkTrace, parseTrace, threadName } from "../harness/trace_format.ts";

const isLinux = Deno.build.os === "linux";

/** What the lane that serves a client is called, and the calls in which it is seen. */
const LANES: readonly [args: readonly string[], lane: RegExp, calls: readonly string[]][] = [
  [["blocking"], /^the thread$/, ["accept", "recv", "handle", "asleep", "send"]],
  [["thread"], /^thread \d+$/, ["recv", "handle", "asleep", "send"]],
  [["epoll"], /^the loop$/, ["accept", "epoll_wait", "recv", "handle", "send"]],
  [["process", "--sockets", "libc"], /^process \d+$/, ["recv", "handle", "asleep", "send"]],
];

for (const [args, lane, calls] of LANES) {
  test(
    `${args[0]}: a trace shows the calls of its lane, and the client`,
    () =>
      withDirectory(async (directory) => {
        const path = `${directory}/trace.json`;
        await using server = await Server.start([...args, "--trace", path, "--sleep", "60"]);
        await untilNamed(path, args[0]); // the first frame: what comes later is seen to come
        const client = await server.connect();
        const { port } = client.localAddr;
        for (const text of ["hello", "again"]) assertEquals(await exchange(client, text), text);
        client.close();
        await server.event("closed");
        const { code, stderr } = await server.stop();
        assertEquals([code, stderr], [0, ""]);
        const events = parseTrace(await Deno.readTextFile(path));
        const slices = checkTrace(events);
        const ofLane = slices.filter((slice) => lane.test(threadName(events, slice)));
        const seen = new Set(ofLane.map(({ name }) => name));
        for (const call of calls) assert(seen.has(call), `${call} of ${[...seen]}`);
        const handle = ofLane.find(({ name }) => name === "handle");
        assertEquals(handle?.args.peer, `127.0.0.1:${port}`);
        assertEquals(handle?.args.receivedBytes, 5);
        const connection = slices.find(({ name }) => name === "connection");
        assertEquals(connection?.args.peer, `127.0.0.1:${port}`);
        const counters = new Set(events.filter(({ ph }) => ph === "C").map(({ name }) => name));
        for (const name of ["clients", "messages/s"]) {
          assert(counters.has(name), [...counters].join());
        }
      }),
    { ignore: !isLinux && args.includes("libc") },
  );
}

test("a trace can be read though its server was killed", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/trace.json`;
    await using server = await Server.start(["select", "--trace", path]);
    await untilNamed(path, "select");
    using client = await server.connect();
    assertEquals(await exchange(client, "hello"), "hello");
    await untilNamed(path, "handle");
    Deno.kill(server.pid, "SIGKILL");
    const text = await Deno.readTextFile(path);
    const slices = checkTrace(parseTrace(text, { isWhole: false }), { isWhole: false });
    assert(slices.some(({ name }) => name === "handle"));
  }), { ignore: !isLinux });

test(
  "a trace whose disk takes no more ends with a line, and the server goes on",
  () =>
    withDirectory(async (directory) => {
      const path = `${directory}/trace.json`;
      // A file may have 512 bytes, and to write more is an error, not the end of the process: signal(7).
      const before = "trap '' XFSZ && ulimit -f 1";
      await using server = await Server.start(["select", "--trace", path], { before });
      assertEquals((await server.event("trace-failed")).path, path);
      const client = await server.connect();
      assertEquals(await exchange(client, "still here"), "still here");
      client.close();
      const { code, stderr } = await server.stop();
      assertEquals([code, stderr], [0, ""]);
      assertEquals(server.events("trace-failed").length, 1);
    }),
  { ignore: !isLinux },
);

test("a recording becomes a trace, with the same slices", () =>
  withDirectory(async (directory) => {
    const [recording, live, later] = ["run.jsonl", "live.json", "later.json"]
      .map((name) => `${directory}/${name}`);
    await using server = await Server.start(["epoll", "--record", recording, "--trace", live]);
    await untilNamed(live, "epoll");
    const client = await server.connect();
    assertEquals(await exchange(client, "hello"), "hello");
    client.close();
    await server.event("closed");
    await server.stop();
    const { code, stdout, stderr } = await run(["replay", recording, "--trace", later]);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^wrote .*later\.json \(.* kB\): open it at .*perfetto/);
    const [ofLive, ofLater] = await Promise.all([live, later].map(async (path) => {
      const events = parseTrace(await Deno.readTextFile(path));
      return checkTrace(events).filter(({ name }) => name === "handle").map(({ args }) => args);
    }));
    assertGreater(ofLive.length, 0);
    assertEquals(ofLater, ofLive);
    assertOneLine(await run(["replay", recording, "--trace", recording]), 2, /is the recording/);
    assertOneLine(await run(["replay", recording, "--trace", live, "--open"]), 2, /--open and --t/);
    const nowhere = await run(["replay", recording, "--html", `${directory}/no/file.html`]);
    assertOneLine(nowhere, 1, /^--html .*: no such file or directory/);
  }));

test("a recording of before lanes were recorded becomes a trace of clients, and one line says so", () =>
  withDirectory(async (directory) => {
    const [recording, old, trace] = ["run.jsonl", "old.jsonl", "old.json"]
      .map((name) => `${directory}/${name}`);
    await using server = await Server.start(["epoll", "--record", recording]);
    const client = await server.connect();
    assertEquals(await exchange(client, "hello"), "hello");
    client.close();
    await server.event("closed");
    await server.stop();
    const [head, ...frames] = (await Deno.readTextFile(recording)).trimEnd().split("\n")
      .map((line) => JSON.parse(line));
    const older = [
      { ...head, version: 3 },
      ...frames.map((one) => ({ ...one, phases: undefined })),
    ];
    await Deno.writeTextFile(old, older.map((one) => `${JSON.stringify(one)}\n`).join(""));
    const { code, stderr } = await run(["replay", old, "--trace", trace]);
    assertEquals(code, 0);
    assertMatch(stderr, /^--trace .*old\.json: .*clients only.*\n$/);
    const events = parseTrace(await Deno.readTextFile(trace));
    assertEquals(
      new Set(checkTrace(events).map(({ name }) => name)),
      new Set(["connection", "handle"]),
    );
  }));

test("a trace that cannot be written is refused before the server listens", async () => {
  const serve = ["serve", "select", "--port", "0"];
  const outcome = await run([...serve, "--trace", "/nowhere/trace.json"]);
  assertOneLine(outcome, 1, /^--trace \/nowhere\/trace\.json: no such file or directory$/m);
  const both = await run([...serve, "--record", "one", "--trace", "one"]);
  assertOneLine(both, 2, /^--record and --trace need different files/);
});
