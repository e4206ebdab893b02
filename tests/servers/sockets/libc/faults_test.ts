/**
 * What the system does seldom: calls that fail, by a script.
 *
 * @module
 */

import {
  ConnectionReset,
  EPOLLET,
  EPOLLIN,
  type Listener,
  type Sockets,
} from "../../../../servers/sockets/interface.ts";
import { ERRNO, SystemCallError } from "../../../../servers/system/system_interface.ts";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertThrows,
} from "../../../harness/assert.ts";
import { encode } from "../../../harness/bytes.ts";
import { readExactly, writeAll } from "../../../harness/clients.ts";
import "../../../harness/sanitizers.ts";
import { testScripted } from "../../../harness/scripted_calls.ts";
import { nextText, selected } from "../../../harness/sockets.ts";

const SHORT_MS = 30;
const PATIENCE_MS = 5_000;

/** Ways to wait for the listener: whether it was reported. */
const WAITS: Readonly<
  Record<string, (sockets: Sockets, listener: Listener) => (ms: number) => Promise<boolean>>
> = {
  select: (sockets, listener) => async (ms) =>
    (await sockets.select([listener], [], ms)).readable.length > 0,
  poll: (sockets, listener) => {
    const entries = sockets.pollEntries();
    entries.set(listener, EPOLLIN);
    return async (ms) => (await sockets.poll(entries, ms)).length > 0;
  },
  epoll: (sockets, listener) => {
    const epoll = sockets.epoll();
    epoll.add(listener, EPOLLIN);
    return async (ms) => (await epoll.wait(ms)).length > 0;
  },
};

/** As {@linkcode WAITS}, and one that does not report again what it has reported. */
const ALL_WAITS: typeof WAITS = {
  ...WAITS,
  "epoll, edge-triggered,": (sockets, listener) => {
    const epoll = sockets.epoll();
    epoll.add(listener, EPOLLIN | EPOLLET);
    return async (ms) => (await epoll.wait(ms)).length > 0;
  },
};

for (const [name, watch] of Object.entries(ALL_WAITS)) {
  testScripted(
    `EMFILE: ${name} does not report the listener until a connection is closed`,
    async (setting, script) => {
      const { listener } = setting;
      const { client, connection } = await setting.pair();
      const wait = watch(setting.sockets, listener);
      await setting.connect();
      assert(await wait(Infinity));
      const askedBefore = script.asked("accept4");
      script.script("accept4", -ERRNO.EMFILE);
      assertEquals(listener.tryAccept(), null);
      assertEquals(listener.tryAccept(), null);
      assertEquals(script.asked("accept4"), askedBefore + 1);
      assert(!await wait(SHORT_MS));
      client.close();
      connection.close();
      assert(await wait(Infinity));
      assertEquals(listener.tryAccept()?.id, 2);
      assertEquals(setting.notes.lines, [
        "accepted 1",
        "out of descriptors",
        "closed 1",
        "accepted 2",
      ]);
    },
    { waits: true },
  );

  testScripted(
    `EMFILE: ${name} reports the listener when a connection was closed before it waits`,
    async (setting, script) => {
      const { listener } = setting;
      const { client, connection } = await setting.pair();
      const wait = watch(setting.sockets, listener);
      await setting.connect();
      assert(await wait(Infinity));
      script.script("accept4", -ERRNO.EMFILE);
      assertEquals(listener.tryAccept(), null);
      client.close();
      connection.close();
      while (setting.sockets.connections.size > 0) setting.sockets.pause(0);
      // If it is not reported now, it never is; the time limit only makes the failure quick.
      assert(await wait(PATIENCE_MS));
      assertEquals(listener.tryAccept()?.id, 2);
    },
    { waits: true },
  );
}

for (const [name, watch] of Object.entries(WAITS)) {
  testScripted(
    `ENFILE: ${name} waits for a second, and then reports the listener`,
    async (setting, script) => {
      const { listener } = setting;
      const wait = watch(setting.sockets, listener);
      await setting.connect();
      for (let turn = 0; turn < 2; turn++) {
        assert(await wait(Infinity));
        script.script("accept4", -ERRNO.ENFILE);
        const startedMs = performance.now();
        assertEquals(listener.tryAccept(), null);
        let waits = 1;
        while (!await wait(Infinity)) waits++;
        assertGreaterOrEqual(performance.now() - startedMs, 990);
        assertLessOrEqual(waits, 3, "it spins");
      }
      assertEquals(listener.tryAccept()?.id, 1);
      assertEquals(setting.notes.lines, ["out of descriptors", "accepted 1"]);
    },
    { waits: true },
  );
}

testScripted("ENFILE: accept() waits for a second and goes on", async (setting, script) => {
  await setting.connect();
  script.script("accept4", -ERRNO.ENFILE);
  const startedMs = performance.now();
  assertEquals((await setting.listener.accept())?.id, 1);
  assertGreaterOrEqual(performance.now() - startedMs, 990);
  assertEquals(script.asked("accept4"), 2);
  assertEquals(setting.notes.lines, ["out of descriptors", "accepted 1"]);
}, { waits: true });

testScripted("what is not foreseen at accept4 is told, and rests", async (setting, script) => {
  const { listener } = setting;
  await setting.connect();
  assertEquals((await selected(setting, [listener])).readable, [listener]);
  script.script("accept4", -ERRNO.ENOBUFS);
  assertEquals(listener.tryAccept(), null);
  assertEquals((await setting.sockets.select([listener], [], SHORT_MS)).readable, []);
  assertEquals(script.asked("accept4"), 1);
  assertEquals((await selected(setting, [listener])).readable, [listener]);
  assertEquals(listener.tryAccept()?.id, 1);
  assertEquals(setting.notes.lines, [`accept4: ENOBUFS (${ERRNO.ENOBUFS})`, "accepted 1"]);
});

// Those that accept(2) names: they say nothing about the next client.
for (
  const code of [
    "EINTR",
    "ECONNABORTED",
    "ENETDOWN",
    "EPROTO",
    "ENOPROTOOPT",
    "EHOSTDOWN",
    "ENONET",
    "EHOSTUNREACH",
    "EOPNOTSUPP",
    "ENETUNREACH",
  ] as const
) {
  testScripted(`${code} at accept4 is passed over`, async (setting, script) => {
    await setting.connect();
    await selected(setting, [setting.listener]);
    script.script("accept4", -ERRNO[code], -ERRNO[code]);
    assertEquals(setting.listener.tryAccept()?.id, 1);
    script.script("accept4", -ERRNO[code]);
    assertEquals(setting.listener.tryAccept(), null);
    assertEquals(setting.notes.lines, ["accepted 1"]);
  });

  testScripted(`${code} at accept4 is passed over by accept()`, async (setting, script) => {
    await setting.connect();
    script.script("accept4", -ERRNO[code], -ERRNO[code]);
    assertEquals((await setting.listener.accept())?.id, 1);
    assertEquals(setting.notes.lines, ["accepted 1"]);
  }, { waits: true });
}

// One surprise may be somebody else's: between a call and the reading of errno the runtime makes its own.
for (const [name, ...errors] of [["EINTR", "EINTR", "EINTR", "EINTR"], ["EIO once", "EIO"]]) {
  testScripted(`${name} at recv and send: they are tried again`, async (setting, script) => {
    const again = (call: "recv" | "send") =>
      script.script(call, ...errors.map((code) => -ERRNO[code as keyof typeof ERRNO]));
    const { client, connection } = await setting.pair();
    const buffer = new Uint8Array(5);
    await writeAll(client, encode("hello"));
    again("recv");
    assertEquals([await connection.recv(buffer), buffer], [5, encode("hello")]);
    await writeAll(client, encode("again"));
    await selected(setting, [connection]);
    again("recv");
    assertEquals(connection.tryRecv(10), encode("again"));
    again("send");
    await connection.send(encode("one"));
    again("send");
    assertEquals(connection.trySend(encode("two")), 3);
    assertEquals(await readExactly(client, 6), encode("onetwo"));
  });
}

for (const [name, watch] of Object.entries(WAITS)) {
  const call = name === "epoll" ? "epoll_wait" : name === "poll" ? "poll" : "select";
  testScripted(`EINTR at ${name}: it finds nothing, and the next all`, async (setting, script) => {
    const wait = watch(setting.sockets, setting.listener);
    await setting.connect();
    assert(await wait(Infinity));
    script.script(call, -ERRNO.EINTR);
    assert(!await wait(0));
    assert(await wait(0));
    script.script(call, -ERRNO.EBADF);
    const error = await wait(0).catch((error) => error);
    assert(error instanceof SystemCallError);
    assertEquals([error.call, error.code], [call, "EBADF"]);
  }, { waits: true });
}

testScripted("EINTR at poll: readable() goes on waiting", async (setting, script) => {
  const { client, connection } = await setting.pair();
  await writeAll(client, encode("hello"));
  script.script("poll", -ERRNO.EINTR, -ERRNO.EINTR);
  await setting.sockets.readable(connection);
  assertEquals(script.asked("poll"), 3);
}, { waits: true });

testScripted(
  "an error that is not foreseen is thrown when it comes twice",
  async (setting, script) => {
    const { client, connection } = await setting.pair();
    await writeAll(client, encode("hello"));
    await selected(setting, [connection]);
    const attempts = [
      ["recv", () => connection.recv(new Uint8Array(1))],
      ["recv", () => connection.tryRecv(1)],
      ["send", () => connection.send(encode("a"))],
      ["send", () => connection.trySend(encode("a"))],
    ] as const;
    for (const [call, attempt] of attempts) {
      script.script(call, -ERRNO.EIO, -ERRNO.EINTR, -ERRNO.EIO);
      const error = assertThrows(attempt, SystemCallError);
      assertEquals([error.code, error.errno, error.call], ["EIO", 5, call]);
      assertEquals(error.message, `${call}: EIO (5)`);
    }
    assertEquals(await nextText(setting, connection), "hello");
  },
);

for (const code of ["ECONNRESET", "EPIPE", "ETIMEDOUT"] as const) {
  testScripted(`${code} is a reset, and the last call`, async (setting, script) => {
    const { connection } = await setting.pair();
    const other = (await setting.pair()).connection;
    script.script("recv", -ERRNO[code]);
    assertThrows(() => connection.tryRecv(1), ConnectionReset);
    script.script("send", -ERRNO[code]);
    assertThrows(() => other.trySend(encode("a")), ConnectionReset);
    for (const reset of [connection, other]) {
      assertThrows(() => reset.tryRecv(1), ConnectionReset);
      assertThrows(() => reset.trySend(encode("a")), ConnectionReset);
    }
    assertEquals([script.asked("recv"), script.asked("send")], [1, 1]);
    assertEquals(setting.notes.lines.slice(2), ["reset 1", "reset 2"]);
  });
}
