import {
  type Coroutine,
  Greenlet,
  GreenletExit,
  Group,
  type Mapped,
  Pool,
  sleep,
  spawn,
} from "../../../../../servers/coroutines/gevent/mod.ts";
import { fail, nap, type Say, type Scenarios, thrown, thrownNow } from "./scenarios.ts";

/** All that a map gives. */
function* all<Item, Value>(mapped: Mapped<Item, Value>): Coroutine<Value[]> {
  const values: Value[] = [];
  for (let step; !(step = yield* mapped.next()).done;) values.push(step.value);
  return values;
}

function* double(number: number): Coroutine<number> {
  yield* nap(number);
  return number * 2;
}

function* odd(number: number): Coroutine<number> {
  yield* nap(1);
  if (number === 2) throw new RangeError();
  return number;
}

export const pools: Scenarios = function* (say) {
  yield* groups(say);
  yield* maps(say);
  yield* limits(say);
};

function* groups(say: Say): Coroutine {
  const group = new Group();
  say("a new group", group.size, group.full, yield* group.join());
  const one = yield* group.spawn(nap, 1, "one");
  say("one is in it", group.size, group.has(one), [...group].map((member) => member === one));
  say("until it ends", yield* group.join(), group.size, group.has(one));
  const other = spawn(nap, 2);
  yield* group.add(other);
  say("one that is added", group.size, group.has(other));
  group.discard(other);
  say("and discarded", group.size, other.ready, yield* group.join());
  const later = new Greenlet(nap, 1);
  yield* group.start(later);
  say("one that it starts", later.started, group.has(later));
  say("join, late", yield* group.join({ timeoutMs: 1 }), group.size);
  yield* group.join();
  yield* group.spawn(fail, 1);
  say("join that throws", yield* thrown(() => group.join({ raiseError: true })), group.size);
  yield* group.spawn(fail, 1);
  say("join that does not", yield* group.join());
  const members = [yield* group.spawn(nap, 100), yield* group.spawn(nap, 100)];
  yield* sleep(0);
  yield* group.killone(members[0]);
  say("killone", members[0].ready, members[1].ready, group.size);
  yield* group.kill();
  say("kill", members.map(({ value }) => value), group.size);
  say("a group from greenlets", new Group([spawn(nap, 1), spawn(nap, 1)]).size);
  yield* group.spawn(function* (): Coroutine {
    try {
      yield* nap(100);
    } catch (error) {
      if (!(error instanceof GreenletExit)) throw error;
      yield* nap(5);
    }
  });
  yield* sleep(0);
  say("kill, late", yield* group.kill(undefined, 10), group.size);
  yield* group.join();
}

function* maps(say: Say): Coroutine {
  const group = new Group();
  say("map", yield* group.map(double, [3, 1, 2]));
  say("map that fails", yield* thrown(() => group.map(odd, [1, 2, 3])));
  say("map_async", yield* group.mapAsync(double, [3, 1, 2]).get());
  say("apply", yield* group.apply(double, 1), yield* thrown(() => group.apply(odd, 2)));
  say("apply_async", yield* group.applyAsync(double, 1).get());
  say("imap", yield* all(group.imap(double, [3, 1, 2])));
  say("imap_unordered", yield* all(group.imapUnordered(double, [3, 1, 2])));
  say(
    "imap of none",
    yield* all(group.imap(double, [])),
    yield* all(group.imapUnordered(double, [])),
  );
  const failing = group.imap(odd, [1, 2, 3]);
  say(
    "imap that fails goes on",
    (yield* failing.next()).value,
    yield* thrown(() => failing.next()),
    (yield* failing.next()).value,
  );
  const begun: number[] = [];
  const mapped = group.imap(
    function* (number: number) {
      begun.push(number);
      return number;
    },
    [1, 2, 3, 4, 5],
    2,
  );
  yield* nap(1);
  say("imap with a limit begins as many", begun);
  say("and one more with each result", (yield* mapped.next()).value);
  yield* nap(1);
  say("then", begun);
  say("to the end", yield* all(mapped), begun);
}

function* limits(say: Say): Coroutine {
  const pool = new Pool(2);
  say("a new pool", pool.freeCount, pool.full, yield* pool.waitAvailable());
  say("a pool of less than 0", thrownNow(() => new Pool(-1)));
  const [first, second] = [yield* pool.spawn(nap, 1), yield* pool.spawn(nap, 5)];
  say("a full pool", pool.freeCount, pool.full, pool.size);
  say("no place in time", yield* pool.waitAvailable(1));
  const full = yield* thrown(() => pool.add(new Greenlet(nap, 1), 1));
  say("add, late", full instanceof Error && full.constructor.name);
  const atOnce = yield* thrown(() => pool.add(new Greenlet(nap, 1), 0));
  say("add without waiting", atOnce instanceof Error && atOnce.constructor.name);
  const third = yield* pool.spawn(nap, 1);
  say("spawn waits for a place", first.ready, second.ready, third.ready);
  say("join, late", yield* pool.join({ timeoutMs: 1 }));
  say("join", yield* pool.join(), pool.freeCount);
  let now = 0;
  let most = 0;
  function* count(number: number): Coroutine<number> {
    most = Math.max(most, ++now);
    yield* nap(1);
    now--;
    return number;
  }
  const numbers = [0, 1, 2, 3, 4];
  say("map runs as many at a time", yield* pool.map(count, numbers), most);
  say("imap, too", yield* all(pool.imap(count, numbers)), most);
  say("imap_unordered, too", (yield* all(pool.imapUnordered(count, numbers))).toSorted(), most);
  say("apply in a member runs there", yield* new Pool(1).apply(() => pool.apply(count, 1)));
  const single = new Pool(1);
  const inside = yield* single.spawn(() => single.apply(count, 7));
  say("even if it has all places", yield* inside.get());
  yield* single.spawn(nap, 1);
  const late = single.applyAsync(count, 8);
  say("apply_async does not wait", single.size, late.ready);
  say("but gives its result", yield* late.get());
  const unlimited = new Pool();
  const started: boolean[] = [];
  for (let i = 0; i < 3; i++) started.push((yield* unlimited.spawn(nap, 1)).started);
  say("a pool without limit", unlimited.full, started);
  say("killed", yield* unlimited.kill(), unlimited.size);
  say("a pool of none", new Pool(0).full, yield* new Pool(0).waitAvailable(1));
  say("in which one waits for ever", yield* thrown(() => new Pool(0).spawn(nap, 1)));
}
