/**
 * A call of what can wait, without its `yield*`, is an error that names the function.
 *
 * @module
 */

import {
  AsyncResult,
  Channel,
  connectTls,
  type Coroutine,
  Event,
  GeventListener,
  GeventSocket,
  Greenlet,
  Group,
  iwait,
  JoinableQueue,
  joinall,
  killall,
  Pool,
  Queue,
  RLock,
  Semaphore,
  sleep,
  SocketLoop,
  spawn,
  StreamServer,
  ThreadPool,
  Timeout,
  TlsListener,
  TlsSocket,
  wait,
  withTimeout,
} from "../../../../servers/coroutines/gevent/mod.ts";
import { assertEquals, assertThrows } from "../../../harness/assert.ts";
import { FakeConnection } from "../../../harness/fake_connection.ts";
import { makeHub, thrownBy } from "../../../harness/hub.ts";
import { ManualClock } from "../../../harness/manual_clock.ts";
import { NEVER_READY } from "../../../harness/never_ready.ts";
import { test } from "../../../harness/test.ts";

const WRONG = "a greenlet waits with yield*, and this one has not";

function* nap(ms: number): Coroutine {
  yield* sleep(ms);
}

/** What is called, by the name that the error gives it. */
function callsThatWait(): Record<string, () => unknown> {
  const asleep = spawn(nap, 1_000);
  const event = new Event();
  const setEvent = new Event();
  setEvent.set();
  const queue = new Queue<number>();
  const pool = new Pool(1);
  const group = new Group();
  const threads = new ThreadPool(1);
  const loop = new SocketLoop(NEVER_READY);
  const socket = () => new GeventSocket(loop, new TakesAll());
  const listener = new GeventListener(loop, {
    kind: "listener",
    address: { host: "::1", port: 1 },
    accept: () => null,
    tryAccept: () => null,
    close() {},
  });
  return {
    "sleep": () => sleep(10),
    "sleep of 0": () => sleep(0),
    "withTimeout": () => withTimeout(10, () => sleep(1), "late"),
    "joinall": () => joinall([asleep]),
    "joinall of none": () => joinall([]),
    "killall": () => killall([asleep]),
    "Finished.next": () => iwait([asleep]).next(),
    "Greenlet.join": () => asleep.join(),
    "Greenlet.get": () => asleep.get(),
    "Greenlet.kill": () => asleep.kill(),
    "Event.wait": () => event.wait(),
    "Event.wait of a set one": () => setEvent.wait(),
    "Queue.put": () => queue.put(1),
    "Queue.get": () => queue.get(),
    "Queue.peek": () => queue.peek(),
    "Queue.next": () => queue.next(),
    "JoinableQueue.join": () => new JoinableQueue().join(),
    "Channel.put": () => new Channel().put(1),
    "Channel.get": () => new Channel().get(),
    "Channel.next": () => new Channel().next(),
    "AsyncResult.get": () => new AsyncResult().get(),
    "AsyncResult.wait": () => new AsyncResult().wait(),
    "Semaphore.acquire": () => new Semaphore().acquire(),
    "Semaphore.wait": () => new Semaphore().wait(),
    "Semaphore.hold": () => new Semaphore().hold(),
    "RLock.acquire": () => new RLock().acquire(),
    "RLock.hold": () => new RLock().hold(),
    "Timeout.run": () => new Timeout(Infinity).run(() => sleep(1)),
    "wait": () => wait([event]),
    "wait of a promise": () => wait(Promise.resolve()),
    "wait of all": () => wait(),
    "Group.spawn": () => group.spawn(nap, 1),
    "Group.add": () => group.add(asleep),
    "Group.start": () => group.start(new Greenlet(nap, 1)),
    "Group.join": () => group.join(),
    "Group.kill": () => group.kill(),
    "Group.killone": () => group.killone(asleep),
    "Group.waitAvailable": () => group.waitAvailable(),
    "Group.map": () => group.map(nap, [1]),
    "Group.apply": () => group.apply(nap, 1),
    "Mapped.next": () => group.imap(nap, []).next(),
    "Pool.add": () => pool.add(asleep),
    "Pool.waitAvailable": () => pool.waitAvailable(),
    "Pool.apply": () => pool.apply(nap, 1),
    "ThreadPool.spawn": () => threads.spawn(() => 1),
    "ThreadPool.apply": () => threads.apply(() => 1),
    "ThreadPool.map": () => threads.map(() => 1, [1]),
    "ThreadPool.join": () => threads.join(),
    "SocketFile.readline": () => socket().makefile().readline(),
    "SocketFile.read": () => socket().makefile().read(),
    "SocketFile.write": () => socket().makefile().write("text"),
    "SocketFile.next": () => socket().makefile().next(),
    "StreamServer.stop": () => new StreamServer(listener, nothing).stop(),
    "StreamServer.serveForever": () => new StreamServer(listener, nothing).serveForever(),
    "connectTls": () => connectTls("127.0.0.1", 1),
    "TlsListener.accept": () => TlsListener.prototype.accept.call(undefined as never),
    "TlsSocket.recv": () => TlsSocket.prototype.recv.call(undefined as never, 1),
    "TlsSocket.send": () => TlsSocket.prototype.send.call(undefined as never, new Uint8Array(1)),
    "TlsSocket.shutdown": () => TlsSocket.prototype.shutdown.call(undefined as never),
    "TlsSocket.handshake": () => TlsSocket.prototype.handshake.call(undefined as never),
    "Pool.spawn": () => pool.spawn(nap, 1),
    "Pool.map": () => pool.map(nap, [1]),
    "Pool.join": () => pool.join(),
    "Pool.kill": () => pool.kill(),
    "GeventSocket.recv": () => socket().recv(10),
    "GeventSocket.send": () => socket().send(new Uint8Array(10)),
    "GeventListener.accept": () => listener.accept(),
    "SocketLoop.connect": () => loop.connect("127.0.0.1", 1),
  };
}

function* nothing(): Coroutine {}

/** Takes what is sent, at once. */
class TakesAll extends FakeConnection {
  override trySend(bytes: Uint8Array): number {
    return bytes.length;
  }
}

/** Gives the names of the calls, which can only be made in a greenlet. */
async function namesOfCalls(): Promise<string[]> {
  const { hub } = makeHub(new ManualClock());
  const names = await hub.run(function* (): Coroutine<string[]> {
    return Object.keys(callsThatWait());
  });
  if (names instanceof Error) throw names;
  return names;
}

for (const name of await namesOfCalls()) {
  test(`gevent: ${name} without yield* is an error at the end and before the next wait`, async () => {
    const { hub, failures } = makeHub(new ManualClock());
    await hub.run(function* () {
      const calls = callsThatWait();
      const atTheEnd = spawn(function* atTheEnd(): Coroutine {
        calls[name]();
      });
      yield* atTheEnd.join();
      const before = spawn(function* before(): Coroutine {
        callsThatWait()[name]();
        yield* sleep(1);
      });
      yield* before.join();
      const caught = spawn(function* caught(): Coroutine<string> {
        callsThatWait()[name]();
        const { message } = yield* thrownBy(nap(1));
        yield* sleep(1); // it can go on to wait, with yield*
        return message;
      });
      assertEquals(yield* caught.get(), `${WRONG}: ${name.split(" ")[0]}()`);
    });
    assertEquals(
      failures.map((line) => line.replace(/^\S+ at \S+ /, "")),
      ["atTheEnd", "before"].map((who) => `${who}()> failed: ${WRONG}: ${name.split(" ")[0]}()`),
    );
  });
}

Deno.test("gevent: outside of any greenlet, nothing can wait", () => {
  const queue = new Queue<number>();
  assertThrows(() => queue.put(1), Error, "spawn one");
  assertThrows(() => sleep(1), Error, "spawn one");
  assertEquals(queue.size, 0);
});

test("gevent: what can wait is the body of a greenlet as well", async () => {
  const { hub, failures } = makeHub(new ManualClock());
  await hub.run(function* () {
    const queue = new Queue<string>();
    const getter = spawn(() => queue.get());
    const joiner = spawn(() => joinall([getter]));
    yield* queue.put("item");
    assertEquals([yield* getter.get(), yield* joiner.get()], ["item", [getter]]);
  });
  assertEquals(failures, []);
});
