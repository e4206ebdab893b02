/**
 * What a client costs that has a process, a thread or a coroutine to itself: until it is served, and in
 * memory. All clients come at once.
 *
 * @module
 */

import { formatBytes } from "../../cli/bytes.ts";
import type { LabTexts } from "../../cli/messages.ts";
import { Clients } from "./client.ts";
import { type Chart, defineExperiment } from "./experiment.ts";
import { needSystemCalls } from "./needs.ts";
import { memoryBytes } from "./process_usage.ts";
import { BEST_SOCKETS, startServer } from "./server.ts";

/** How much dearer a process must be than a coroutine, in time and in memory. */
const DEARER_TIMES = 10;
/** Until all of the few are served. */
const FEW_MOST_MS = 5_000;
/** What hundreds are, for those who want to know what they would take. */
const HUNDREDS = 500;

/** What serves a client, and how many of it are tried: enough to be measured, and bearable. */
const SERVANTS = {
  process: { model: "process", clients: 8 },
  thread: { model: "thread", clients: 16 },
  coroutine: { model: "gevent", clients: 400 },
} as const;
type Servant = keyof typeof SERVANTS;
const SERVANT_NAMES = Object.keys(SERVANTS) as Servant[]; // keys() forgets the names

interface Cost {
  readonly clients: number;
  readonly allServedMs: number;
  readonly msEach: number;
  readonly bytesEach: number;
}

type Observations = Readonly<Record<Servant, Cost>>;

export const processCost = defineExperiment(
  "process-cost",
  async (texts): Promise<Observations> => {
    needSystemCalls(texts);
    return {
      process: await measure("process", texts),
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
      texts.hundreds(
        HUNDREDS,
        HUNDREDS * costs.process.msEach / 1_000,
        formatBytes(HUNDREDS * costs.process.bytesEach),
      ),
    ],
    expectations: [
      { isMet: costs.process.allServedMs <= FEW_MOST_MS, otherwise: texts.fewTakeLong },
      {
        isMet: costs.process.msEach >= DEARER_TIMES * costs.coroutine.msEach &&
          costs.process.bytesEach >= DEARER_TIMES * costs.coroutine.bytesEach,
        otherwise: texts.notDearer,
      },
    ],
  }),
);

async function measure(servant: Servant, texts: LabTexts): Promise<Cost> {
  const { model, clients: count } = SERVANTS[servant];
  const flags = [...BEST_SOCKETS, "--quiet"];
  await using server = await startServer([model, ...flags], texts);
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

/** A bar for each servant. */
function chart(
  costs: Observations,
  figure: (cost: Cost) => number,
  show: (value: number) => string,
  { label }: LabTexts["experiments"]["process-cost"],
): Chart {
  const bars = SERVANT_NAMES.map((servant) => {
    const value = figure(costs[servant]);
    return { label: label(servant, costs[servant].clients), value, shown: show(value) };
  });
  return { scale: "logarithmic", bars };
}
