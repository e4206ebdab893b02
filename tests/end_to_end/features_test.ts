/**
 * What single models and handlers promise beyond what all do.
 *
 * @module
 */

// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals, assertMatch, assertNotMatch, assertRejects } from "../harness/assert.ts";
import { assertSameBytes, decode, encode, randomBytes } from "../harness/bytes.ts";
import { echoInPieces, exchange, readExactly, readToEnd, writeAll } from "../harness/clients.ts";
import { spokenInTime } from "../harness/in_time.ts";
import { floodUntilServed } from "../harness/interrupted.ts";
import { run, Server } from "../harness/playground.ts";
import { processTree, stillRunning, untilNextLook } from "../harness/processes.ts";
import { test, testTogether } from "../harness/test.ts";
import { MODELS } from "./models.ts";

const isWindows = Deno.build.os === "windows";

test("blocking: the next client gets an answer to all that it sent meanwhile", async () => {
  await using server = await Server.start(["blocking", "--quiet"]);
  using first = await server.connect();
  assertEquals(await exchange(first, "first"), "first");
  using second = await server.connect();
  await writeAll(second, encode("sent "));
  await writeAll(second, encode("meanwhile"));
  // The first is served after the second has sent, so whatever were to come would be there by now.
  assertEquals(await exchange(first, "still first"), "still first");
  first.close();
  assertEquals(decode(await readExactly(second, 14)), "sent meanwhile");
});

for (const { name, args } of MODELS.filter(({ args: [model] }) => model === "select")) {
  test(`${name}: a line at the terminal stops it`, async () => {
    await using server = await Server.start([...args, "--quiet"]);
    const keyboard = server.stdin.getWriter();
    await keyboard.write(encode("stop\n"));
    keyboard.releaseLock();
    const { code } = await server.outcome();
    assertEquals([code, server.events("stopped").length], [0, 1]);
  });

  test(`${name}: the end of standard input is not a line`, async () => {
    await using server = await Server.start([...args, "--quiet"]);
    await server.stdin.close();
    const conn = await server.connect();
    for (let i = 0; i < 20; i++) assertEquals(await exchange(conn, "on"), "on");
    conn.close(); // the stop would wait for it
    assertEquals((await server.stop()).code, 0);
  });
}

const EPOLL_FLAGS = [
  ["--trigger", "edge"],
  ["--trigger", "level"],
  ["--trigger", "edge", "--oneshot"],
  ["--trigger", "level", "--oneshot"],
].flatMap((flags) => hasSystemCalls() ? [flags, [...flags, "--sockets", "libc"]] : [flags]);

for (const flags of EPOLL_FLAGS) {
  const server = ["epoll", ...flags, "--quiet"];

  test(`epoll ${flags.join(" ")}: bytes come back whole, however they arrive`, async () => {
    await using epoll = await Server.start([...server, "--recv-size", "1000"]);
    await Promise.all(Array.from({ length: 10 }, async () => {
      using conn = await epoll.connect();
      await echoInPieces(conn, randomBytes(500_000));
    }));
  });

  test(`epoll ${flags.join(" ")}: who does not read at first gets all of its echo`, async () => {
    await using epoll = await Server.start(server);
    using conn = await epoll.connect();
    const bytes = randomBytes(3_000_000); // more than fits on the way, so that the client is blocked
    const sending = writeAll(conn, bytes).then(() => conn.closeWrite());
    using other = await epoll.connect();
    for (let i = 0; i < 20; i++) assertEquals(await exchange(other, "not held up"), "not held up");
    const [echo] = await Promise.all([readToEnd(conn), sending]);
    assertSameBytes(echo, bytes);
  });

  test(`epoll ${flags.join(" ")}: an answer that is put off is given, and so is the next`, async () => {
    await using epoll = await Server.start([...server, "--sleep", "20"]);
    await Promise.all(Array.from({ length: 10 }, async (_, index) => {
      using conn = await epoll.connect();
      for (let i = 0; i < 3; i++) {
        assertEquals(await exchange(conn, `${index}:${i}`), `${index}:${i}`);
      }
      // What comes while the client's answer is not due is answered after it.
      await writeAll(conn, encode("one"));
      await writeAll(conn, encode("two"));
      assertEquals(decode(await readExactly(conn, 6)), "onetwo");
    }));
  });
}

test("process --exec: any program serves", async () => {
  await using server = await Server.start(["process", "--quiet", "--exec", "tr 'a-z' 'A-Z'"]);
  using conn = await server.connect();
  await writeAll(conn, encode("shout"));
  await conn.closeWrite();
  assertEquals(decode(await readToEnd(conn)), "SHOUT");
}, { ignore: isWindows });

test("process: a child that is killed ends its client only, and is reported", async () => {
  await using server = await Server.start(["process", "--quiet"]);
  const before = await processTree(server.pid);
  using victim = await server.connect();
  assertEquals(await exchange(victim, "victim"), "victim");
  const [child] = (await processTree(server.pid)).filter((pid) => !before.includes(pid));
  using witness = await server.connect();
  assertEquals(await exchange(witness, "witness"), "witness");
  Deno.kill(child, "SIGKILL");
  assertEquals((await readToEnd(victim)).length, 0);
  const said = await server.event("child-ended");
  assertEquals([said.pid, said.signal], [child, "SIGKILL"]);
  assertEquals(await exchange(witness, "unharmed"), "unharmed");
}, { ignore: isWindows });

test("process: children end when their parent is killed", async () => {
  await using server = await Server.start(["process", "--quiet", "--spare", "2"]);
  using conn = await server.connect();
  assertEquals(await exchange(conn, "served"), "served");
  const tree = await processTree(server.pid);
  server.signal("SIGKILL");
  await server.outcome();
  // They see the end of their standard input, and need a moment to end.
  for (let look = 0; (await stillRunning(tree)).length > 0; look++) {
    assertEquals(look < 500, true, "children are left behind");
    await untilNextLook();
  }
}, { ignore: isWindows });

/** The last has its clients in other processes, which count as well. */
const LIMITED = [["epoll"], ["process", "--sockets", "libc", "--exec", "cat"]];

for (const args of LIMITED) {
  test(
    `${
      args.join(" ")
    }: --max-clients refuses the next client, and serves another when one has left`,
    async () => {
      await using server = await Server.start([...args, "--max-clients", "2"]);
      using first = await server.connect();
      const second = await server.connect();
      assertEquals(await exchange(first, "one"), "one");
      assertEquals(await exchange(second, "two"), "two");
      using third = await server.connect();
      assertEquals((await readToEnd(third)).length, 0);
      await server.event("refused");
      second.close();
      await server.event("closed");
      using fourth = await server.connect();
      assertEquals(await exchange(fourth, "four"), "four");
    },
    { ignore: args.includes("libc") && !hasSystemCalls() },
  );
}

testTogether(MODELS.map(({ name, args, isSerial }) => {
  // A client counts as silent while a thread or a process is being started for it.
  const timeoutMs = ["thread", "process"].includes(args[0]) ? 1_000 : 500;
  return {
    name: `${name}: --idle-timeout ends a silent client and no other`,
    fn: () =>
      spokenInTime(timeoutMs, async ({ connect, exchange }) => {
        const flags = ["--quiet", "--idle-timeout", `${timeoutMs}ms`];
        await using server = await Server.start([...args, ...flags]);
        using silent = await connect(server);
        assertEquals(await exchange(silent, "hello"), "hello");
        const ended = readToEnd(silent);
        ended.catch(() => {}); // looked at below
        if (!isSerial) {
          using talker = await connect(server);
          let isOver = false;
          ended.finally(() => isOver = true).catch(() => {});
          while (!isOver) {
            assertEquals(await exchange(talker, "tick"), "tick");
            await delay(10); // many times in the timeout, and without a load
          }
        }
        assertEquals((await ended).length, 0);
        // The descriptor is given back though the client has not closed: what is sent now is refused.
        await assertRejects(async () => {
          for (;; await delay(5)) await writeAll(silent, encode("anybody there?"));
        }, Error);
      }),
  };
}));

test("a second SIGINT does not wait for the grace", async () => {
  await using server = await Server.start(["select", "--quiet", "--grace", "100s"]);
  using conn = await server.connect();
  assertEquals(await exchange(conn, "here"), "here");
  server.signal("SIGINT");
  await server.event("stopping");
  server.signal("SIGINT");
  assertEquals((await readToEnd(conn)).length, 0);
  conn.close();
  assertEquals((await server.outcome()).code, 0);
}, { ignore: isWindows });

test("a handler that never ends its turn does not keep the server from stopping", async () => {
  await using server = await Server.start([
    "select",
    "--cpu",
    "60000",
    "--grace",
    "0",
  ]);
  using conn = await server.connect();
  await writeAll(conn, encode("burn"));
  await server.event("received"); // a client that is not accepted yet would not be there to stop
  const { code } = await server.stop();
  assertEquals([code, server.events("cut-off").length], [0, 1]);
});

// What each model does with files' handlers stands in speaking_handlers_test.ts, and with `close` in that of kv.
for (const { name, args } of MODELS.filter(({ args: [model] }) => model === "select")) {
  test(`${name} --handler ./file.js: a file's handler, and one that throws ends its client only`, async () => {
    const file = await Deno.makeTempFile({ suffix: ".js" });
    try {
      await Deno.writeTextFile(file, HANDLER);
      await using server = await Server.start([...args, "--quiet", "--handler", file]);
      const bad = await server.connect();
      await writeAll(bad, encode("throw"));
      assertEquals((await readToEnd(bad)).length, 0);
      bad.close();
      using good = await server.connect();
      await writeAll(good, encode("hi"));
      assertEquals(decode(await readExactly(good, 7)), "1: hi!\n");
      await writeAll(good, encode("bye"));
      assertEquals(decode(await readToEnd(good)), "2: bye!\n");
    } finally {
      await Deno.remove(file);
    }
  });
}

const HANDLER = `
export default function greet() {
  let count = 0;
  const decoder = new TextDecoder();
  return {
    receive(chunk) {
      const text = decoder.decode(chunk);
      if (text === "throw") throw new Error("thrown on purpose");
      return { bytes: \`\${++count}: \${text}!\\n\`, close: text === "bye" };
    },
  };
}
`;

test("select and flood hold 1,000 connections together: none lost, nothing wrong", async () => {
  await using server = await Server.start(["select", "--quiet"]);
  const port = String(server.port);
  const flood = await floodUntilServed(1_000, ["--port", port, "--think", "500", "--json"]);
  const { served, lost, refused, wrongBytes, messagesEchoed } = JSON.parse(flood.stdout);
  assertEquals([served, lost, refused, wrongBytes], [1_000, 0, 0, 0]);
  assertEquals(flood.code, 0);
  await server.stop();
  const [totals] = server.events("stopped");
  assertEquals(totals.accepted, 1_000);
  assertEquals(Number(messagesEchoed) >= 1_000, true);
});

test("connect: sends what is typed and shows what comes back", async () => {
  await using server = await Server.start(["async", "--quiet", "--handler", "upper"]);
  const address = `127.0.0.1:${server.port}`;
  const { code, stdout, stderr } = await run(["connect", address], { input: "one\ntwo\n" });
  assertEquals([code, stdout], [0, "ONE\nTWO\n"]);
  assertMatch(stderr, new RegExp(`^connected to ${address}`));
  assertNotMatch(stderr, /Error/);
});
