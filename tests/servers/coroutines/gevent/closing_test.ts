/**
 * Sockets that are closed, that receive nothing, and for which nobody waits. What is expected is what
 * Python's gevent 22.10 does.
 *
 * @module
 */

// @ts-types="../../../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import {
  type Coroutine,
  Event,
  GeventListener,
  LoopExit,
  sleep,
  SocketClosed,
  SocketLoop,
  spawn,
} from "../../../../servers/coroutines/gevent/mod.ts";
import { WOULD_BLOCK } from "../../../../servers/sockets/interface.ts";
import { assert, assertEquals, assertInstanceOf, assertLess } from "../../../harness/assert.ts";
import { decode, encode } from "../../../harness/bytes.ts";
import { writeAll } from "../../../harness/clients.ts";
import { joinWrite, receiveAll, runOver } from "../../../harness/gevent_sockets.ts";
import { makeHub, thrownBy } from "../../../harness/hub.ts";
import "../../../harness/sanitizers.ts";
import { testEachKind } from "../../../harness/sockets.ts";

testEachKind(
  "gevent: closing a socket ends the wait of whoever receives from it",
  async (setting) => {
    await setting.connect();
    const failures = await runOver(setting, function* ({ listener }) {
      const socket = yield* listener.accept();
      const reader = spawn(function* reader(): Coroutine {
        yield* socket.recv(10);
      });
      yield* sleep(0);
      socket.close();
      yield* reader.join();
      assertInstanceOf(reader.error, SocketClosed);
    });
    assertEquals(failures, ["<Greenlet at 0x1: reader()> failed: this side has closed the socket"]);
  },
);

testEachKind("gevent: closing a socket ends the wait of whoever sends to it", async (setting) => {
  await setting.connect(); // and never receives
  await runOver(setting, function* ({ listener }) {
    const socket = yield* listener.accept();
    const sender = spawn(function* (): Coroutine {
      yield* socket.send(new Uint8Array(50_000_000));
    });
    while (sender.parkedIn === undefined) yield* sleep(0);
    socket.close();
    yield* sender.join();
    assertInstanceOf(sender.error, SocketClosed);
  });
  for (const connection of setting.sockets.connections) connection.abort();
});

testEachKind(
  "gevent: a socket that was closed neither receives nor sends",
  async (setting) => {
    const client = await setting.connect();
    await runOver(setting, function* ({ listener }) {
      const socket = yield* listener.accept();
      yield* joinWrite(client, "unread");
      socket.close();
      socket.close();
      for (const sizeBytes of [10, 0]) {
        const refused = yield* thrownBy(socket.recv(sizeBytes));
        assertInstanceOf(refused, SocketClosed);
        assertEquals(refused.code, "EBADF");
      }
      function* send(): Coroutine {
        yield* socket.send(encode("into nothing"));
      }
      assertInstanceOf(yield* thrownBy(send()), SocketClosed);
    });
  },
);

testEachKind(
  "gevent: recv(0) receives nothing, does not wait, and ends nothing",
  async (setting) => {
    const client = await setting.connect();
    await runOver(setting, function* ({ listener }) {
      const socket = yield* listener.accept();
      assertEquals((yield* socket.recv(0)).length, 0);
      yield* joinWrite(client, "hello");
      assertEquals((yield* socket.recv(0)).length, 0);
      assertEquals(decode(yield* receiveAll(socket, 5)), "hello");
      for (const sizeBytes of [-1, NaN]) {
        assertInstanceOf(yield* thrownBy(socket.recv(sizeBytes)), RangeError);
      }
      socket.close();
    });
  },
);

testEachKind("a receive into no room does not end the stream", async (setting) => {
  const { client, connection } = await setting.pair();
  await writeAll(client, encode("hello"));
  await setting.sockets.readable(connection);
  const nothing = connection.tryRecv(0);
  assert(nothing === WOULD_BLOCK || nothing.length === 0);
  const bytes = connection.tryRecv(10);
  assert(bytes !== WOULD_BLOCK);
  assertEquals(decode(bytes), "hello");
  connection.close();
});

testEachKind(
  "gevent: sockets for which no greenlet waits do not keep a hub from its LoopExit",
  async (setting) => {
    await setting.connect();
    let isStuck = false;
    await runOver(setting, function* ({ listener }) {
      const socket = yield* listener.accept();
      try {
        yield* new Event().wait();
      } catch (error) {
        isStuck = error instanceof LoopExit;
      }
      // One for which a greenlet waits is a reason to wait, as long as it does.
      const accepting = spawn(function* (): Coroutine {
        yield* listener.accept();
      });
      const event = new Event();
      assertEquals(yield* event.wait(20), false);
      yield* accepting.kill();
      assertInstanceOf(yield* thrownBy(event.wait()), LoopExit);
      socket.close();
    });
    assertEquals(isStuck, true);
  },
);

testEachKind(
  "gevent: those who sleep for a month, or for ever, do not wake the hub meanwhile",
  async (setting) => {
    const loop = new CountingLoop(setting.sockets);
    const { hub, failures } = makeHub(loop);
    const connecting = delay(100).then(() => setting.connect());
    await hub.run(function* () {
      const listener = new GeventListener(loop, setting.listener);
      for (const ms of [2_592_000_000, 1e300, Infinity]) spawn(sleeper, ms);
      const socket = yield* listener.accept();
      socket.close();
    });
    assertEquals(failures, []);
    assertLess(loop.waits, 10);
    await connecting;
  },
);

/** Counts how often its hub waits. */
class CountingLoop extends SocketLoop {
  waits = 0;

  override wait(timeoutMs: number): Promise<void> {
    this.waits++;
    return super.wait(timeoutMs);
  }
}

function* sleeper(ms: number): Coroutine {
  yield* sleep(ms);
}
