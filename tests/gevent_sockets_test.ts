// @ts-types="../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import {
  type Coroutine,
  Event,
  GeventListener,
  GeventSocket,
  GreenletExit,
  joinall,
  killall,
  LoopExit,
  sleep,
  SocketClosed,
  SocketLoop,
  spawn,
  withTimeout,
} from "../servers/coroutines/gevent/mod.ts";
import { ConnectFailed, ConnectionReset, WOULD_BLOCK } from "../servers/sockets/interface.ts";
import { assert, assertEquals, assertInstanceOf, assertLess } from "./harness/assert.ts";
import { assertMatch } from "./harness/assert.ts";
import { assertSameBytes, decode, encode, randomBytes } from "./harness/bytes.ts";
import { canReset, writeAll } from "./harness/clients.ts";
import { FakeConnection } from "./harness/fake_connection.ts";
import { makeHub, thrownBy } from "./harness/hub.ts";
import { ManualClock } from "./harness/manual_clock.ts";
import { NEVER_READY } from "./harness/never_ready.ts";
import "./harness/sanitizers.ts";
import { type Setting, testEachKind } from "./harness/sockets.ts";
import { test } from "./harness/test.ts";

/** What a greenlet of a test works with. */
interface Given {
  readonly loop: SocketLoop;
  readonly listener: GeventListener;
  /** Connects to the listener. */
  connect(): Coroutine<GeventSocket>;
}

/** Runs `body` in a greenlet of a hub over the sockets of a test. @returns what failed */
async function runOver(
  { sockets, listener }: Setting,
  body: (given: Given) => Coroutine,
): Promise<string[]> {
  const loop = new SocketLoop(sockets);
  const { hub, failures } = makeHub(loop);
  const { host, port } = listener.address;
  await hub.run(function* main() {
    const connect = () => loop.connect(host, port);
    yield* body({ loop, listener: new GeventListener(loop, listener), connect });
  });
  return failures;
}

/** Receives `sizeBytes`, or all until the end. */
function* receiveAll(socket: GeventSocket, sizeBytes = Infinity): Coroutine<Uint8Array> {
  const received: number[] = [];
  while (received.length < sizeBytes) {
    const bytes = yield* socket.recv(65_536);
    if (bytes.length === 0) break;
    received.push(...bytes);
  }
  return Uint8Array.from(received);
}

function* echo(socket: GeventSocket): Coroutine {
  for (let bytes; (bytes = yield* socket.recv(1_024)).length > 0;) yield* socket.send(bytes);
  socket.close();
}

testEachKind(
  "gevent: greenlets on both sides of a connection wait for each other",
  (setting) =>
    runOver(setting, function* ({ listener, connect }) {
      const serving = spawn(function* server(): Coroutine {
        for (let i = 0; i < 20; i++) spawn(echo, yield* listener.accept());
      });
      const clients = Array.from({ length: 20 }, (_, index) =>
        spawn(function* client(): Coroutine<string> {
          const socket = yield* connect();
          let said = "";
          for (let i = 0; i < 10; i++) {
            yield* socket.send(encode(`${index}:${i} `));
            said += decode(yield* socket.recv(100));
          }
          socket.close();
          return said;
        }));
      yield* joinall([serving, ...clients], { raiseError: true });
      assertEquals(clients[7].value, "7:0 7:1 7:2 7:3 7:4 7:5 7:6 7:7 7:8 7:9 ");
    }).then((reports) =>
      assertEquals(reports, [])
    ),
);

testEachKind(
  "gevent: send waits for a slow reader, and all of it arrives",
  (setting) =>
    runOver(setting, function* ({ listener, connect }) {
      const bytes = randomBytes(5_000_000);
      let isSent = false;
      spawn(function* server(): Coroutine {
        const socket = yield* listener.accept();
        yield* socket.send(bytes);
        isSent = true;
        socket.close();
      });
      const socket = yield* connect();
      yield* socket.recv(1);
      yield* sleep(20);
      assertEquals(isSent, false);
      assertSameBytes(yield* receiveAll(socket), bytes.subarray(1));
      socket.close();
    }).then((failures) => assertEquals(failures, [])),
);

testEachKind(
  "gevent: connecting where nobody listens fails with the reason",
  (setting) =>
    runOver(setting, function* ({ loop }) {
      const nobody = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = nobody.addr;
      nobody.close();
      const refused = yield* thrownBy(loop.connect("127.0.0.1", port));
      assertInstanceOf(refused, ConnectFailed);
      assertMatch(refused.message, /refused/i);
      assertInstanceOf(yield* thrownBy(loop.connect("host.invalid", port)), ConnectFailed);
    }).then((failures) => assertEquals(failures, [])),
);

testEachKind("gevent: whoever waits for a socket can be given up or killed", async (setting) => {
  const client = await setting.connect();
  await runOver(setting, function* ({ listener }) {
    const socket = yield* listener.accept();
    assertEquals(yield* withTimeout(20, () => socket.recv(10), "late"), "late");
    const reader = spawn(function* (): Coroutine<string> {
      return decode(yield* socket.recv(10));
    });
    yield* sleep(0);
    yield* killall([reader]);
    assertInstanceOf(reader.value, GreenletExit);
    yield* joinWrite(client, "still there");
    assertEquals(decode(yield* receiveAll(socket, 11)), "still there");
    socket.close();
  });
});

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
  setting.sockets.connections.forEach((connection) => setting.sockets.abort(connection));
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

testEachKind(
  "gevent: two greenlets cannot receive from the same socket at once",
  async (setting) => {
    await setting.connect();
    const failures = await runOver(setting, function* ({ listener }) {
      const socket = yield* listener.accept();
      const first = spawn(function* first(): Coroutine {
        yield* socket.recv(10);
      });
      const second = spawn(function* second(): Coroutine {
        yield* socket.recv(10);
      });
      yield* second.join();
      assert(second.error?.message.includes("<Greenlet at 0x1: first()>"));
      yield* first.kill();
      socket.close();
    });
    assertEquals(failures.length, 1);
  },
);

testEachKind("gevent: a reset is an error of its own", async (setting) => {
  const accepted = Promise.withResolvers<void>();
  const running = runOver(setting, function* ({ listener }) {
    const socket = yield* listener.accept();
    accepted.resolve();
    assertInstanceOf(yield* thrownBy(socket.recv(10)), ConnectionReset);
    socket.close();
  });
  const socket = await setting.clientThatResets();
  await accepted.promise;
  socket.resetAndDestroy();
  await running;
}, { ignore: !canReset });

test("gevent: a client that sends without pause does not have the hub to itself", async () => {
  const { hub } = makeHub(new ManualClock());
  let isOver = false;
  const lengths: number[] = [];
  await hub.run(function* () {
    const connection = new FakeConnection();
    connection.tryRecv = () => new Uint8Array(1);
    const endless = new GeventSocket(new SocketLoop(NEVER_READY), connection);
    const receiving = spawn(function* (): Coroutine {
      while (!isOver) lengths[lengths.length - 1] += (yield* endless.recv(1)).length;
    });
    for (let turn = 0; turn < 5; turn++) {
      lengths.push(0);
      yield* sleep(0);
    }
    isOver = true;
    yield* receiving.join();
  });
  assertEquals(lengths.every((length) => length > 0 && length <= 32), true, String(lengths));
});

/** Has a client outside of the hub write, and waits until it has. */
function* joinWrite(client: Deno.TcpConn, text: string): Coroutine {
  let isWritten = false;
  writeAll(client, encode(text)).then(() => isWritten = true);
  while (!isWritten) yield* sleep(1);
}
