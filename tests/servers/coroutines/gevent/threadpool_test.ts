/**
 * Functions that threads run while the greenlets go on. What is expected is what Python's gevent 22.10.2
 * does, but that a thread here shares nothing with the others.
 *
 * @module
 */

import {
  ClockLoop,
  type Coroutine,
  Hub,
  joinall,
  LoopExit,
  sleep,
  spawn,
  ThreadPool,
  withTimeout,
} from "../../../../servers/coroutines/gevent/mod.ts";
import { assert, assertEquals, assertInstanceOf } from "../../../harness/assert.ts";
import { thrownBy } from "../../../harness/hub.ts";
import { test } from "../../../harness/test.ts";

async function runWithPool(max: number, body: (pool: ThreadPool) => Coroutine): Promise<void> {
  await new Hub(new ClockLoop(), { failed() {}, held() {} }).run(function* () {
    using pool = new ThreadPool(max);
    yield* body(pool);
  });
}

/** Blocks its thread. */
function block(ms: number): number {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  return ms;
}

test("gevent: threads block, and the greenlets go on", () =>
  runWithPool(1, function* (pool) {
    const order: string[] = [];
    const blocking = spawn(function* (): Coroutine {
      yield* pool.apply(block, 100);
      order.push("thread");
    });
    yield* joinall(["a", "b"].map((name) =>
      spawn(function* (): Coroutine {
        yield* sleep(1);
        order.push(name);
      })
    ));
    yield* blocking.get();
    assertEquals(order, ["a", "b", "thread"]);
  }));

test("gevent: a thread pool has as many threads as it may, and keeps them", () =>
  runWithPool(2, function* (pool) {
    assertEquals(pool.size, 0);
    assertEquals(yield* pool.map((n: number) => n * n, [1, 2, 3, 4, 5]), [1, 4, 9, 16, 25]);
    assertEquals(pool.size, 2);
    assertEquals(yield* pool.apply(async (n: number) => await Promise.resolve(n), 7), 7);
    yield* pool.join();
    assertEquals(pool.size, 2);
  }));

test("gevent: what a thread throws is thrown where its result is waited for", () =>
  runWithPool(1, function* (pool) {
    const thrown = yield* thrownBy(pool.apply(() => {
      throw new RangeError("in the thread");
    }));
    assertEquals([thrown.name, thrown.message], ["RangeError", "in the thread"]);
    const notCopied = yield* thrownBy(pool.apply((value: unknown) => value, () => {}));
    assert(!(notCopied instanceof LoopExit));
    assertInstanceOf(notCopied, Error);
    assertEquals(yield* pool.apply(() => 1), 1); // the thread goes on
  }));

test("gevent: a thread pool that is killed ends what its threads do", () =>
  runWithPool(2, function* (pool) {
    const endless = yield* pool.spawn(() => {
      for (;;);
    });
    assertEquals(yield* withTimeout(20, () => endless.get(), "late"), "late");
    pool.kill();
    const { message } = yield* thrownBy(endless.get());
    assertEquals(message, "the thread pool was killed");
  }));
