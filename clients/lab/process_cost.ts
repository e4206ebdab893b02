/**
 * What a client costs that has a process, a thread or a coroutine to itself: until it is served, and in
 * memory. All clients come at once.
 *
 * @module
 */

import { formatBytes } from "../../cli/bytes.ts";
import type { LabTexts } from "../../cli/messages.ts";
import { processTree, residentBytes } from "../../servers/system/process_tree.ts";
import { Clients } from "./client.ts";
import { type Chart, defineExperiment } from "./experiment.ts";
import { needSystemCalls } from "./needs.ts";
import { BEST_SOCKETS, startServer } from "./server.ts";

/** How much dearer a process must be than a coroutine, in time and in memory. */
const DEARER_TIMES = 10;
/** Until all of the few are served. */
const FEW_MAX_MS = 5_000;
/** How many clients the forecast is for. */
const HUNDREDS = 500;

/** What serves a client, and how many clients: enough to measure, few enough to wait for. */
const WORKERS = {
  process: { args: ["process"], clients: 8 },
  /** No JavaScript runtime, to show how much of the cost is the process itself. */
  cat: { args: ["process", "--exec", "cat"], clients: 16 },
  thread: { args: ["thread"], clients: 16 },
  coroutine: { args: ["gevent"], clients: 400 },
} as const;
type WorkerName = keyof typeof WORKERS;
const WORKER_NAMES = Object.keys(WORKERS) as WorkerName[]; // keys() forgets the names

interface Cost {
  readonly clients: number;
  readonly allServedMs: number;
  readonly msEach: number;
  readonly bytesEach: number;
}

type Texts = LabTexts["experiments"]["process-cost"];
type Observations = Readonly<Record<WorkerName, Cost>>;

/** `playground lab process-cost` */
export const processCost = defineExperiment(
  "process-cost",
  async (texts): Promise<Observations> => {
    needSystemCalls(texts);
    return {
      process: await measure("process", texts),
      cat: await measure("cat", texts),
      thread: await measure("thread", texts),
      coroutine: await measure("coroutine", texts),
    };
  },
  (costs, texts) => ({
    lines: [
      texts.time,
      chart(costs, ({ msEach }) => msEach, texts.ms, texts),
      texts.memory,
      chart(costs, ({ bytesEach }) => bytesEach, formatBytes, texts),
      forecast(costs, "process", texts),
      forecast(costs, "cat", texts),
    ],
    expectations: [
      { isMet: costs.process.allServedMs <= FEW_MAX_MS, otherwise: texts.fewTakeLong },
      {
        isMet: costs.process.msEach >= DEARER_TIMES * costs.coroutine.msEach &&
          costs.process.bytesEach >= DEARER_TIMES * costs.coroutine.bytesEach,
        otherwise: texts.notDearer,
      },
    ],
  }),
);

async function measure(worker: WorkerName, texts: LabTexts): Promise<Cost> {
  const { args, clients: count } = WORKERS[worker];
  await using server = await startServer([...args, ...BEST_SOCKETS, "--quiet"], texts);
  const before = memoryBytes(server.pid);
  const beganMs = performance.now();
  using clients = await Clients.connect(server.port, count);
  await Promise.all(clients.all.map((client) => client.exchange("hello")));
  const allServedMs = performance.now() - beganMs;
  return {
    clients: count,
    allServedMs,
    msEach: allServedMs / count,
    bytesEach: (memoryBytes(server.pid) - before) / count,
  };
}

/** What a server and its children have resident. */
function memoryBytes(pid: number): number {
  return residentBytes(processTree(pid).map((one) => one.pid));
}

/** A bar for each worker. */
function chart(
  costs: Observations,
  figure: (cost: Cost) => number,
  show: (value: number) => string,
  { label, workers }: Texts,
): Chart {
  const bars = WORKER_NAMES.map((worker) => {
    const value = figure(costs[worker]);
    return { label: label(workers[worker], costs[worker].clients), value, shown: show(value) };
  });
  return { scale: "logarithmic", bars };
}

/** What hundreds of a worker would take, if each took as much as one of the few. */
function forecast(costs: Observations, worker: WorkerName, { hundreds, workers }: Texts): string {
  const { msEach, bytesEach } = costs[worker];
  const memory = formatBytes(HUNDREDS * bytesEach);
  return hundreds(HUNDREDS, workers[worker], HUNDREDS * msEach / 1_000, memory);
}
