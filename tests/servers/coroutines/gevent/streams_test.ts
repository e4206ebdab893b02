/**
 * Shutting down, time limits, files, closing a listener, servers with a limit, TLS. What is expected of
 * them is what Python's gevent 22.10.2 does.
 *
 * @module
 */

import {
  AsyncResult,
  BrokenPipe,
  connectTls,
  type Coroutine,
  Event,
  type GeventSocket,
  GreenletExit,
  joinall,
  Pool,
  SHUT_RD,
  SHUT_WR,
  sleep,
  SocketClosed,
  SocketLoop,
  SocketTimeout,
  spawn,
  StreamServer,
  TlsListener,
  TlsSocket,
  withTimeout,
} from "../../../../servers/coroutines/gevent/mod.ts";
import { ConnectFailed } from "../../../../servers/sockets/interface.ts";
import { assert, assertEquals, assertInstanceOf } from "../../../harness/assert.ts";
import { decode, encode } from "../../../harness/bytes.ts";
import { hasOpenssl, makeCertificate } from "../../../harness/certificate.ts";
import { type Given, receiveAll, runOver } from "../../../harness/gevent_sockets.ts";
import { makeHub, thrownBy } from "../../../harness/hub.ts";
import "../../../harness/sanitizers.ts";
import { testEachKind } from "../../../harness/sockets.ts";

/** Both ends of a connection. */
function* pairOf({ listener, connect }: Given): Coroutine<[GeventSocket, GeventSocket]> {
  const accepting = spawn(() => listener.accept());
  const client = yield* connect();
  const accepted = yield* accepting.get();
  assert(!(accepted instanceof GreenletExit));
  return [accepted, client];
}

/** Registers a test of the two ends of a connection, on each kind of sockets. */
function testPair(name: string, body: (a: GeventSocket, b: GeventSocket) => Coroutine): void {
  testEachKind(`gevent: ${name}`, async (setting) => {
    const failures = await runOver(setting, function* (given) {
      const [a, b] = yield* pairOf(given);
      yield* body(a, b);
      a.close();
      b.close();
    });
    assertEquals(failures, []);
  });
}

testPair(
  "after shutdown(SHUT_WR) the other side gets the end, and can still send",
  function* (a, b) {
    yield* a.send(encode("question"));
    a.shutdown(SHUT_WR);
    a.shutdown(SHUT_WR); // again, it is harmless
    assertEquals(decode(yield* receiveAll(b)), "question");
    yield* b.send(encode("answer"));
    assertEquals(decode(yield* receiveAll(a, 6)), "answer");
    function* sendMore(): Coroutine {
      yield* a.send(encode("more"));
    }
    const refused = yield* thrownBy(sendMore());
    assertInstanceOf(refused, BrokenPipe);
    assertEquals(refused.code, "EPIPE");
  },
);

testPair("a shutdown sends what was sent before it, however much", function* (a, b) {
  const sending = spawn(function* (): Coroutine {
    yield* a.send(new Uint8Array(600_000));
    a.shutdown(SHUT_WR);
  });
  assertEquals((yield* receiveAll(b)).length, 600_000);
  yield* sending.get();
});

testPair("what was sent arrives, even if a shutdown and a close follow at once", function* (a, b) {
  const receiving = spawn(function* (): Coroutine<number> {
    yield* sleep(20); // the other side has closed by now
    return (yield* receiveAll(b)).length;
  });
  // As much as it takes without waiting.
  let sent = 0;
  const chunk = new Uint8Array(16_384);
  for (let count; (count = a.connection.trySend(chunk)) > 0;) sent += count;
  a.shutdown(SHUT_WR);
  a.close();
  assertEquals(yield* receiving.get(), sent);
});

testPair(
  "after shutdown(SHUT_RD) this side receives what has arrived, and the end",
  function* (a, b) {
    yield* b.send(encode("arrived"));
    assertEquals(decode(yield* a.recv(1)), "a");
    yield* sleep(50); // until it has surely arrived: what comes later is not received
    a.shutdown(SHUT_RD);
    assertEquals(decode(yield* receiveAll(a)), "rrived");
  },
);

testPair("a call that waits for longer than its time limit throws", function* (a, b) {
  a.setTimeout(5);
  const late = yield* thrownBy(a.recv(10));
  assertInstanceOf(late, SocketTimeout);
  assertEquals([late.message, late.code], ["timed out", "ETIMEDOUT"]);
  assertInstanceOf(yield* thrownBy(a.send(new Uint8Array(50_000_000))), SocketTimeout);
  a.setTimeout(60_000);
  yield* b.send(encode("in time"));
  assertEquals(decode(yield* a.recv(10)), "in time");
  assert((yield* b.recv(10)).length > 0);
});

testPair("makefile gives lines and parts, however they arrive", function* (a, b) {
  const file = b.makefile();
  const sending = spawn(function* (): Coroutine {
    for (const piece of ["fir", "st\nsecond\n", "thi", "rd 茶\n12345"]) {
      yield* a.send(encode(piece));
      yield* sleep(1);
    }
    a.shutdown(SHUT_WR);
  });
  assertEquals(yield* file.readline(), "first\n");
  assertEquals(yield* file.readline(3), "sec");
  assertEquals(yield* file.next(), { done: false, value: "ond\n" });
  assertEquals(yield* file.readline(), "third 茶\n");
  assertEquals(yield* file.read(2), "12");
  assertEquals(yield* file.read(), "345");
  assertEquals([yield* file.readline(), yield* file.read()], ["", ""]);
  assertEquals(yield* file.next(), { done: true, value: undefined });
  yield* sending.get();
  yield* file.write("back\n");
  assertEquals(yield* a.makefile("rb").readline(), encode("back\n"));
});

testEachKind("gevent: closing a listener ends the wait of who accepts", async (setting) => {
  await runOver(setting, function* ({ listener, connect }) {
    listener.setTimeout(1);
    assertInstanceOf(yield* thrownBy(listener.accept()), SocketTimeout);
    listener.setTimeout(Infinity);
    const accepting = spawn(() => listener.accept());
    yield* sleep(0);
    listener.close();
    listener.close();
    yield* accepting.join();
    assertInstanceOf(accepting.error, SocketClosed);
    assertInstanceOf(yield* thrownBy(listener.accept()), SocketClosed);
    assertInstanceOf(yield* thrownBy(connect()), ConnectFailed);
  });
});

testEachKind("gevent: a StreamServer serves as many at a time as it may", async (setting) => {
  const failures = await runOver(setting, function* ({ listener, connect }) {
    let now = 0;
    let most = 0;
    const both = new Event(); // two clients are served
    const server = new StreamServer(listener, function* (client): Coroutine {
      most = Math.max(most, ++now);
      if (now === 2) both.set();
      yield* both.wait();
      yield* client.send(yield* client.recv(100));
      now--;
    }, 2);
    assertEquals([server.started, server.closed], [false, false]);
    server.start();
    server.start();
    assertEquals(server.started, true);
    const clients = Array.from({ length: 6 }, (_, index) =>
      spawn(function* (): Coroutine<string> {
        const socket = yield* connect();
        yield* sleep(5);
        yield* socket.send(encode(`${index}`));
        const echo = decode(yield* receiveAll(socket)); // to the end: the server closes it
        socket.close();
        return echo;
      }));
    yield* joinall(clients, { raiseError: true });
    assertEquals(clients.map(({ value }) => value), ["0", "1", "2", "3", "4", "5"]);
    assertEquals(most, 2);
    yield* server.stop();
    assertEquals([server.started, server.closed], [false, true]);
    assertInstanceOf(yield* thrownBy(connect()), ConnectFailed);
  });
  assertEquals(failures, []);
});

testEachKind("gevent: a StreamServer that stops ends who is still served", async (setting) => {
  const failures = await runOver(setting, function* ({ listener, connect }) {
    const begun = new AsyncResult<void>();
    const pool = new Pool(5);
    let tidied = false;
    const server = new StreamServer(listener, function* (): Coroutine {
      try {
        begun.set();
        yield* sleep(60_000);
      } finally {
        tidied = true;
      }
    }, pool);
    const serving = spawn(() => server.serveForever(1));
    const socket = yield* connect();
    yield* begun.get();
    yield* server.stop(1);
    assertEquals([tidied, pool.size], [true, 0]);
    assertEquals((yield* receiveAll(socket)).length, 0);
    yield* serving.get();
    socket.close();
  });
  assertEquals(failures, []);
});

testEachKind("gevent: a client that fails ends alone, and its socket with it", async (setting) => {
  const failures = await runOver(setting, function* ({ listener, connect }) {
    const server = new StreamServer(listener, function* faulty(): Coroutine {
      throw new Error("a faulty handler");
    });
    server.start();
    for (let i = 0; i < 2; i++) {
      const socket = yield* connect();
      assertEquals((yield* receiveAll(socket)).length, 0);
      socket.close();
    }
    yield* server.stop();
  });
  assertEquals(failures.length, 2);
});

testEachKind("gevent: TLS, from greenlet to greenlet", async ({ sockets }) => {
  const directory = await Deno.makeTempDir();
  try {
    const files = await makeCertificate(directory);
    const [cert, key] = await Promise.all(
      [files.cert, files.key].map((file) => Deno.readTextFile(file)),
    );
    const { hub, failures } = makeHub(new SocketLoop(sockets));
    await hub.run(function* () {
      const listener = new TlsListener({ hostname: "127.0.0.1", port: 0, cert, key });
      const { host, port } = listener.address;
      const server = new StreamServer(listener, function* (client: TlsSocket): Coroutine {
        const file = client.makefile();
        for (let line; !(line = yield* file.next()).done;) yield* file.write(`> ${line.value}`);
      }, 10);
      server.start();
      const socket = yield* connectTls(host, port, { caCerts: [cert] });
      yield* socket.send(encode("hello\n"));
      const file = socket.makefile();
      assertEquals(yield* file.readline(), "> hello\n");
      // A wait that is given up loses nothing.
      assertEquals(yield* withTimeout(5, () => socket.recv(10), "late"), "late");
      yield* socket.send(encode("again\n"));
      assertEquals(decode(yield* socket.recv(1)), ">");
      assertEquals(yield* file.readline(), " again\n");
      socket.setTimeout(5);
      assertInstanceOf(yield* thrownBy(socket.recv(10)), SocketTimeout);
      socket.setTimeout(Infinity);
      const reading = spawn(() => socket.recv(10));
      yield* sleep(0);
      socket.close();
      yield* reading.join();
      assertInstanceOf(reading.error, SocketClosed);
      assertInstanceOf(yield* thrownBy(socket.recv(10)), SocketClosed);
      assertInstanceOf(yield* thrownBy(connectTls(host, port)), ConnectFailed); // not trusted
      yield* server.stop(1);
    });
    // The server's side of those two failed: the client went away, or did not trust it.
    assertEquals(failures.filter((line) => !/serve/.test(line)).length, 1);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}, { ignore: !hasOpenssl() });
