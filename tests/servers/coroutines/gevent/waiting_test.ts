/**
 * What greenlets wait for besides sockets: timeouts, events, queues and each other.
 *
 * @module
 */

import {
  ClockLoop,
  type Coroutine,
  Event,
  iwait,
  joinall,
  killall,
  Pool,
  Queue,
  QueueEmpty,
  QueueFull,
  sleep,
  spawn,
  Timeout,
  withTimeout,
} from "../../../../servers/coroutines/gevent/mod.ts";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "../../../harness/assert.ts";
import { makeHub, runOnClock, thrownBy } from "../../../harness/hub.ts";
import { ManualClock } from "../../../harness/manual_clock.ts";
import { test } from "../../../harness/test.ts";

function* nap(ms: number): Coroutine<number> {
  yield* sleep(ms);
  return ms;
}

test("gevent: a Timeout is thrown where its greenlet waits, and cancelled it is not", async () => {
  await runOnClock(function* (clock) {
    const late = yield* thrownBy(function* (): Coroutine {
      using _timeout = new Timeout(100);
      yield* sleep(1_000);
    }());
    assertInstanceOf(late, Timeout);
    assertEquals([late.message, clock.nowMs()], ["100 ms are over", 100]);
    const inTime = function* (): Coroutine<string> {
      using _timeout = new Timeout(100);
      yield* sleep(50);
      return "in time";
    };
    assertEquals(yield* inTime(), "in time");
    yield* sleep(1_000);
  });
});

test("gevent: of two timeouts the inner one can be told from the outer one", async () => {
  await runOnClock(function* () {
    const outer = new Timeout(100);
    const inner = new Timeout(200);
    assertEquals(yield* thrownBy(nap(1_000)), outer);
    assertEquals(yield* thrownBy(nap(1_000)), inner);
    assertEquals(yield* withTimeout(50, () => nap(10), "late"), 10);
    assertEquals(yield* withTimeout(50, () => nap(100), "late"), "late");
  });
});

test("gevent: timeouts that never ring do not fill the memory", async () => {
  const { hub } = makeHub(new ManualClock());
  await hub.run(function* () {
    const last = new Timeout(1_000_000);
    for (let i = 0; i < 10_000; i++) {
      yield* withTimeout(60_000, () => sleep(0), undefined);
      assert(hub.timers.heldCount < 200, `${hub.timers.heldCount} are held`);
    }
    assertEquals(hub.timers.size, 1);
    last.cancel();
    assertEquals(hub.timers.size, 0);
  });
});

test("gevent: joinall with a timeout gives those that have ended by then", async () => {
  await runOnClock(function* (clock) {
    const [long, short, middle] = [300, 100, 200].map((ms) => spawn(nap, ms));
    assertEquals(yield* joinall([long, short, middle], { timeoutMs: 250 }), [short, middle]);
    assertEquals(clock.nowMs(), 250);
    assertEquals(yield* joinall([long, short, middle]), [short, middle, long]);
    assertEquals(clock.nowMs(), 300);
    assertEquals(yield* joinall([]), []);
  });
});

test("gevent: iwait gives greenlets as they end", async () => {
  await runOnClock(function* (clock) {
    const greenlets = [300, 100, 200, 10_000].map((ms) => spawn(nap, ms));
    using finished = iwait(greenlets, 1_000);
    const seen: unknown[] = [];
    for (let one; (one = yield* finished.next()) !== undefined;) {
      seen.push(one.value);
      yield* sleep(150); // meanwhile others end
    }
    assertEquals(seen, [100, 200, 300]);
    assertEquals(clock.nowMs(), 1_000);
  });
});

test("gevent: killall ends all, and waits for them", async () => {
  await runOnClock(function* () {
    let tidied = 0;
    const greenlets = Array.from({ length: 10 }, () =>
      spawn(function* (): Coroutine {
        try {
          yield* sleep(1_000);
        } finally {
          yield* sleep(1);
          tidied++;
        }
      }));
    yield* sleep(0);
    yield* killall(greenlets);
    assertEquals(tidied, 10);
  });
});

test("gevent: an Event lets all go on who wait for it, and all who come later", async () => {
  await runOnClock(function* (clock) {
    const event = new Event();
    const waiters = Array.from({ length: 3 }, () => spawn(() => event.wait()));
    assertEquals(yield* event.wait(100), false);
    assertEquals(clock.nowMs(), 100);
    event.set();
    yield* joinall(waiters);
    assertEquals(waiters.map(({ value }) => value), [true, true, true]);
    assertEquals([event.isSet, yield* event.wait()], [true, true]);
    event.clear();
    assertEquals(yield* event.wait(1), false);
  });
});

test("gevent: a Queue gives items in order, and makes both sides wait for each other", async () => {
  await runOnClock(function* () {
    const queue = new Queue<number>(2);
    const dispatched: number[] = [];
    const producer = spawn(function* (): Coroutine {
      for (let i = 0; i < 1_000; i++) {
        yield* queue.put(i);
        assert(queue.size <= 2);
      }
      for (let i = 0; i < 3; i++) yield* queue.put(-1);
    });
    const consumers = Array.from({ length: 3 }, () =>
      spawn(function* (): Coroutine {
        for (let item; (item = yield* queue.get()) >= 0;) dispatched.push(item);
      }));
    yield* joinall([producer, ...consumers], { raiseError: true });
    assertEquals(dispatched, Array.from({ length: 1_000 }, (_, i) => i));
  });
});

test("gevent: a Queue that is empty or full in time says so, and loses nothing", async () => {
  await runOnClock(function* (clock) {
    const queue = new Queue<string>(1);
    assertInstanceOf(yield* thrownBy(queue.get(100)), QueueEmpty);
    assertInstanceOf(yield* thrownBy(queue.get(0)), QueueEmpty);
    yield* queue.put("item");
    assertInstanceOf(yield* thrownBy(queue.put("one too many", 100)), QueueFull);
    assertEquals(clock.nowMs(), 200);
    assertEquals(yield* queue.get(), "item");

    // The item and the end of the time arrive together: one of both is given, and not none.
    const getter = spawn(() => queue.get(100));
    spawn(function* (): Coroutine {
      yield* sleep(100);
      yield* queue.put("just in time");
    });
    const got = yield* withTimeout(1_000, () => getter.join(), undefined);
    assertEquals(got, undefined);
    assertEquals((getter.value === "just in time") !== (queue.size === 1), true);
  });
});

test("gevent: a Queue of 0 or less has no limit, as in gevent", async () => {
  await runOnClock(function* () {
    for (const max of [0, -1]) {
      const queue = new Queue<number>(max);
      for (let i = 0; i < 100; i++) yield* queue.put(i);
      assertEquals([queue.size, yield* queue.get()], [100, 0]);
    }
  });
});

test("gevent: what is no number of milliseconds is refused, and nobody else suffers", async () => {
  await runOnClock(function* (clock) {
    const napping = spawn(nap, 100);
    assertInstanceOf(yield* thrownBy(nap(NaN)), RangeError);
    assertInstanceOf(yield* thrownBy(withTimeout(NaN, () => nap(1), undefined)), RangeError);
    assertEquals(yield* withTimeout(-5, () => nap(10), "late"), "late");
    yield* sleep(-5);
    assertEquals(clock.nowMs(), 0);
    yield* napping.join();
    assertEquals(clock.nowMs(), 100);
  });
  assertThrows(() => new Pool(-1), RangeError);
});

test("gevent: a Timeout of Infinity is never thrown, and one who sleeps for ever can be killed", async () => {
  await runOnClock(function* () {
    using _timeout = new Timeout(Infinity);
    const sleepers = Array.from({ length: 5 }, () => spawn(nap, Infinity));
    yield* sleep(1_000_000);
    yield* killall(sleepers);
    yield* sleep(1);
  });
});

test("gevent: the clock's loop waits for a month in pieces that a timer can count", async () => {
  const { setTimeout } = globalThis;
  const asked: unknown[] = [];
  try {
    globalThis.setTimeout = ((callback: () => void, ms: number) => {
      asked.push(ms);
      return setTimeout(callback, 0);
    }) as typeof setTimeout;
    for (const ms of [10, 2_592_000_000, Infinity]) await new ClockLoop().wait(ms);
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  assertEquals(asked, [10, 2 ** 31 - 1, 2 ** 31 - 1]);
});

test("gevent: a link that is given twice, and taken back once, is told once", async () => {
  await runOnClock(function* () {
    let told = 0;
    const link = { ended: () => told++ };
    const greenlet = spawn(nap, 10);
    greenlet.link(link);
    greenlet.link(link);
    greenlet.unlink(link);
    yield* greenlet.join();
    assertEquals(told, 1);
  });
});
