/**
 * What it costs to hand a connection to somebody else after accept: to a thread through a queue and an
 * eventfd(2), or to a process, SCM_RIGHTS of unix(7).
 *
 * @module
 */

import { openMemory } from "../../servers/metrics/memory.ts";
import { DescriptorPassing } from "../../servers/system/descriptor_passing.ts";
import { createWaker, wake } from "../../servers/system/eventfd.ts";
import { createMapping } from "../../servers/system/mmap.ts";
import { setBlocking } from "../../servers/sockets/libc/socket_options.ts";
import { socketPair } from "../../servers/system/socket_pair.ts";
import type { SystemCalls } from "../../servers/system/system_calls.ts";
import { serveEcho } from "./echo.ts";
import { defineExperiment, quantile } from "./experiment.ts";
import { forkChild, waitFor } from "./forked_child.ts";
import { type Listening, Loopback } from "./loopback.ts";
import { measureInOwnProcess } from "./own_process.ts";
import { sleepsOf, WaitingChildren } from "./waiting_children.ts";
import { endWorkers, startWorker } from "../../servers/system/worker_life.ts";

/** How many connections come, one after another. */
const CONNECTIONS = 200;
/** How many wake-ups a connection takes at least that is handed on, beyond those of one that is not. */
const MORE_WAKE_UPS = 0.5;
const BYTE = Uint8Array.of(1);

/** Who serves a connection: the process that accepts, a thread of it, or another process. */
const WAYS = ["none", "queue", "passed"] as const;
type Way = typeof WAYS[number];

/** What a connection cost. */
interface Cost {
  /** Until the client has its answer: the median. */
  readonly us: number;
  /** Of all that serve, for a connection. */
  readonly wakeUps: number;
}

type Observations = Readonly<Record<Way, Cost>>;

/** What the thread is given. */
export interface HandoffQueue {
  /** The descriptor of a connection, or -1 while there is none. */
  readonly memory: SharedArrayBuffer;
  readonly waker: number;
  readonly connections: number;
}

/** `playground lab handoff` */
export const handoff = defineExperiment(
  "handoff",
  (texts) => measureInOwnProcess<Observations>("handoff", texts),
  (costs, texts) => ({
    lines: [
      texts.connections(CONNECTIONS),
      {
        scale: "linear",
        bars: WAYS.map((way) => ({
          label: texts.ways[way],
          value: costs[way].us,
          shown: texts.cost(costs[way].us, costs[way].wakeUps),
        })),
      },
    ],
    expectations: [
      {
        isMet: costs.queue.wakeUps >= costs.none.wakeUps + MORE_WAKE_UPS,
        otherwise: texts.free("queue"),
      },
      {
        isMet: costs.passed.wakeUps >= costs.none.wakeUps + MORE_WAKE_UPS,
        otherwise: texts.free("passed"),
      },
    ],
  }),
);

/** Measures the three: first those that fork, as long as there is one thread. */
export async function measureHandoffs(): Promise<Observations> {
  const none = await measure(({ calls }, accept) => {
    for (let i = 0; i < CONNECTIONS; i++) serveEcho(calls, accept());
  });
  return { none, passed: await measurePassing(), queue: await measureQueue() };
}

async function measurePassing(): Promise<Cost> {
  const [near, far] = socketPair();
  const passing = new DescriptorPassing(1);
  using loopback = new Loopback();
  using children = new WaitingChildren(1, [far], () => {
    for (;;) serveEcho(loopback.calls, passing.receive(far) ?? -1);
  });
  try {
    return await measure(({ calls }, accept) => {
      for (let i = 0; i < CONNECTIONS; i++) {
        const connection = accept();
        passing.send(near, connection);
        calls.close(connection);
      }
    }, children.pids);
  } finally {
    for (const descriptor of [near, far]) loopback.calls.close(descriptor);
  }
}

async function measureQueue(): Promise<Cost> {
  using loopback = new Loopback();
  const waker = createWaker(loopback.calls);
  setBlocking(loopback.calls, waker, true);
  const memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const queue: HandoffQueue = { memory, waker, connections: CONNECTIONS };
  const slot = new Int32Array(memory).fill(-1);
  let worker: Worker | undefined;
  try {
    return await measure(async ({ calls }, accept) => {
      worker = startWorker(new URL("./handoff_worker.ts", import.meta.url));
      await answerOf(worker, queue);
      for (let i = 0; i < CONNECTIONS; i++) {
        Atomics.store(slot, 0, accept());
        wake(calls, waker);
      }
      await answerOf(worker, undefined);
    });
  } finally {
    if (worker !== undefined) endWorkers([worker]);
    loopback.calls.close(waker);
  }
}

/** Sends a message, if there is one, and waits for the next from the thread. */
function answerOf(worker: Worker, message: HandoffQueue | undefined): Promise<void> {
  return new Promise((resolve) => {
    worker.onmessage = () => resolve();
    if (message !== undefined) worker.postMessage(message);
  });
}

/**
 * @param serve has each connection served that `accept` gives
 * @param others processes that serve as well
 */
async function measure(
  serve: (loopback: Loopback, accept: () => number) => void | Promise<void>,
  others: readonly number[] = [],
): Promise<Cost> {
  using loopback = new Loopback();
  const listening = loopback.listen(8);
  const sizeBytes = CONNECTIONS * Float64Array.BYTES_PER_ELEMENT;
  const { descriptor, address } = createMapping(sizeBytes);
  loopback.calls.close(descriptor); // the memory stays
  const times = new Float64Array(openMemory({ address, sizeBytes }));
  const client = forkChild([], () => connectAll(loopback, listening, times));
  const sleeps = () => [Deno.pid, ...others].reduce((sum, pid) => sum + sleepsOf(pid), 0);
  let before = 0;
  let accepted = 0;
  await serve(loopback, () => {
    const connection = loopback.accept(listening);
    loopback.disown(connection); // whoever serves it closes it
    if (accepted++ === 0) before = sleeps();
    return connection;
  });
  const wakeUps = (sleeps() - before) / CONNECTIONS;
  waitFor(client);
  return { us: quantile([...times], 0.5) * 1_000, wakeUps };
}

/** What the client does: connects, sends a byte, and has it back, again and again. */
function connectAll(loopback: Loopback, listening: Listening, times: Float64Array): number {
  const buffer = new Uint8Array(1);
  for (let i = 0; i < CONNECTIONS; i++) {
    const beganMs = performance.now();
    const descriptor = loopback.connect(listening);
    loopback.send(descriptor, BYTE);
    receiveByte(loopback.calls, descriptor, buffer);
    times[i] = performance.now() - beganMs;
    loopback.close(descriptor);
  }
  return 0;
}

function receiveByte(calls: SystemCalls, descriptor: number, buffer: Uint8Array): void {
  while (calls.recv(descriptor, buffer, 1, 0) < 0);
}
