import {
  type Coroutine,
  joinall,
  local,
  spawn,
  ThreadPool,
} from "../../../../../servers/coroutines/gevent/mod.ts";
import { nap, type Scenarios, thrown } from "./scenarios.ts";

/** For a thread: blocks it. */
function block(units: number): number {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, units * 10);
  return units;
}

function failInThread(): void {
  throw new RangeError("in a thread");
}

export const locals: Scenarios = function* (say) {
  const own = local<{ name: string; extra?: number }>(() => ({ name: "nobody" }));
  function* rename(name: string): Coroutine<string> {
    own.name = name;
    yield* nap(1);
    return own.name;
  }
  const renamed = yield* joinall([..."abc"].map((name) => spawn(rename, name)));
  say("what a greenlet sets is its own", renamed.map(({ value }) => value));
  const others = spawn(function* () {
    return own.name;
  });
  say("others have what they began with", own.name, yield* others.get());
  own.extra = 1;
  const hasExtra = spawn(function* () {
    return "extra" in own;
  });
  say("a new property", "extra" in own, yield* hasExtra.get());
  delete own.extra;
  say("deleted", "extra" in own);

  using pool = new ThreadPool(2);
  const order: string[] = [];
  const blocking = spawn(function* () {
    yield* pool.apply(block, 20);
    order.push("thread");
  });
  yield* nap(1);
  order.push("greenlet");
  yield* blocking.join();
  say("threads block, and greenlets go on", order);
  say("spawn gives a result", yield* (yield* pool.spawn(block, 1)).get());
  say("map", yield* pool.map(block, [3, 1, 2]));
  const failing = yield* pool.spawn(failInThread);
  say(
    "what a thread throws",
    yield* thrown(() => pool.apply(failInThread)),
    yield* thrown(() => failing.get()),
  );
  const result = yield* pool.spawn(block, 30);
  say("a result, late", yield* thrown(() => result.get(10)), result.ready);
  yield* pool.join();
  say("join waits for all", result.ready, yield* result.get());
  say("it keeps its threads", pool.max, pool.size);
};
