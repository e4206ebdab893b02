import {
  AsyncResult,
  type Coroutine,
  Event,
  getcurrent,
  type Greenlet,
  GreenletExit,
  killall,
  Queue,
  Semaphore,
  sleep,
  spawn,
  Timeout,
  type Wait,
} from "../../../../../servers/coroutines/gevent/mod.ts";
import { nap, type Say, type Scenarios, thrown } from "./scenarios.ts";

const order: string[] = [];

function* note(name: string, ...waits: (() => Wait<unknown>)[]): Coroutine {
  for (const wait of waits) yield* wait();
  order.push(name);
}

/** What was noted until now. */
function told(): string[] {
  return order.splice(0);
}

const turn = () => sleep(0);

export const turns: Scenarios = function* (say) {
  yield* wakes(say);
  yield* steals(say);
  yield* ends(say);
};

function* wakes(say: Say): Coroutine {
  const event = new Event();
  spawn(note, "waiter", () => event.wait());
  yield* turn();
  event.set();
  spawn(note, "spawned");
  yield* nap(1);
  say("woken before one is spawned", told());
  event.clear();
  spawn(note, "waiter", () => event.wait());
  yield* turn();
  spawn(note, "spawned");
  event.set();
  yield* nap(1);
  say("woken after one is spawned", told());
  const queue = new Queue<number>();
  spawn(note, "getter", () => queue.get());
  yield* turn();
  yield* queue.put(1);
  spawn(note, "spawned");
  yield* nap(1);
  say("a getter, before one is spawned", told());
  const result = new AsyncResult<number>();
  spawn(note, "getter", () => result.get());
  yield* turn();
  spawn(note, "spawned");
  result.set(1);
  yield* nap(1);
  say("a result, after one is spawned", told());
  spawn(note, "a", turn, turn);
  spawn(note, "b", turn);
  spawn(note, "c");
  yield* nap(1);
  say("those with fewer turns come first", told());
  for (const units of [2, 1, 2, 1]) spawn(note, `${units}`, () => nap(units));
  yield* nap(4);
  say("those who sleep as long, as they began", told());
}

function* steals(say: Say): Coroutine {
  const semaphore = new Semaphore(1);
  yield* semaphore.acquire();
  spawn(note, "waiter", () => semaphore.acquire());
  yield* turn();
  semaphore.release();
  say(
    "who releases can have it again at once",
    yield* semaphore.acquire(0),
    semaphore.counter,
  );
  yield* nap(1);
  say("and the other waits on", told());
  semaphore.release();
  yield* nap(1);
  say("until it is released for good", told(), semaphore.counter);
}

function* tidy(name: string): Coroutine {
  try {
    yield* nap(100);
  } finally {
    order.push(`${name} ends`);
    yield* nap(1);
    order.push(`${name} has ended`);
  }
}

function* leave(): Coroutine {
  throw new GreenletExit("with a value");
}

function* ends(say: Say): Coroutine {
  const victims = [..."ab"].map((name) => spawn(tidy, name));
  yield* turn();
  yield* killall(victims);
  order.push("killall");
  say("a kill waits for finally", told());
  const victim = spawn(tidy, "a");
  yield* turn();
  victim.throw();
  order.push("killed");
  victim.throw();
  yield* victim.join();
  say("a second kill ends that as well", told(), victim.value);
  const event = new Event();
  const unlucky = spawn(note, "woken", () => event.wait(), () => nap(100));
  yield* turn();
  event.set();
  yield* unlucky.kill();
  say("woken and killed at once", told(), unlucky.value);
  const late = spawn(note, "late", () => nap(1));
  yield* nap(1);
  yield* late.kill();
  say("killed when its time is over", unlucky.dead, late.dead);
  told();

  const left = spawn(leave);
  yield* left.join();
  say("who throws its exit has not failed", left.value, left.successful, left.error);
  const own = spawn(() => getcurrent().kill());
  yield* own.join();
  say("who kills itself", own.value, own.successful);
  const outer = spawn(() => thrown(() => spawn(leave).get()));
  say("a get of that", yield* outer.get());
  const ended = spawn(nap, 0, "value");
  yield* ended.join();
  yield* ended.kill();
  say("a kill of who has ended", ended.value, ended.error);
  spawn(note, "joined", () => chain.join());
  const chain: Greenlet = spawn(note, "chain", () => nap(1));
  spawn(note, "joined, too", () => chain.join());
  yield* nap(3);
  say("joiners go on in their order", told());
  const timeout = Timeout.startNew(10);
  try {
    yield* nap(1);
    yield* nap(1);
    say("a timeout as long as a sleep", "passes");
  } catch (error) {
    say("a timeout as long as a sleep", error === timeout);
  }
  timeout.close();
}
