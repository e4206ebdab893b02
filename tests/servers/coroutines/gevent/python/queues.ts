import {
  Channel,
  type Coroutine,
  END,
  JoinableQueue,
  LifoQueue,
  PriorityQueue,
  Queue,
  sleep,
  spawn,
  spawnLater,
} from "../../../../../servers/coroutines/gevent/mod.ts";
import { nap, type Say, type Scenarios, thrown, thrownNow } from "./scenarios.ts";

/** What a loop over a queue's items gives. */
function* itemsOf<Item>(queue: Pick<Queue<Item>, "next">): Coroutine<Item[]> {
  const items: Item[] = [];
  for (let step; !(step = yield* queue.next()).done;) items.push(step.value);
  return items;
}

export const queues: Scenarios = function* (say) {
  yield* plain(say);
  yield* turns(say);
  yield* kinds(say);
  yield* channels(say);
};

function* plain(say: Say): Coroutine {
  const queue = new Queue<string>(2);
  say("a new queue", queue.size, queue.empty, queue.full);
  yield* queue.put("a");
  queue.putNowait("b");
  say("a full one", queue.size, queue.empty, queue.full);
  say("put, late", yield* thrown(() => queue.put("c", 10)));
  say(
    "put without waiting",
    thrownNow(() => queue.putNowait("c")),
    yield* thrown(() => queue.put("c", 0)),
  );
  say("peek leaves it", yield* queue.peek(), queue.peekNowait(), queue.size);
  say("get takes it", yield* queue.get(), queue.getNowait(), queue.size);
  say("get, late", yield* thrown(() => queue.get(10)), yield* thrown(() => queue.peek(10)));
  say(
    "get without waiting",
    thrownNow(() => queue.getNowait()),
    yield* thrown(() => queue.get(0)),
    thrownNow(() => queue.peekNowait()),
  );
  spawnLater(10, () => queue.put("later"));
  say("peek waits", yield* queue.peek(), yield* queue.get());
  const filled = new Queue(Infinity, [1, 2]);
  const { size } = filled;
  say("a queue from items", [filled.getNowait(), filled.getNowait()], size);
  say("a queue without limit", new Queue(-1).full, new Queue().full);
}

function* turns(say: Say): Coroutine {
  let order: string[] = [];
  const full = new Queue<number>(1);
  yield* full.put(0);
  for (const item of [1, 2, 3]) {
    spawn(function* () {
      yield* full.put(item);
      order.push(`put ${item}`);
    });
  }
  yield* sleep(0);
  const got: number[] = [];
  for (let i = 0; i < 4; i++) got.push(yield* full.get());
  yield* nap(1);
  say("those who put get room in their order", got, order);
  order = [];
  const empty = new Queue<number | string>();
  for (const name of "abc") {
    spawn(function* () {
      order.push(`${name} ${yield* empty.get()}`);
    });
  }
  yield* sleep(0);
  for (const item of [1, 2, 3]) yield* empty.put(item);
  yield* nap(1);
  say("those who get, get in their order", order);
  const victim = spawn(() => empty.get());
  const other = spawn(() => empty.get());
  yield* sleep(0);
  yield* victim.kill();
  yield* empty.put("item");
  say("one that is killed does not take it", yield* other.get(), empty.size);
  say("a queue in which nobody puts", yield* thrown(() => new Queue().get()));
  say("one from which nobody takes", yield* thrown(() => new Queue(1, [1]).put(2)));

  const items = new Queue<number>();
  const reader = spawn(() => itemsOf(items));
  for (const item of [1, 2, END] as const) yield* items.put(item);
  say("a loop over its items", yield* reader.get());
}

function* kinds(say: Say): Coroutine {
  const lifo = new LifoQueue<number>(3);
  for (const item of [1, 2, 3]) yield* lifo.put(item);
  say(
    "last in, first out",
    lifo.full,
    yield* lifo.peek(),
    yield* lifo.get(),
    yield* lifo.get(),
    yield* lifo.get(),
  );
  const priority = new PriorityQueue<[number, string]>();
  for (const item of [[3, "c"], [1, "b"], [2, "a"], [1, "a"]] as [number, string][]) {
    yield* priority.put(item);
  }
  const first = yield* priority.peek();
  const sorted: [number, string][] = [];
  for (let i = 0; i < 4; i++) sorted.push(yield* priority.get());
  say("the least first", first, sorted);
  say("from items", [yield* new PriorityQueue(Infinity, [3, 1, 2]).get()]);
  const waiting = spawn(() => priority.get());
  yield* sleep(0);
  yield* priority.put([5, "e"]);
  say("to who waits", yield* waiting.get());

  const tasks = new JoinableQueue<number>();
  say("no tasks", tasks.unfinishedTasks, yield* tasks.join(), thrownNow(() => tasks.taskDone()));
  yield* tasks.put(1);
  yield* tasks.put(2);
  say("two tasks", tasks.unfinishedTasks, yield* tasks.join(10));
  spawn(function* () {
    for (let i = 0; i < 2; i++) {
      yield* tasks.get();
      yield* nap(1);
      tasks.taskDone();
    }
  });
  say("done", yield* tasks.join(), tasks.unfinishedTasks, tasks.size);
  say("from items", new JoinableQueue(Infinity, [1, 2, 3]).unfinishedTasks);
  say("nobody does them", yield* thrown(() => new JoinableQueue(Infinity, [1]).join()));
}

function* channels(say: Say): Coroutine {
  const channel = new Channel<number | string>();
  say("put into a channel, late", yield* thrown(() => channel.put(1, 10)), channel.balance);
  say("get from a channel, late", yield* thrown(() => channel.get(10)), channel.balance);
  const order: string[] = [];
  const putter = spawn(function* () {
    yield* channel.put("item");
    order.push("put");
  });
  yield* sleep(0);
  say("who puts waits", order, channel.balance);
  say("get", yield* channel.get());
  yield* putter.join();
  say("then it is put", order);
  const getter = spawn(() => channel.get());
  yield* sleep(0);
  say("who gets waits", channel.balance);
  yield* channel.put("other");
  say("it gets", yield* getter.get());
  const reader = spawn(() => itemsOf(channel));
  for (const item of [1, 2, END] as const) yield* channel.put(item);
  say("a loop over a channel", yield* reader.get());
  for (const item of [1, 2, 3]) spawn(() => channel.put(item));
  yield* sleep(0);
  const got: unknown[] = [];
  for (let i = 0; i < 3; i++) got.push(yield* channel.get());
  say("in their order", got);
}
