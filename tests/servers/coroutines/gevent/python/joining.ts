import {
  AsyncResult,
  type Coroutine,
  Event,
  type Greenlet,
  GreenletExit,
  iwait,
  joinall,
  killall,
  type Linkable,
  Semaphore,
  sleep,
  spawn,
  spawnLater,
  wait,
} from "../../../../../servers/coroutines/gevent/mod.ts";
import { fail, nap, type Say, type Scenarios, thrown } from "./scenarios.ts";

const valuesOf = (greenlets: readonly Greenlet[]) => greenlets.map(({ value }) => value);
const naps = (...units: number[]): Greenlet[] => units.map((one) => spawn(nap, one, one));

function* all<One extends Linkable<One>>(
  finished: ReturnType<typeof iwait<One>>,
): Coroutine<One[]> {
  const given: One[] = [];
  for (let one; (one = yield* finished.next()) !== undefined;) given.push(one);
  return given;
}

function later(units: number, act: () => void): void {
  spawnLater(units * 10, function* () {
    act();
  });
}

export const joining: Scenarios = function* (say) {
  yield* joins(say);
  yield* iterations(say);
  yield* waits(say);
  yield* kills(say);
};

function* joins(say: Say): Coroutine {
  say("joinall gives them as they end", valuesOf(yield* joinall(naps(3, 1, 2))));
  say("joinall of none", yield* joinall([]));
  const slow = naps(3, 1, 2);
  say("joinall with a time limit", valuesOf(yield* joinall(slow, { timeoutMs: 15 })));
  say("joinall with a count", valuesOf(yield* joinall(naps(3, 1, 2), { count: 2 })));
  const failed = yield* joinall([spawn(fail, 1)]);
  say("joinall of a failure", failed.map(({ error }) => error instanceof RangeError));
  const options = { raiseError: true };
  say(
    "joinall that throws it",
    yield* thrown(() => joinall([spawn(nap, 5), spawn(fail, 1)], options)),
  );
  say(
    "joinall with a count throws none later",
    yield* thrown(() => joinall([spawn(nap, 1), spawn(fail, 3)], { ...options, count: 1 })),
  );
  yield* joinall(slow);
}

function* iterations(say: Say): Coroutine {
  say("iwait gives them as they end", valuesOf(yield* all(iwait(naps(3, 1, 2)))));
  say("iwait with a count", valuesOf(yield* all(iwait(naps(3, 1, 2), Infinity, 2))));
  say("iwait with a time limit", valuesOf(yield* all(iwait(naps(6, 1, 2), 40))));
  say("iwait with a count beyond", valuesOf(yield* all(iwait(naps(2, 1), Infinity, 5))));
  say("iwait of none", yield* all(iwait<Greenlet>([])));
  const ended = naps(1, 2);
  yield* joinall(ended);
  yield* nap(1);
  say("iwait of those that have ended", valuesOf(yield* all(iwait(ended))));
}

function* waits(say: Say): Coroutine {
  const event = new Event();
  const result = new AsyncResult<number>();
  const semaphore = new Semaphore(0);
  const names = new Map<unknown, string>([
    [event, "event"],
    [result, "result"],
    [semaphore, "semaphore"],
  ]);
  later(1, () => semaphore.release());
  later(3, () => event.set());
  later(5, () => result.set(1));
  const mixed = yield* wait<Event | AsyncResult<number> | Semaphore>([event, result, semaphore]);
  say("wait for anything", mixed.map((one) => names.get(one)));
  say("which takes nothing away", semaphore.counter);
  const first = yield* wait([new Event(), event], { count: 1 });
  say("wait for one of them", first.map((one) => names.get(one)));
  say("wait, late", yield* wait([new Event()], { timeoutMs: 10 }));

  spawn(nap, 1);
  say("wait for all that there is", yield* wait());
  const long = spawn(nap, 10);
  say("or until it is late", yield* wait(undefined, { timeoutMs: 10 }));
  yield* killall([long]);
  say("killall", long.ready, long.value);
}

function* kills(say: Say): Coroutine {
  function* stubborn(): Coroutine {
    try {
      yield* nap(100);
    } catch (error) {
      if (!(error instanceof GreenletExit)) throw error;
      yield* nap(5);
    }
  }
  const group: Greenlet[] = [spawn(stubborn), spawn(nap, 100)];
  yield* sleep(0);
  const late = yield* thrown(() => killall(group, new GreenletExit(), 10));
  say("killall with a time limit", late, group.map(({ ready }) => ready));
  yield* joinall(group);
  const failing = spawn(nap, 100);
  yield* sleep(0);
  yield* killall([failing], new RangeError("own"));
  say("killall with an error", failing.error, failing.successful);
  const unborn = spawn(nap, 1);
  yield* killall([unborn]);
  say("killall of one that has not begun", unborn.value, unborn.successful);
  yield* killall([unborn]);
  say("killall of one that has ended", unborn.ready);
}
