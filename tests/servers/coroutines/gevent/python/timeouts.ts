import {
  type Coroutine,
  Event,
  Queue,
  spawn,
  Timeout,
  type Wait,
  withTimeout,
} from "../../../../../servers/coroutines/gevent/mod.ts";
import { nap, type Say, type Scenarios, thrown, thrownNow } from "./scenarios.ts";

const within = (timeout: Timeout, begin: () => Wait<unknown>) => timeout.run(begin);

export const timeouts: Scenarios = function* (say) {
  yield* starts(say);
  yield* blocks(say);
  yield* several(say);
};

function* starts(say: Say): Coroutine {
  let timeout = Timeout.startNew(10);
  say("it is thrown where its greenlet waits", (yield* thrown(() => nap(10))) === timeout);
  timeout.close();
  timeout = Timeout.startNew(10);
  say("pending", timeout.pending);
  timeout.cancel();
  say("cancelled", timeout.pending, yield* thrown(() => nap(2)));
  timeout.start();
  say(
    "started again",
    timeout.pending,
    thrownNow(() => timeout.start()),
    (yield* thrown(() => nap(2))) === timeout,
    timeout.pending,
  );
  timeout.close();
  say("closed", timeout.pending);
  timeout = Timeout.startNew(50);
  say("start_new of one that runs is the same", Timeout.startNew(timeout) === timeout);
  timeout.close();
}

function* blocks(say: Say): Coroutine {
  say("with", yield* thrown(() => within(new Timeout(10), () => nap(10))));
  const inTime = yield* within(new Timeout(50), () => nap(1, "in time"));
  say("with, in time", inTime, yield* thrown(() => nap(6)));
  const own = new RangeError("own");
  say("with an error of its own", yield* thrown(() => within(new Timeout(10, own), () => nap(10))));
  say(
    "with a class of errors",
    yield* thrown(() => within(new Timeout(10, RangeError), () => nap(10))),
  );
  say("silent", yield* within(new Timeout(10, false), () => nap(10)));
  say("silent, in time", yield* within(new Timeout(50, false), () => nap(1, "in time")));
  const outer = Timeout.startNew(10);
  say(
    "a silent one lets others pass",
    (yield* thrown(() => within(new Timeout(50, false), () => nap(10)))) === outer,
  );
  outer.close();
  say(
    "never",
    yield* within(new Timeout(Infinity), () => nap(1, "in time")),
    Timeout.startNew(Infinity).pending,
  );
  say("with_timeout", yield* thrown(() => withTimeout(10, () => nap(10))));
  say("with_timeout with a value", yield* withTimeout(10, () => nap(10), "late"));
  say("with_timeout with nothing as its value", yield* withTimeout(10, () => nap(10), undefined));
  say("with_timeout, in time", yield* withTimeout(50, () => nap(1, "in time"), "late"));
  class ZeroDivisionError extends Error {}
  const passed = yield* thrown(() =>
    withTimeout(50, function* () {
      throw new ZeroDivisionError();
    })
  );
  say("what is thrown within passes", passed instanceof ZeroDivisionError);
}

function* several(say: Say): Coroutine {
  const [first, second] = [Timeout.startNew(10), Timeout.startNew(20)];
  const caught = [yield* thrown(() => nap(10)), yield* thrown(() => nap(10))];
  say("the earlier is thrown first", caught[0] === first, caught[1] === second);
  const inner = spawn(() => thrown(() => within(new Timeout(10), () => nap(10))));
  say("each greenlet has its own", yield* thrown(() => nap(3)), yield* inner.get());
  const ended = spawn(function* () {
    Timeout.startNew(10);
    return "ended";
  });
  yield* ended.join();
  say("of one that has ended, nothing is thrown", yield* thrown(() => nap(3)), ended.value);
  say("a timeout of 0", yield* thrown(() => within(new Timeout(0), () => nap(10))));
  say(
    "a timeout of 0 without a wait",
    yield* within(new Timeout(0), function* () {
      return "no wait";
    }),
  );
  say("of an event", yield* withTimeout(10, () => new Event().wait(), "late"));
  const queue = new Queue<string>();
  say("of a queue", yield* withTimeout(10, () => queue.get(), "late"));
  yield* queue.put("item");
  say("which loses nothing", yield* queue.get());
}
