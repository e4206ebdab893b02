/**
 * What experiments make of what they see: each is shown what it would see if its claim held, and then
 * what speaks against it.
 *
 * @module
 */

import { enLab } from "../../../cli/messages/en/lab_experiments.ts";
import { acceptBalance } from "../../../clients/lab/accept_balance.ts";
import { backlog } from "../../../clients/lab/backlog.ts";
import { busyPoll } from "../../../clients/lab/busy_poll.ts";
import { copyOnWrite } from "../../../clients/lab/copy_on_write.ts";
import { cpuHog } from "../../../clients/lab/cpu_hog.ts";
import { emptyRecv } from "../../../clients/lab/empty_recv.ts";
import { type JudgingExperiment, verdictOn } from "../../../clients/lab/experiment.ts";
import { fdLimit } from "../../../clients/lab/fd_limit.ts";
import { handoff } from "../../../clients/lab/handoff.ts";
import { lockOrHerd } from "../../../clients/lab/lock_or_herd.ts";
import { thunderingHerd } from "../../../clients/lab/thundering_herd.ts";
import { geventOrder } from "../../../clients/lab/gevent_order.ts";
import { ioBound } from "../../../clients/lab/io_bound.ts";
import { ltVsEt } from "../../../clients/lab/lt_vs_et.ts";
import { overload } from "../../../clients/lab/overload.ts";
import { oneAtATime } from "../../../clients/lab/one_at_a_time.ts";
import { processCost } from "../../../clients/lab/process_cost.ts";
import { readinessOrCompletion } from "../../../clients/lab/readiness_or_completion.ts";
import { scanCost } from "../../../clients/lab/scan_cost.ts";
import { sharedDescriptor } from "../../../clients/lab/shared_descriptor.ts";
import { stuckWorker } from "../../../clients/lab/stuck_worker.ts";
import { switchCost } from "../../../clients/lab/switch_cost.ts";
import { zombies } from "../../../clients/lab/zombies.ts";
import { assertEquals } from "../../harness/assert.ts";

const texts = enLab.experiments;

/** What is seen instead, and what is said of it then. */
type Objection<Observations> = readonly [instead: Partial<Observations>, reason: string];

function testVerdict<Observations extends object>(
  name: string,
  experiment: JudgingExperiment<Observations>,
  expected: Observations,
  ...objections: readonly Objection<Observations>[]
): void {
  Deno.test(`${name}: the claim holds when what it says is seen`, () => {
    assertEquals(verdictOn(experiment.judge(expected, enLab)), { verdict: "holds" });
  });
  for (const [instead, reason] of objections) {
    Deno.test(`${name}: the claim does not hold when ${reason}`, () => {
      const judgement = experiment.judge({ ...expected, ...instead }, enLab);
      assertEquals(verdictOn(judgement), { verdict: "does-not-hold", reason });
    });
  }
}

testVerdict(
  "one-at-a-time",
  oneAtATime,
  {
    connectMs: 0.2,
    sent: ["one ", "two "],
    answeredMeanwhile: false,
    answer: "one two ",
    answerMs: 1,
    recvs: ["one two "],
  },
  [{ answeredMeanwhile: true }, texts["one-at-a-time"].answeredMeanwhile],
  [{ answer: "one " }, texts["one-at-a-time"].lost],
  [{ recvs: ["one ", "two "] }, texts["one-at-a-time"].inPieces(2)],
);

const queue = {
  backlog: 4,
  clients: 9,
  connected: 5,
  failed: 0,
  waiting: 4,
  connectedLater: 4,
  laterMs: 900,
};
testVerdict(
  "backlog",
  backlog,
  { rows: [queue] },
  [{ rows: [queue, { ...queue, connected: 3 }] }, texts.backlog.notConnected],
  [{ rows: [{ ...queue, connected: 9, waiting: 0 }] }, texts.backlog.noLimit],
  [{ rows: [{ ...queue, failed: 4, waiting: 0 }] }, texts.backlog.refused],
  [{ rows: [{ ...queue, connectedLater: 0 }] }, texts.backlog.notLater],
);

testVerdict(
  "empty-recv",
  emptyRecv,
  {
    rows: [
      { sockets: "libc", client: "is silent", recv: "would block" },
      { sockets: "libc", client: "closes", recv: "nothing" },
      { sockets: "libc", client: "resets", recv: "reset" },
    ],
  },
  [
    { rows: [{ sockets: "deno", client: "is silent", recv: "nothing" }] },
    texts["empty-recv"].nothingOtherwise,
  ],
  [
    { rows: [{ sockets: "deno", client: "resets", recv: "nothing" }] },
    texts["empty-recv"].nothingOtherwise,
  ],
  [
    { rows: [{ sockets: "deno", client: "is silent", recv: "reset" }] },
    texts["empty-recv"].resetOtherwise,
  ],
);

const dear = { clients: 8, allServedMs: 8, privateBytes: 700_000 };
const cheap = { clients: 400, allServedMs: 8, privateBytes: 1_000 };
testVerdict(
  "process-cost",
  processCost,
  { fork: dear, cat: dear, runtime: dear, thread: dear, kept: dear, coroutine: cheap },
  [{ fork: { ...dear, allServedMs: 6_000 } }, texts["process-cost"].fewTakeLong],
  [{ fork: { ...dear, privateBytes: 9_000 } }, texts["process-cost"].notDearer],
  [{ fork: { ...dear, allServedMs: 1 } }, texts["process-cost"].notDearer],
);

const memory = { afterFork: 600_000, afterReading: 700_000, afterWriting: 9_000_000 };
testVerdict(
  "copy-on-write",
  copyOnWrite,
  {
    ...{ blockBytes: 32_000_000, pageBytes: 4_096, pagesWritten: 2_000 },
    ...{ childSawTheSame: true, parentKeptItsBytes: true, childKeptItsBytes: true },
    privateBytes: memory,
    ...{ writeMs: 2, writeAgainMs: 0.01 },
  },
  [{ childSawTheSame: false }, texts["copy-on-write"].notTheSame],
  [{ parentKeptItsBytes: false }, texts["copy-on-write"].notSeparate],
  [{ childKeptItsBytes: false }, texts["copy-on-write"].notSeparate],
  [
    { privateBytes: { afterFork: 33e6, afterReading: 33e6, afterWriting: 42e6 } },
    texts["copy-on-write"].copiedAtOnce,
  ],
  [{ privateBytes: { ...memory, afterWriting: 702_000 } }, texts["copy-on-write"].notByPages],
  [{ privateBytes: { ...memory, afterWriting: 33_000_000 } }, texts["copy-on-write"].notByPages],
);

testVerdict(
  "zombies",
  zombies,
  {
    ...{ exited: [0, 42], states: ["Z", "Z"], memoryBytes: 0, ps: null },
    ...{ leftByKill: 2, collected: [0, 42], leftByWait: 0 },
  },
  [{ states: ["Z", ""] }, texts.zombies.noZombie],
  [{ memoryBytes: 4_096 }, texts.zombies.hasMemory],
  [{ leftByKill: 1 }, texts.zombies.killable],
  [{ collected: [0, 137] }, texts.zombies.otherStatus],
  [{ leftByWait: 1 }, texts.zombies.stays],
);

const served = { answered: true, ended: true, endedWithParent: true, error: null };
testVerdict(
  "shared-descriptor",
  sharedDescriptor,
  {
    processKept: { ...served, ended: false },
    processClosed: served,
    threadKept: served,
    threadClosed: { ...served, answered: false, error: "recv: EBADF (9)" },
  },
  [{ processKept: served }, texts["shared-descriptor"].endedAllTheSame],
  [{ processClosed: { ...served, ended: false } }, texts["shared-descriptor"].notEnded],
  [{ threadKept: { ...served, answered: false } }, texts["shared-descriptor"].threadFailed],
  [{ threadClosed: served }, texts["shared-descriptor"].threadServed],
);

testVerdict(
  "busy-poll",
  busyPoll,
  {
    clients: 10,
    pauseMs: 20,
    busy: { cpuShare: 0.99, roundTripMs: 0.02 },
    paused: { cpuShare: 0.01, roundTripMs: 20 },
    epoll: { cpuShare: 0, roundTripMs: 0.02 },
  },
  [{ busy: { cpuShare: 0.1, roundTripMs: 0.02 } }, texts["busy-poll"].doesNotBurn],
  [{ paused: { cpuShare: 0.9, roundTripMs: 20 } }, texts["busy-poll"].burnsAllTheSame],
  [{ paused: { cpuShare: 0.01, roundTripMs: 0.02 } }, texts["busy-poll"].notSlower],
);

testVerdict(
  "fd-limit",
  fdLimit,
  {
    clients: 1_100,
    select: { served: 990, refusedDescriptor: 1_024 },
    largerSelect: { served: 1_100, refusedDescriptor: null },
    epoll: { served: 1_100, refusedDescriptor: null },
  },
  [{ select: { served: 1_100, refusedDescriptor: null } }, texts["fd-limit"].noLimit],
  [{ epoll: { served: 990, refusedDescriptor: null } }, texts["fd-limit"].epollLimited],
  [{ largerSelect: { served: 990, refusedDescriptor: null } }, texts["fd-limit"].systemLimited],
);

/** What a turn costs with few idle connections, and with many. */
function costs(select: number, poll: number, epoll: number) {
  const many = { select, poll, epoll };
  const calls = ["select", "poll", "epoll"] as const;
  return [
    ...calls.map((call) => ({ idle: 10, call, turnUs: 2 })),
    ...calls.map((call) => ({ idle: 10_000, call, turnUs: many[call] })),
  ];
}
testVerdict(
  "scan-cost",
  scanCost,
  { active: 10, rows: costs(1_000, 900, 2) },
  [{ rows: costs(4, 900, 2) }, texts["scan-cost"].doesNotGrow("select")],
  [{ rows: costs(1_000, 4, 2) }, texts["scan-cost"].doesNotGrow("poll")],
  [{ rows: costs(1_000, 900, 20) }, texts["scan-cost"].grows("epoll")],
);

/** What a message takes with few clients and with many, in calls. */
function calls(epoll: number, uring: number, uringAlone: number) {
  const load = { sizeBytes: 64, cpuUs: 5, p99Ms: 1 };
  return [
    { ...load, clients: 1, model: "epoll" as const, calls: 3 },
    { ...load, clients: 1, model: "uring" as const, calls: uringAlone },
    { ...load, clients: 50, model: "epoll" as const, calls: epoll },
    { ...load, clients: 50, model: "uring" as const, calls: uring },
  ];
}
testVerdict(
  "readiness-or-completion",
  readinessOrCompletion,
  { rows: calls(2.1, 0.3, 1) },
  [{ rows: calls(1.5, 0.3, 1) }, texts["readiness-or-completion"].fewCalls],
  [{ rows: calls(2.1, 0.3, 2) }, texts["readiness-or-completion"].manyCalls],
  [{ rows: calls(2.1, 0.9, 1) }, texts["readiness-or-completion"].noBatch],
);

testVerdict(
  "lt-vs-et",
  ltVsEt,
  {
    sentBytes: 2_000,
    recvSizeBytes: 1_000,
    level: { reports: 2, receivedBytes: 2_000, leftBytes: 0 },
    edge: { reports: 1, receivedBytes: 1_000, leftBytes: 1_000 },
    drained: { reports: 1, receivedBytes: 2_000, leftBytes: 0 },
  },
  [
    { level: { reports: 1, receivedBytes: 1_000, leftBytes: 1_000 } },
    texts["lt-vs-et"].levelStalled,
  ],
  [
    { edge: { reports: 2, receivedBytes: 2_000, leftBytes: 0 } },
    texts["lt-vs-et"].edgeReportedAgain,
  ],
  [
    { drained: { reports: 1, receivedBytes: 1_000, leftBytes: 1_000 } },
    texts["lt-vs-et"].drainStalled,
  ],
);

const equal = [26, 25, 25, 24];
testVerdict(
  "accept-balance",
  acceptBalance,
  { clients: 100, hash: equal, accept: equal, exclusive: [97, 3, 0, 0], turns: [25, 25, 25, 25] },
  [{ hash: [70, 10, 10, 10] }, texts["accept-balance"].notByHash],
  [{ accept: [97, 3, 0, 0] }, texts["accept-balance"].notByAccept],
  [{ exclusive: equal }, texts["accept-balance"].notExclusive],
  [{ turns: equal }, texts["accept-balance"].notInTurn],
);

const visits = { clients: 60, waited: 15, medianMs: 2, maxMs: 990 };
testVerdict(
  "stuck-worker",
  stuckWorker,
  { workers: 4, burnMs: 1_000, own: visits, shared: { ...visits, waited: 0, maxMs: 9 } },
  [{ own: { ...visits, waited: 0 } }, texts["stuck-worker"].nobodyWaits],
  [{ own: { ...visits, waited: 60 } }, texts["stuck-worker"].allWait],
  [{ shared: visits }, texts["stuck-worker"].sharedWait],
);

testVerdict(
  "switch-cost",
  switchCost,
  { scheduler: 40_000_000, greenlet: 30_000_000, thread: 200_000, process: 150_000 },
  [{ greenlet: 900_000 }, texts["switch-cost"].noMillion],
  [{ thread: 10_000_000 }, texts["switch-cost"].notCheaper],
);

testVerdict(
  "cpu-hog",
  cpuHog,
  {
    burnMs: 500,
    others: 4,
    coroutine: { maxMs: 480, answeredMeanwhile: 0 },
    thread: { maxMs: 5, answeredMeanwhile: 90 },
    process: { maxMs: 5, answeredMeanwhile: 90 },
  },
  [{ coroutine: { maxMs: 5, answeredMeanwhile: 90 } }, texts["cpu-hog"].coroutinesLive],
  [{ thread: { maxMs: 480, answeredMeanwhile: 0 } }, texts["cpu-hog"].threadsStarve],
);

testVerdict(
  "io-bound",
  ioBound,
  {
    clients: 6,
    takesMs: 50,
    waiting: { blockingMs: 300, coroutineMs: 52 },
    computing: { blockingMs: 300, coroutineMs: 300 },
  },
  [{ waiting: { blockingMs: 300, coroutineMs: 290 } }, texts["io-bound"].noGain],
  [{ computing: { blockingMs: 300, coroutineMs: 52 } }, texts["io-bound"].gain],
);

testVerdict(
  "overload",
  overload,
  {
    ...{ clients: 280, takesMs: 5, everyMs: 2.5, patienceMs: 100, queue: 8 },
    bounded: { refused: 130, p99Ms: 50, partsMs: [48, 50, 49, 50], inTime: 150 },
    endless: { refused: 0, p99Ms: 690, partsMs: [170, 350, 520, 700], inTime: 40 },
  },
  [
    { bounded: { refused: 0, p99Ms: 50, partsMs: [9, 9, 9, 9], inTime: 280 } },
    texts.overload.noOverload,
  ],
  [
    { endless: { refused: 0, p99Ms: 60, partsMs: [50, 60, 60, 60], inTime: 40 } },
    texts.overload.noWait,
  ],
  [
    { endless: { refused: 0, p99Ms: 690, partsMs: [50, 60, 60, 700], inTime: 140 } },
    texts.overload.endlessServes,
  ],
);

testVerdict(
  "gevent-order",
  geventOrder,
  { takesMs: [200, 50, 100], started: [0, 1, 2], finished: [1, 2, 0], elapsedMs: 210 },
  [{ started: [0, 2, 1] }, texts["gevent-order"].otherStart],
  [{ finished: [0, 1, 2] }, texts["gevent-order"].sameOrder],
  [{ elapsedMs: 350 }, texts["gevent-order"].oneByOne],
);

const HERDS = { accept: 1, shared: 2.1, each: 16, exclusive: 1 };
testVerdict(
  "thundering-herd",
  thunderingHerd,
  { waiting: 16, clients: 30, wakeUps: HERDS },
  [{ wakeUps: { ...HERDS, accept: 16 } }, texts["thundering-herd"].acceptHerd],
  [{ wakeUps: { ...HERDS, each: 1 } }, texts["thundering-herd"].noHerd],
  [{ wakeUps: { ...HERDS, exclusive: 15 } }, texts["thundering-herd"].exclusiveHerd],
);

testVerdict(
  "lock-or-herd",
  lockOrHerd,
  { connections: 180, rows: [{ children: 1, sharedUs: 100, lockUs: 100 }] },
  [
    { rows: [{ children: 50, sharedUs: 200, lockUs: 100 }] },
    texts["lock-or-herd"].lockIsFaster,
  ],
);

const NOT_HANDED = { us: 56, wakeUps: 1.7 };
testVerdict(
  "handoff",
  handoff,
  { none: NOT_HANDED, queue: { us: 66, wakeUps: 2.9 }, passed: { us: 70, wakeUps: 3 } },
  [{ queue: NOT_HANDED }, texts.handoff.free("queue")],
  [{ passed: NOT_HANDED }, texts.handoff.free("passed")],
);
