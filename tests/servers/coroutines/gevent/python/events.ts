import {
  AsyncResult,
  type Coroutine,
  Event,
  joinall,
  sleep,
  spawn,
  spawnLater,
} from "../../../../../servers/coroutines/gevent/mod.ts";
import { fail, nap, type Say, type Scenarios, thrown, thrownNow } from "./scenarios.ts";

export const events: Scenarios = function* (say) {
  yield* flags(say);
  yield* results(say);
  yield* failures(say);
};

function* flags(say: Say): Coroutine {
  const event = new Event();
  say("a new event is not set", event.isSet, event.isSet);
  say("wait gives false when it is late", yield* event.wait(10));
  say("wait of 0 gives false", yield* event.wait(0));
  const waiters = [1, 2, 3].map(() => spawn(() => event.wait()));
  yield* sleep(0);
  event.set();
  yield* joinall(waiters);
  say("set wakes all", waiters.map(({ value }) => value), event.isSet);
  say("wait of a set event", yield* event.wait(), yield* event.wait(0));
  event.clear();
  say("cleared, it is waited for again", yield* event.wait(10));

  const waiter = spawn(() => event.wait(1_000));
  yield* sleep(0);
  event.set();
  event.clear();
  say("set and cleared at once, it has woken who waited", yield* waiter.get(), event.isSet);

  const order: string[] = [];
  for (const name of "abc") {
    spawn(function* () {
      yield* event.wait();
      order.push(name);
    });
  }
  yield* sleep(0);
  event.set();
  yield* nap(1);
  say("they are woken in the order in which they came", order);

  const calls: unknown[] = [];
  const again = new Event();
  again.link({ ended: (one) => calls.push(one === again) });
  again.set();
  yield* nap(1);
  again.clear();
  again.set();
  yield* nap(1);
  say("a link of an event is called once", calls);
  again.link({ ended: () => calls.push("late") });
  yield* nap(1);
  say("a link of a set event is called", calls);
  const link = { ended: () => calls.push("never") };
  again.clear();
  again.link(link);
  again.unlink(link);
  again.set();
  yield* nap(1);
  say("one that is unlinked is not called", calls);

  say("an event that nobody sets", yield* thrown(() => new Event().wait()));
}

function* results(say: Say): Coroutine {
  const result = new AsyncResult<string>();
  say("a new result", result.ready, result.successful, result.value, result.error);
  say("get of nothing without waiting", thrownNow(() => result.getNowait()));
  say("get of nothing, late", yield* thrown(() => result.get(10)));
  say("wait for nothing, late", yield* result.wait(10));
  const getters = [1, 2].map(() => spawn(() => result.get()));
  spawnLater(10, function* () {
    result.set("value");
  });
  say("get gives what is set", yield* result.get(), yield* result.wait(), result.getNowait());
  yield* joinall(getters);
  say("to all who wait", getters.map(({ value }) => value));
  say("then it is", result.ready, result.successful, result.value, result.error);
  result.set("another");
  say("it can be set again", yield* result.get());
}

function* failures(say: Say): Coroutine {
  const failed = new AsyncResult<string>();
  spawnLater(10, function* () {
    failed.setException(new RangeError("x"));
  });
  say(
    "get throws what was set",
    yield* thrown(() => failed.get()),
    thrownNow(() => failed.getNowait()),
  );
  say("wait does not", yield* failed.wait());
  say("then it is", failed.ready, failed.successful, failed.value, failed.error);

  let linked = new AsyncResult<unknown>();
  spawn(nap, 1, "of a greenlet").link(linked);
  say("a result as a link of a greenlet", yield* linked.get());
  linked = new AsyncResult<unknown>();
  spawn(fail, 1).link(linked);
  say("a result as a link of one that fails", yield* thrown(() => linked.get()));
  const undefinedResult = new AsyncResult<undefined>();
  undefinedResult.set(undefined);
  say(
    "nothing is a value as well",
    undefinedResult.ready,
    undefinedResult.successful,
    yield* undefinedResult.get(),
  );
  say("a result that nobody sets", yield* thrown(() => new AsyncResult().get()));
}
