import type { ModelName, ModelOptions } from "../../../servers/context/context.ts";
import type { TraceEvent } from "../../../servers/metrics/trace.ts";
import { MODEL_NAMES, modelEntry } from "../../../servers/registry.ts";
import { ClientTracker } from "../../../servers/watch/client_tracker.ts";
import { ACTIVITIES } from "../../../servers/watch/frames.ts";
import { lanePlan, LaneTracker } from "../../../servers/watch/lane_tracker.ts";
import { assertEquals } from "../../harness/assert.ts";
import { MODEL_OPTIONS } from "../../harness/model_options.ts";
import "../../harness/sanitizers.ts";

const NOBODY = new Set<number>();

/** The lanes of a model, which began at 0. */
class Lanes {
  readonly #clients: ClientTracker;
  readonly #lanes: LaneTracker;
  #nowMs = 0;

  constructor(model: ModelName, options: Partial<ModelOptions> = {}) {
    const { servedBy, forks } = modelEntry(model);
    this.#clients = new ClientTracker(servedBy, forks === "beforehand");
    this.#lanes = new LaneTracker(lanePlan(model, { ...MODEL_OPTIONS, ...options }), 0);
  }

  /** At this time something happens. */
  tell(
    timeMs: number,
    event: TraceEvent,
    client = 0,
    worker = 0,
    sizeBytes = 0,
    isAfterGap = false,
  ) {
    this.#nowMs = timeMs;
    const record = { event, timeMs, client, worker, sizeBytes, isAfterGap };
    const peer = { host: "127.0.0.1", port: 1_000 + client, bytes: new Uint8Array(0) };
    const all = { ...record, ...peer };
    this.#lanes.apply(all, this.#clients.apply(all));
  }

  /** Until this time nothing else happens. */
  pass(timeMs = this.#nowMs, gaps: ReadonlySet<number> = NOBODY, isHeld = false): void {
    this.#lanes.settle(timeMs, gaps, isHeld);
  }

  /** What the lanes have done since the last call, by lane, in words; a client is `#` and its number. */
  done(): string[][] {
    const { phases } = this.#lanes.takeChanges();
    const lanes: string[][] = [];
    for (const [timeMs, lane, activity, client] of phases) {
      const words = `${timeMs} ${ACTIVITIES[activity]}${client > 0 ? ` #${client}` : ""}`;
      (lanes[lane] ??= []).push(words);
    }
    return lanes;
  }

  /** The returns since the last call. */
  returns(): readonly (readonly number[])[] {
    return this.#lanes.takeChanges().returns;
  }

  /** What each lane does now. */
  now(): string[] {
    return this.#lanes.all().map(([timeMs, lane, activity, client]) =>
      `lane ${lane}: ${ACTIVITIES[activity]} #${client} since ${timeMs}`
    );
  }
}

/** A turn of a loop in which a client is accepted, and one in which it is served. */
function tellTwoTurns(lanes: Lanes, worker = 0): void {
  lanes.tell(10, "returned", 1, worker, 1);
  lanes.tell(11, "accepted", 7, worker);
  lanes.tell(20, "returned", 1, worker, 2);
  lanes.tell(21, "received", 7, worker, 5);
  lanes.tell(23, "handled", 7, worker, 5);
  lanes.tell(26, "sent", 7, worker, 5);
  lanes.pass();
}

const TWO_TURNS = [
  ...["0 wait", "10 accept #1", "11 wait", "20 recv #1", "21 handle #1", "23 send #1", "26 wait"],
];

for (const model of ["select", "poll", "epoll", "uring", "greenlet", "gevent"] as const) {
  Deno.test(`${model}: the loop waits, and in between does one thing after the other`, () => {
    const lanes = new Lanes(model);
    tellTwoTurns(lanes);
    assertEquals(lanes.done(), [TWO_TURNS]);
  });
}

for (const model of ["workers", "reuseport", "leader-followers"] as const) {
  Deno.test(`${model}: each worker waits and works, and the server waits for them`, () => {
    const lanes = new Lanes(model, { workers: 2 });
    tellTwoTurns(lanes, 2);
    assertEquals(lanes.done(), [["0 wait"], ["0 wait"], TWO_TURNS]);
  });
}

Deno.test("reactors: the server accepts and hands on, its loops serve", () => {
  const lanes = new Lanes("reactors", { workers: 1 });
  lanes.tell(5, "accepted", 7);
  lanes.tell(6, "dispatched", 7, 1);
  lanes.tell(10, "returned", 1, 1, 2);
  lanes.tell(12, "received", 7, 1, 5);
  lanes.pass(15);
  assertEquals(lanes.done(), [
    ["0 accept", "5 dispatch #1", "6 accept"],
    ["0 wait", "10 recv #1", "12 handle #1"],
  ]);
});

Deno.test("blocking: the server accepts a client, and serves it to its end", () => {
  const lanes = new Lanes("blocking");
  lanes.tell(10, "accepted", 7);
  lanes.tell(12, "received", 7, 0, 5);
  lanes.tell(14, "handled", 7, 0, 5);
  lanes.tell(15, "sent", 7, 0, 5);
  lanes.tell(20, "closed", 7);
  assertEquals(lanes.done(), [
    ["0 accept", "10 recv #1", "12 handle #1", "14 send #1", "15 recv #1", "20 accept"],
  ]);
});

Deno.test("blocking: the server sleeps with its handler, and sends what is due then", () => {
  const lanes = new Lanes("blocking");
  lanes.tell(10, "accepted", 7);
  lanes.tell(12, "received", 7, 0, 5);
  lanes.tell(13, "asleep", 7, 0, 100);
  lanes.pass(50);
  assertEquals(lanes.now(), ["lane 0: sleep #1 since 13"]);
  lanes.tell(115, "sent", 7, 0, 5);
  assertEquals(lanes.done()[0].slice(-3), ["12 handle #1", "13 sleep #1", "113 send #1"]);
});

Deno.test("a loop does not sleep with its handler", () => {
  const lanes = new Lanes("select");
  lanes.tell(10, "accepted", 7);
  lanes.tell(20, "returned", 1, 0, 2);
  lanes.tell(21, "received", 7, 0, 5);
  lanes.tell(22, "asleep", 7, 0, 100);
  lanes.pass(50);
  assertEquals(lanes.now(), ["lane 0: wait #0 since 22"]);
  lanes.tell(122, "returned", 0, 0, 2);
  lanes.tell(123, "sent", 7, 0, 5);
  lanes.pass();
  assertEquals(lanes.done()[0].slice(-3), ["22 wait", "122 send #1", "123 wait"]);
});

Deno.test("process: each of six clients in turn has a lane, which ends with its process", () => {
  const lanes = new Lanes("process");
  for (let client = 1; client <= 6; client++) {
    const at = client * 10;
    lanes.tell(at, "accepted", client);
    lanes.tell(at + 1, "dispatched", client, 1, 4_000 + client);
    lanes.tell(at + 2, "received", client, 1, 5);
    lanes.tell(at + 3, "handled", client, 1, 5);
    lanes.tell(at + 4, "sent", client, 1, 5);
    lanes.tell(at + 5, "closed", client);
  }
  const [server, ...processes] = lanes.done();
  assertEquals(server.slice(0, 4), ["0 accept", "10 dispatch #1", "11 accept", "20 dispatch #2"]);
  assertEquals(processes.length, 6);
  processes.forEach((done, index) => {
    const client = index + 1;
    assertEquals(done, [
      `${client}1 recv #${client}`,
      `${client}2 handle #${client}`,
      `${client}3 send #${client}`,
      `${client}4 recv #${client}`,
      `${client}5 ended`,
    ]);
  });
  assertEquals(lanes.now(), ["lane 0: accept #0 since 61"]);
});

Deno.test("prefork: children accept, and go on when their client has left", () => {
  const lanes = new Lanes("prefork", { workers: 1 });
  lanes.tell(10, "accepted", 7, 1);
  lanes.tell(10, "dispatched", 7, 1, 4_000);
  lanes.tell(12, "received", 7, 1, 5);
  lanes.tell(13, "closed", 7, 1);
  assertEquals(lanes.done(), [["0 wait"], ["0 accept", "10 recv #1", "12 handle #1", "13 accept"]]);
});

Deno.test("prefork: another process takes the lane of one that has ended", () => {
  const lanes = new Lanes("prefork", { workers: 1 });
  lanes.tell(10, "accepted", 7, 1);
  lanes.tell(20, "closed", 7, 1);
  lanes.tell(20, "ended", 0, 1);
  assertEquals(lanes.now(), ["lane 0: wait #0 since 0"]);
  lanes.pass(50, new Set([1]));
  lanes.tell(60, "began", 0, 1, 4_712);
  assertEquals(lanes.done()[1].slice(-3), ["20 accept", "20 ended", "60 accept"]);
});

Deno.test("thread: the server hands clients on, and a thread waits for the next one", () => {
  const lanes = new Lanes("thread");
  lanes.tell(10, "accepted", 7);
  lanes.tell(11, "waiting");
  lanes.tell(30, "dispatched", 7, 1);
  lanes.tell(31, "received", 7, 1, 5);
  lanes.tell(32, "handled", 7, 1, 5);
  lanes.tell(33, "sent", 7, 1, 5);
  lanes.tell(40, "closed", 7, 1);
  assertEquals(lanes.done(), [
    ["0 accept", "10 dispatch #1", "11 accept"],
    ["30 recv #1", "31 handle #1", "32 send #1", "33 recv #1", "40 wait"],
  ]);
});

Deno.test("a client that leaves the queue changes nothing on the lane of a thread", () => {
  const lanes = new Lanes("threadpool", { threads: 1 });
  lanes.tell(10, "accepted", 7);
  lanes.tell(11, "dispatched", 7, 1);
  lanes.tell(20, "accepted", 8);
  lanes.tell(21, "closed", 8);
  assertEquals(lanes.done()[1], ["0 wait", "11 recv #1"]);
});

Deno.test("offload: the loop receives and sends, a thread works on one message after the other", () => {
  const lanes = new Lanes("offload", { workers: 1 });
  for (const client of [1, 2]) {
    lanes.tell(client, "accepted", client);
    lanes.tell(client, "dispatched", client, 1);
  }
  lanes.tell(10, "returned", 2, 0, 3);
  lanes.tell(11, "received", 1, 0, 5);
  lanes.tell(12, "received", 2, 0, 5);
  lanes.tell(20, "handled", 1, 1, 5);
  lanes.tell(21, "returned", 1, 0, 3);
  lanes.tell(22, "sent", 1, 0, 5);
  lanes.tell(30, "handled", 2, 1, 5);
  lanes.pass();
  const [loop, thread] = lanes.done();
  assertEquals(loop.slice(-5), ["10 recv #1", "11 recv #2", "12 wait", "21 send #1", "22 wait"]);
  assertEquals(thread, ["0 wait", "11 handle #1", "20 handle #2", "30 wait"]);
});

Deno.test("pipeline: another thread sends what was computed", () => {
  const lanes = new Lanes("pipeline", { workers: 1 });
  lanes.tell(1, "accepted", 1);
  lanes.tell(1, "dispatched", 1, 1);
  lanes.tell(10, "returned", 1, 0, 3);
  lanes.tell(11, "received", 1, 0, 5);
  lanes.tell(20, "handled", 1, 1, 5);
  lanes.tell(22, "sent", 1, 2, 5);
  lanes.pass();
  assertEquals(lanes.done()[2], ["0 wait", "20 send #1", "22 wait"]);
});

Deno.test("nonblocking asks its sockets all the time, or sleeps between the rounds", () => {
  for (const [pauseMs, idle] of [[0, "recv"], [10, "sleep"]] as const) {
    const lanes = new Lanes("nonblocking", { pauseMs });
    lanes.tell(10, "accepted", 7);
    lanes.tell(11, "returned", 1, 0, 1);
    lanes.tell(20, "received", 7, 0, 5);
    lanes.tell(22, "handled", 7, 0, 5);
    lanes.tell(23, "sent", 7, 0, 5);
    lanes.tell(25, "returned", 0, 0, 2);
    lanes.tell(30, "closed", 7);
    lanes.pass(40);
    assertEquals(lanes.done(), [[
      ...[`0 ${idle}`, "10 accept #1", `10 ${idle}`, "20 recv #1", "20 handle #1", "22 send #1"],
      ...[`23 ${idle}`, "30 recv #1", `30 ${idle}`],
    ]], `--pause ${pauseMs}`);
  }
});

Deno.test("async waits until a message has come", () => {
  const lanes = new Lanes("async");
  lanes.tell(10, "accepted", 7);
  lanes.tell(20, "received", 7, 0, 5);
  lanes.tell(22, "handled", 7, 0, 0);
  lanes.pass(25);
  assertEquals(lanes.done(), [[
    ...["0 wait", "10 accept #1", "10 wait", "20 recv #1", "20 handle #1", "22 wait"],
  ]]);
});

Deno.test("while the handler burns CPU, its lane says so before it is done", () => {
  for (const model of MODEL_NAMES.filter((name) => modelEntry(name).servedBy !== "sharedThread")) {
    const lanes = new Lanes(model, { workers: 1 });
    const { workersAccept } = modelEntry(model);
    const worker = workersAccept ? 1 : 0;
    lanes.tell(10, "accepted", 1, worker);
    const isHandedOn = ["process", "thread", "threadpool", "reactors"].includes(model);
    if (isHandedOn) lanes.tell(11, "dispatched", 1, 1, 4_000);
    lanes.tell(12, "received", 1, isHandedOn ? 1 : worker, 5);
    for (let timeMs = 50; timeMs < 2_000; timeMs += 50) lanes.pass(timeMs);
    const lane = isHandedOn || workersAccept ? 1 : 0;
    assertEquals(lanes.now()[lane], `lane ${lane}: handle #1 since 12`, model);
  }
});

Deno.test("a return is listed with what it looked at and found", () => {
  const lanes = new Lanes("select");
  lanes.tell(10.1234567, "returned", 1, 0, 1);
  lanes.tell(11, "accepted", 7);
  lanes.tell(20, "returned", 0, 0, 2);
  assertEquals(lanes.returns(), [[10.123, 0, 1, 1], [20, 0, 2, 0]]);
});

Deno.test("what was left out is not known until the next record", () => {
  const lanes = new Lanes("epoll");
  lanes.tell(10, "accepted", 7);
  lanes.tell(20, "returned", 1, 0, 1);
  lanes.tell(21, "received", 7, 0, 5);
  lanes.tell(22, "handled", 7, 0, 5);
  lanes.pass(50, new Set([0]));
  assertEquals(lanes.now(), ["lane 0: untraced #0 since 22"]);
  lanes.tell(60, "sent", 7, 0, 5, true);
  lanes.pass(100);
  assertEquals(lanes.done()[0].slice(-3), ["22 untraced", "60 send #1", "60 wait"]);
});

Deno.test("a record after a gap says that what was done before is not known", () => {
  const lanes = new Lanes("epoll");
  lanes.tell(10, "accepted", 7);
  lanes.pass(50);
  lanes.tell(90, "received", 7, 0, 5, true);
  lanes.pass(100, new Set([0]));
  assertEquals(lanes.now(), ["lane 0: handle #1 since 90"]);
  assertEquals(lanes.done()[0].slice(-4), [
    ...["10 wait", "50 untraced", "90 recv #1", "90 handle #1"],
  ]);
});

Deno.test("a gap of long ago takes nothing from what is known since", () => {
  const lanes = new Lanes("epoll");
  lanes.tell(10, "accepted", 7);
  lanes.pass(50, new Set([0]));
  lanes.pass(100);
  lanes.tell(120, "returned", 1, 0, 1, true);
  lanes.tell(121, "received", 7, 0, 5);
  assertEquals(lanes.done()[0].slice(-4), [
    ...["10 untraced", "100 wait", "120 recv #1", "121 handle #1"],
  ]);
});

Deno.test("only the lanes of which something was left out are unknown, until they are quiet", () => {
  const lanes = new Lanes("thread");
  for (const thread of [1, 2]) {
    lanes.tell(thread, "accepted", thread);
    lanes.tell(thread, "dispatched", thread, thread);
    lanes.tell(10 + thread, "received", thread, thread, 5);
  }
  lanes.pass(50, new Set([2]));
  assertEquals(lanes.now().slice(1), [
    "lane 1: handle #1 since 11",
    "lane 2: untraced #0 since 12",
  ]);
  lanes.pass(100, NOBODY, true); // held up, it may be anywhere
  assertEquals(lanes.now()[2], "lane 2: untraced #0 since 12");
  lanes.pass(150);
  assertEquals(lanes.now()[2], "lane 2: recv #2 since 150");
});

Deno.test("a loop goes on when a client has reset its connection", () => {
  const lanes = new Lanes("epoll");
  lanes.tell(10, "accepted", 7);
  lanes.tell(11, "reset", 7);
  lanes.tell(12, "closed", 7);
  lanes.pass(20);
  assertEquals(lanes.now(), ["lane 0: wait #0 since 12"]);
});

Deno.test("a server that moves the bytes of its threads leaves out theirs, not its own", () => {
  const lanes = new Lanes("thread");
  for (const thread of [1, 2]) {
    lanes.tell(thread, "accepted", thread);
    lanes.tell(thread, "dispatched", thread, thread);
  }
  lanes.pass(10);
  lanes.tell(12, "received", 1, 0, 5);
  lanes.pass(50, new Set([0]));
  assertEquals(lanes.now(), [
    "lane 0: accept #0 since 2",
    "lane 1: untraced #0 since 12",
    "lane 2: recv #2 since 2",
  ]);
});

Deno.test("between a reply and its end, and before all that was ready is received, a loop does not wait", () => {
  const lanes = new Lanes("select");
  lanes.tell(1, "accepted", 1);
  lanes.tell(2, "accepted", 2);
  lanes.pass(3);
  lanes.pass(4);
  lanes.done();
  lanes.tell(10, "returned", 2, 0, 3);
  lanes.tell(11, "received", 1);
  lanes.tell(12, "handled", 1, 0, 4);
  lanes.pass(15);
  lanes.tell(20, "sent", 1);
  lanes.pass(25);
  lanes.tell(30, "received", 2);
  lanes.tell(31, "handled", 2, 0, 4);
  lanes.tell(32, "sent", 2);
  lanes.pass(40);
  assertEquals(lanes.done()[0], [
    ...["10 recv #1", "11 handle #1", "12 send #1", "20 recv #2", "30 handle #2", "31 send #2"],
    "32 wait",
  ]);
});

Deno.test("a loop waits again soon, if what was ready leads to no record", () => {
  const lanes = new Lanes("select");
  lanes.tell(1, "accepted", 1);
  lanes.pass(3);
  lanes.pass(4);
  lanes.done();
  lanes.tell(10, "returned", 2, 0, 3); // a client, and the keyboard
  lanes.tell(11, "received", 1);
  lanes.tell(12, "handled", 1, 0, 4);
  lanes.tell(13, "sent", 1);
  lanes.pass(15);
  lanes.pass(65);
  assertEquals(lanes.done()[0], ["10 recv #1", "11 handle #1", "12 send #1", "13 wait"]);
});

Deno.test("a loop that is held up is not drawn in its waiting call, nor a thread in its handler", () => {
  const loop = new Lanes("epoll");
  loop.tell(1, "accepted", 1);
  loop.pass(50);
  loop.pass(100);
  loop.done();
  loop.pass(150, NOBODY, true);
  loop.pass(1_000, NOBODY, true);
  loop.tell(1_010, "returned", 1, 0, 1);
  loop.tell(1_011, "received", 1);
  loop.tell(1_012, "handled", 1, 0, 4);
  loop.tell(1_013, "sent", 1);
  loop.pass(1_050);
  assertEquals(loop.done()[0], [
    ...["100 untraced", "1010 recv #1", "1011 handle #1", "1012 send #1", "1013 wait"],
  ]);

  const threads = new Lanes("thread");
  for (const thread of [1, 2]) {
    threads.tell(thread, "accepted", thread);
    threads.tell(thread, "dispatched", thread, thread);
  }
  threads.tell(10, "received", 1, 1, 5);
  threads.pass(50, NOBODY, true);
  assertEquals(threads.now().slice(1), [
    "lane 1: untraced #0 since 10",
    "lane 2: recv #2 since 2", // it is caught when its client sends
  ]);
});

Deno.test("at full load what follows the last record is not known, though each frame begins with a gap", () => {
  const lanes = new Lanes("epoll");
  lanes.tell(1, "accepted", 1);
  lanes.pass(50, new Set([0]));
  lanes.done();
  for (const beginMs of [50, 100]) {
    lanes.tell(beginMs + 1, "received", 1, 0, 5, true);
    lanes.tell(beginMs + 2, "handled", 1, 0, 5);
    lanes.tell(beginMs + 3, "sent", 1, 0, 5);
    lanes.tell(beginMs + 4, "received", 1, 0, 5);
    lanes.pass(beginMs + 50, new Set([0]));
  }
  assertEquals(lanes.done()[0], [
    ...["51 recv #1", "51 handle #1", "52 send #1", "53 recv #1", "54 handle #1", "54 untraced"],
    ...["101 recv #1", "101 handle #1", "102 send #1", "103 recv #1", "104 handle #1"],
    "104 untraced",
  ]);
});

Deno.test("offload: of what was left out the threads' part is unknown too, and is not waited for", () => {
  const lanes = new Lanes("offload", { workers: 1 });
  for (const client of [1, 2]) {
    lanes.tell(client, "accepted", client);
    lanes.tell(client, "dispatched", client, 1);
  }
  lanes.tell(10, "received", 1, 0, 5);
  lanes.pass(50, new Set([0]));
  assertEquals(lanes.done()[1], ["0 wait", "10 handle #1", "10 untraced"]);
  lanes.tell(60, "received", 2, 0, 5, true);
  lanes.tell(61, "handled", 2, 1, 5);
  lanes.pass(100);
  assertEquals(lanes.done()[1], ["60 handle #2", "61 wait"]);
});
