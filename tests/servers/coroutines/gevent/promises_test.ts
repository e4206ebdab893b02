/**
 * What JavaScript does outside of all greenlets: promises, timers that set an event. The hub hears of it
 * at once, on the system's sockets as well, where it sleeps in a call of the system's.
 *
 * @module
 */

import {
  AsyncResult,
  ClockLoop,
  type Coroutine,
  Event,
  GeventListener,
  joinall,
  LoopExit,
  Queue,
  Semaphore,
  sleep,
  SocketLoop,
  spawn,
  ThreadPool,
  wait,
  withTimeout,
} from "../../../../servers/coroutines/gevent/mod.ts";
import { DenoSockets } from "../../../../servers/sockets/deno/sockets.ts";
import {
  createDescriptorMemory,
  DescriptorTable,
} from "../../../../servers/sockets/libc/descriptor_table.ts";
import { LibcSockets } from "../../../../servers/sockets/libc/sockets.ts";
import { UNOBSERVED } from "../../../../servers/sockets/observer.ts";
import type { Sockets } from "../../../../servers/sockets/interface.ts";
import { OffThreadPoll } from "../../../../servers/system/off_thread_poll.ts";
import { LibcClock } from "../../../../servers/system/clock.ts";
import { assertEquals, assertInstanceOf, assertLess } from "../../../harness/assert.ts";
import { makeHub, thrownBy } from "../../../harness/hub.ts";
import { test } from "../../../harness/test.ts";
import { calls } from "../../../harness/yielding_libc_sockets.ts";

/** Where nothing else ends a wait: it would be a minute late. */
const LATE_MS = 60_000;

// Opened before any test, because a test that opens a library is expected to close it.
if (calls !== undefined) {
  await new OffThreadPoll().readable([], 0);
  new LibcClock().now();
}

/** The sockets themselves: those of the system block the thread in their wait. */
const KINDS: Readonly<Record<string, () => Sockets>> = {
  deno: () => new DenoSockets(UNOBSERVED),
  ...(calls === undefined ? {} : {
    libc: () => {
      const table = new DescriptorTable(createDescriptorMemory(65_536));
      return new LibcSockets(UNOBSERVED, table, 1_024, calls);
    },
  }),
};

/** Runs `body` in a hub over each kind of sockets, in which a greenlet waits for clients that never come. */
function testOverListener(name: string, body: () => Coroutine): void {
  for (const [kind, makeSockets] of Object.entries(KINDS)) {
    test(`${kind}: gevent: ${name}`, async () => {
      const sockets = makeSockets();
      const listener = sockets.listen({
        host: "127.0.0.1",
        port: 0,
        backlog: 8,
        maxClients: 8,
        recvSizeBytes: 1_024,
        descriptorsBelow: Infinity,
      });
      const loop = new SocketLoop(sockets);
      const { hub, failures } = makeHub(loop);
      const beganMs = performance.now();
      await hub.run(function* () {
        spawn(() => new GeventListener(loop, listener).accept());
        spawn(() => sleep(LATE_MS)); // the hub's next timer
        yield* body();
      });
      assertEquals(failures, []);
      assertLess(performance.now() - beganMs, LATE_MS);
      sockets.stopListening();
      await sockets.allClosed();
    });
  }
}

function later<Value>(value: Value, ms = 5): Promise<Value> {
  return new Promise((resolve) => setTimeout(resolve, ms, value));
}

testOverListener("a greenlet waits for promises, which settle or are rejected", function* () {
  assertEquals(yield* wait(later("value")), "value");
  assertEquals(yield* wait(Promise.resolve(1)), 1);
  const rejected = later(0).then(() => Promise.reject(new RangeError("rejected")));
  assertInstanceOf(yield* thrownBy(wait(rejected)), RangeError);
  assertInstanceOf(yield* thrownBy(wait(Promise.reject(undefined))), Error);
});

testOverListener("greenlets fetch, all at once, and a Worker answers", function* () {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    return new Response(await later(`from ${new URL(request.url).pathname}`));
  });
  const fetching = ["/a", "/b", "/c"].map((path) =>
    spawn(function* () {
      const response = yield* wait(fetch(`http://127.0.0.1:${server.addr.port}${path}`));
      return yield* wait(response.text());
    })
  );
  yield* joinall(fetching, { raiseError: true });
  assertEquals(fetching.map(({ value }) => value), ["from /a", "from /b", "from /c"]);
  yield* wait(server.shutdown());
  using pool = new ThreadPool(1);
  assertEquals(yield* pool.apply((n: number) => n + 1, 41), 42);
});

testOverListener("others go on while a promise is pending", function* () {
  const order: string[] = [];
  const waiting = spawn(function* () {
    order.push(yield* wait(later("promise", 30)));
  });
  yield* sleep(1);
  order.push("sleeper");
  yield* waiting.join();
  assertEquals(order, ["sleeper", "promise"]);
});

testOverListener("who waits for a promise can be killed, or be late", function* () {
  const { promise, reject } = Promise.withResolvers<never>();
  assertEquals(yield* withTimeout(5, () => wait(promise), "late"), "late");
  const killed = spawn(() => wait(promise));
  yield* sleep(0);
  yield* killed.kill();
  reject(new Error("nobody hears this"));
  yield* wait(later(0));
  assertEquals(killed.successful, true);
});

testOverListener("a timer of JavaScript's can set an event, and all that is like it", function* () {
  const event = new Event();
  setTimeout(() => event.set(), 5);
  assertEquals(yield* event.wait(), true);
  const result = new AsyncResult<number>();
  setTimeout(() => result.set(7), 5);
  assertEquals(yield* result.get(), 7);
  const queue = new Queue<string>();
  setTimeout(() => queue.putNowait("item"), 5);
  assertEquals(yield* queue.get(), "item");
  const semaphore = new Semaphore(0);
  setTimeout(() => semaphore.release(), 5);
  assertEquals(yield* semaphore.acquire(), true);
});

testOverListener("greenlets that always go on leave JavaScript its turns", function* () {
  let isOver = false;
  setTimeout(() => isOver = true, 5);
  const keepsWaiting = spawn(() => wait(new Promise(() => {})));
  while (!isOver) yield* sleep(0);
  yield* keepsWaiting.kill();
});

/** Runs `body` on a hub with nothing but that. Nothing tells if it hangs: that would be a timer. */
function testAlone(name: string, body: () => Coroutine): void {
  Deno.test(`clock: gevent: ${name}`, async () => {
    await makeHub(new ClockLoop()).hub.run(body);
  });
  for (const [kind, makeSockets] of Object.entries(KINDS)) {
    Deno.test(`${kind}: gevent: ${name}`, async () => {
      const sockets = makeSockets();
      await makeHub(new SocketLoop(sockets)).hub.run(body);
      sockets.stopListening();
      await sockets.allClosed();
    });
  }
}

testAlone("a hub that has only an event to wait for hears who sets it", function* () {
  const event = new Event();
  setTimeout(() => event.set(), 50);
  assertEquals(yield* event.wait(), true);
  const silent = new Event();
  let isOver = false;
  setTimeout(() => isOver = true, 60); // sets nothing: then, nothing can be ahead any more
  assertInstanceOf(yield* thrownBy(silent.wait()), LoopExit);
  assertEquals(isOver, true);
  assertInstanceOf(yield* thrownBy(new Queue().get()), LoopExit);
});
