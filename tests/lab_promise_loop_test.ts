import { PromiseLoop } from "../clients/lab/promise_loop.ts";
import { Hub, sleep, spawn } from "../servers/coroutines/gevent/hub.ts";
import { joinall } from "../servers/coroutines/gevent/joining.ts";
import type { Coroutine } from "../servers/coroutines/gevent/park.ts";
import { Timeout } from "../servers/coroutines/gevent/timeout.ts";
import { assertEquals, assertRejects } from "./harness/assert.ts";
import "./harness/sanitizers.ts";

const REPORTS = { failed() {}, held() {} };

function later<Value>(value: Value, ms: number): Promise<Value> {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms));
}

Deno.test("greenlets go on when their promises are fulfilled, in that order", async () => {
  const loop = new PromiseLoop();
  const seen: string[] = [];
  await new Hub(loop, REPORTS).run(function* () {
    function* wait(name: string, ms: number): Coroutine {
      seen.push(`${name} begins`);
      seen.push(yield* loop.promise(later(`${name} ends`, ms)));
    }
    yield* joinall([spawn(wait, "slow", 40), spawn(wait, "quick", 10), spawn(wait, "at once", 0)]);
  });
  assertEquals(seen, [
    "slow begins",
    "quick begins",
    "at once begins",
    "at once ends",
    "quick ends",
    "slow ends",
  ]);
});

Deno.test("what a promise is rejected with is thrown where the greenlet waits", async () => {
  const loop = new PromiseLoop();
  const hub = new Hub(loop, REPORTS);
  const waiting = hub.run(function* () {
    yield* loop.promise(Promise.reject(new TypeError("refused")));
  });
  await assertRejects(() => waiting, TypeError, "refused");
});

Deno.test("a greenlet whose time is over is not resumed by its promise", async () => {
  const loop = new PromiseLoop();
  const seen = await new Hub(loop, REPORTS).run(function* () {
    using timeout = new Timeout(5);
    try {
      yield* loop.promise(later("too late", 30));
    } catch (error) {
      if (error !== timeout) throw error;
    }
    yield* sleep(60);
    return "it slept on";
  });
  assertEquals(seen, "it slept on");
});
