/**
 * Pools of greenlets.
 *
 * @module
 */

import { type Coroutine, Pool, sleep } from "../../../../servers/coroutines/gevent/mod.ts";
import { assert, assertEquals } from "../../../harness/assert.ts";
import { runOnClock } from "../../../harness/hub.ts";
import { test } from "../../../harness/test.ts";

function* nap(ms: number): Coroutine<number> {
  yield* sleep(ms);
  return ms;
}

test("gevent: a Pool never has more members than it may", async () => {
  await runOnClock(function* (clock) {
    const pool = new Pool(3);
    let max = 0;
    function* work(ms: number): Coroutine<number> {
      max = Math.max(max, 3 - pool.freeCount);
      yield* sleep(ms);
      return ms * 2;
    }
    const results = yield* pool.map(work, [30, 10, 20, 30, 10, 20]);
    assertEquals(results, [60, 20, 40, 60, 20, 40]);
    assertEquals(max, 3);
    assert(clock.nowMs() < 120, "they sleep at the same time");
    yield* pool.spawn(work, 1_000);
    yield* pool.spawn(work, 1_000);
    assertEquals(pool.freeCount, 1);
    yield* pool.kill();
    assertEquals(pool.freeCount, 3);
    yield* pool.spawn(work, 5);
    yield* pool.join();
    assertEquals(pool.freeCount, 3);
  });
});

test("gevent: a Pool waits for members that its members spawn, and ends them", async () => {
  await runOnClock(function* (clock) {
    const pool = new Pool(5);
    const ended: number[] = [];
    function* member(generation: number): Coroutine {
      try {
        yield* sleep(10);
      } finally {
        ended.push(generation);
        if (generation > 0) yield* pool.spawn(member, generation - 1);
      }
    }
    yield* pool.spawn(member, 3);
    yield* pool.join();
    assertEquals([ended, pool.freeCount, clock.nowMs()], [[3, 2, 1, 0], 5, 40]);

    ended.length = 0;
    yield* pool.spawn(member, 3);
    yield* sleep(0);
    yield* pool.kill();
    assertEquals([pool.freeCount, clock.nowMs()], [5, 40]);
    assertEquals(ended[0], 3); // the others were killed before they began
  });
});

test("gevent: Pool.kill ends a member that another one waits for while it ends", async () => {
  await runOnClock(function* (clock) {
    const pool = new Pool(5);
    yield* pool.spawn(function* (): Coroutine {
      try {
        yield* sleep(1_000);
      } finally {
        const last = yield* pool.spawn(nap, 1_000);
        yield* last.join();
      }
    });
    yield* sleep(0);
    yield* pool.kill();
    assertEquals([pool.freeCount, clock.nowMs()], [5, 0]);
  });
});
