import {
  BoundedSemaphore,
  type Coroutine,
  joinall,
  RLock,
  Semaphore,
  sleep,
  spawn,
} from "../../../../../servers/coroutines/gevent/mod.ts";
import { nap, type Say, type Scenarios, thrown, thrownNow } from "./scenarios.ts";

export const locks: Scenarios = function* (say) {
  yield* semaphores(say);
  yield* blocks(say);
  yield* others(say);
};

function* semaphores(say: Say): Coroutine {
  say("a semaphore of less than 0", thrownNow(() => new Semaphore(-1)));
  const semaphore = new Semaphore(2);
  const { acquire } = { acquire: () => semaphore.acquire() };
  say("acquire takes", yield* acquire(), semaphore.counter, semaphore.locked, semaphore.ready);
  say("and the last one", yield* acquire(), semaphore.counter, semaphore.locked, semaphore.ready);
  say("without waiting there is none", yield* semaphore.acquire(0));
  say("nor in time", yield* semaphore.acquire(10));
  say("wait in vain", yield* semaphore.wait(10));
  const order: string[] = [];
  function* visit(name: string): Coroutine {
    yield* semaphore.acquire();
    order.push(name);
  }
  const visitors = [..."abc"].map((name) => spawn(visit, name));
  yield* sleep(0);
  say("release says how many can have it", semaphore.release());
  yield* nap(1);
  say("the first one got it", order, semaphore.counter);
  semaphore.release();
  semaphore.release();
  yield* joinall(visitors);
  say("then the others", order, semaphore.counter);
  semaphore.release();
  say("wait does not take", yield* semaphore.wait(), semaphore.counter);
  say(
    "it can be released beyond",
    semaphore.release(),
    semaphore.release(),
    semaphore.release(),
  );
}

function* blocks(say: Say): Coroutine {
  const one = new Semaphore(1);
  {
    using _held = yield* one.hold();
    say("within a with", one.locked);
  }
  say("after it", one.locked);
  const careful = spawn(function* () {
    using _held = yield* one.hold();
    yield* nap(1);
    throw new RangeError();
  });
  yield* careful.join();
  say("a block that throws gives it back", careful.error, one.counter);
  const killed = new Semaphore(0);
  const victim = spawn(() => killed.acquire());
  const patient = spawn(() => killed.acquire());
  yield* sleep(0);
  yield* victim.kill();
  killed.release();
  say("one that is killed does not keep it from others", yield* patient.get(), killed.counter);
  say("a semaphore that nobody releases", yield* thrown(() => new Semaphore(0).acquire()));
  const calls: number[] = [];
  const free = new Semaphore(0);
  free.link({ ended: ({ counter }) => calls.push(counter) });
  free.release();
  yield* nap(1);
  say("a link is told of a release", calls);
}

function* others(say: Say): Coroutine {
  const bounded = new BoundedSemaphore(1);
  say("a bounded one that has all", thrownNow(() => bounded.release()));
  yield* bounded.acquire();
  say("one that has not", bounded.release(), thrownNow(() => bounded.release()));

  const lock = new RLock();
  say("a lock is acquired again by who has it", yield* lock.acquire(), yield* lock.acquire());
  const other = spawn(() => lock.acquire(10));
  say("and by no other", yield* other.get());
  const stranger = spawn(function* () {
    return thrownNow(() => lock.release());
  });
  say("who does not have it cannot release it", yield* stranger.get());
  const later = spawn(() => lock.acquire());
  lock.release();
  yield* nap(1);
  say("released once, it is still taken", later.ready);
  lock.release();
  say("released as often, others get it", yield* later.get());
  say("who has released it cannot do it again", thrownNow(() => lock.release()));
}
