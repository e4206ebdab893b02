import {
  type Coroutine,
  getcurrent,
  Greenlet,
  GreenletExit,
  joinall,
  sleep,
  spawn,
  spawnLater,
} from "../../../../../servers/coroutines/gevent/mod.ts";
import { fail, nap, type Say, type Scenarios, thrown } from "./scenarios.ts";

export const greenlets: Scenarios = function* (say) {
  yield* beginnings(say);
  yield* ends(say);
  yield* kills(say);
  yield* links(say);
  yield* others(say);
};

function* beginnings(say: Say): Coroutine {
  const one = new Greenlet(nap, 1, "value");
  say("one that was not started", one.started, one.ready, one.successful, one.dead);
  one.start();
  one.start();
  say("started", one.started, one.ready);
  say("get", yield* one.get(), one.started, one.ready, one.successful, one.dead);
  one.start();
  say("started again, it stays ended", one.value);
  say("get of one that has ended", yield* one.get(1), yield* one.get(0));

  const order: number[] = [];
  function* append(units: number): Coroutine {
    order.push(units);
  }
  for (const units of [3, 1, 2]) spawnLater(units * 10, append, units);
  spawn(append, 0);
  yield* nap(5);
  say("spawn_later begins in time", order);
  const later = spawnLater(50, nap, 1);
  say("spawn_later is started", later.started, later.ready);
  yield* later.kill();
  say("killed before it begins", later.value, later.ready, later.successful);
  const unstarted = new Greenlet(nap, 1);
  yield* unstarted.kill();
  say("killed before it is started", unstarted.value, unstarted.ready);
  unstarted.start();
  yield* sleep(0);
  say("it never is", unstarted.value);
  const ready = spawn(nap, 1);
  yield* ready.kill();
  say("killed before its first turn", ready.value, ready.ready, ready.successful);
}

function* ends(say: Say): Coroutine {
  const long = spawn(nap, 10);
  say("join, late", yield* long.join(10), long.ready);
  say("get, late", yield* thrown(() => long.get(10)), long.ready);
  say("get without waiting", yield* thrown(() => long.get(0)));
  yield* long.kill();
  say("a kill gives its exit", long.value, yield* long.get(), long.error);
  const failing = spawn(fail, 1);
  say(
    "get of one that fails",
    yield* thrown(() => failing.get()),
    failing.successful,
    failing.error,
    failing.value,
  );
  say("join of one that fails", yield* failing.join());
}

function* kills(say: Say): Coroutine {
  function* stubborn(): Coroutine<string> {
    try {
      yield* nap(100);
    } catch (error) {
      if (!(error instanceof GreenletExit)) throw error;
      yield* nap(5);
    }
    return "survived";
  }
  const slow = spawn(stubborn);
  yield* sleep(0);
  yield* slow.kill(new GreenletExit(), 10);
  say("kill, late", slow.ready);
  say("it ends as it likes", yield* slow.get());
  class KeyError extends Error {}
  const own = spawn(nap, 100);
  yield* sleep(0);
  yield* own.kill(new KeyError("own"));
  say("kill with an error", own.error instanceof KeyError, own.successful, own.value);
  const nonblocking = spawn(nap, 100);
  yield* sleep(0);
  nonblocking.throw();
  say("kill without waiting", nonblocking.ready);
  yield* nonblocking.join();
  say("and then", nonblocking.ready);
  const catching = spawn(() => thrown(() => nap(100)));
  yield* sleep(0);
  yield* catching.kill(new RangeError());
  say("a kill that is caught", catching.value, catching.successful);
}

function* links(say: Say): Coroutine {
  const calls: unknown[] = [];
  function note(kind: string) {
    return function* (greenlet: Greenlet): Coroutine {
      yield* nap(1);
      calls.push(`${kind} ${greenlet.successful}`);
    };
  }
  const [good, bad]: Greenlet[] = [spawn(nap, 1), spawn(fail, 1)];
  for (const greenlet of [good, bad]) {
    greenlet.link(note("any"));
    greenlet.linkValue(note("value"));
    greenlet.linkException(note("exception"));
  }
  yield* joinall([good, bad]);
  say("links have not waited yet", calls);
  yield* nap(5);
  say("links of both", calls.toSorted());
  calls.length = 0;
  const killed = spawn(nap, 100);
  killed.linkValue(note("killed"));
  killed.linkException(note("never"));
  yield* killed.kill();
  yield* nap(5);
  say("a killed one has a value", calls);
  calls.length = 0;
  good.link(note("late"));
  bad.linkValue(note("never"));
  yield* nap(5);
  say("links of those that have ended", calls);
  calls.length = 0;
  const unlinked = spawn(nap, 1);
  const callback = note("never");
  unlinked.link(callback);
  unlinked.unlink(callback);
  yield* unlinked.join();
  yield* nap(5);
  say("unlinked", calls);
  const raw: Greenlet = spawn(nap, 1);
  raw.link({ ended: (greenlet) => calls.push(greenlet === raw) });
  yield* raw.join();
  yield* nap(1);
  say("a raw link", calls);
}

function* others(say: Say): Coroutine {
  const main = getcurrent();
  const me: Greenlet<boolean> = spawn(function* () {
    return getcurrent() === me;
  });
  say("getcurrent", yield* me.get(), getcurrent() === main);
  const parent = spawn(() => spawn(nap, 1, "child").get());
  say("a greenlet that spawns", yield* parent.get());
  const joined: Greenlet = spawn(() => joined.join());
  say("one that joins itself, and nothing else", yield* thrown(() => joined.join()));
}
