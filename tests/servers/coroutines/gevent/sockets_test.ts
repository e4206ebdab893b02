import {
  type Coroutine,
  GeventSocket,
  GreenletExit,
  joinall,
  killall,
  sleep,
  SocketLoop,
  spawn,
  withTimeout,
} from "../../../../servers/coroutines/gevent/mod.ts";
import { ConnectFailed, ConnectionReset } from "../../../../servers/sockets/interface.ts";
import { assert, assertEquals, assertInstanceOf, assertMatch } from "../../../harness/assert.ts";
import { assertSameBytes, decode, encode, randomBytes } from "../../../harness/bytes.ts";
import { canReset, NOBODYS_PORT } from "../../../harness/clients.ts";
import { FakeConnection } from "../../../harness/fake_connection.ts";
import { joinWrite, receiveAll, runOver } from "../../../harness/gevent_sockets.ts";
import { makeHub, thrownBy } from "../../../harness/hub.ts";
import { ManualClock } from "../../../harness/manual_clock.ts";
import { NEVER_READY } from "../../../harness/never_ready.ts";
import "../../../harness/sanitizers.ts";
import { testEachKind } from "../../../harness/sockets.ts";
import { test } from "../../../harness/test.ts";

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
      const refused = yield* thrownBy(loop.connect("127.0.0.1", NOBODYS_PORT));
      assertInstanceOf(refused, ConnectFailed);
      assertMatch(refused.message, /refused/i);
      assertInstanceOf(yield* thrownBy(loop.connect("host.invalid", NOBODYS_PORT)), ConnectFailed);
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

testEachKind(
  "gevent: the wait of recv serves again, unless a greenlet is in it",
  async (setting) => {
    const client = await setting.connect();
    await runOver(setting, function* ({ listener }) {
      const socket = yield* listener.accept();
      const first = spawn(function* (): Coroutine<string> {
        return decode(yield* socket.recv(3));
      });
      const second = spawn(function* (): Coroutine<string> {
        return decode(yield* socket.recv(6));
      });
      yield* second.join();
      yield* joinWrite(client, "abcdef");
      assertEquals(yield* first.get(), "abc"); // and not the six of the other, which has failed
      const waits = new Set<unknown>();
      for (const letter of "def") {
        const wait = socket.recv(1);
        waits.add(wait);
        assertEquals(decode(yield* wait), letter);
      }
      assertEquals(waits.size, 1);
      socket.close();
    });
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
