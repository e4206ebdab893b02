/**
 * What a client costs that has a process, a thread or a coroutine to itself: until it is served, and in
 * memory.
 *
 * @module
 */

import { formatBytes } from "../../cli/bytes.ts";
import type { LabTexts } from "../../cli/messages.ts";
import { type Chart, defineExperiment } from "./experiment.ts";
import { needDescriptors, needSystemCalls } from "./needs.ts";
import { measureInOwnProcess } from "./own_process.ts";
import { type Cost, DESCRIPTORS, type Servant } from "./servant_costs.ts";

/** How much dearer a process must be than a coroutine, in time and in memory. */
const DEARER_TIMES = 10;
/** Until all of the few are served. */
const FEW_MAX_MS = 5_000;
/** How many clients the forecast is for. */
const MANY = 1_000;

/** In the order in which they are told. */
const SERVANTS: readonly Servant[] = ["fork", "cat", "runtime", "thread", "kept", "coroutine"];

type Texts = LabTexts["experiments"]["process-cost"];
type Observations = Readonly<Record<Servant, Cost>>;

/** `playground lab process-cost` */
export const processCost = defineExperiment(
  "process-cost",
  (texts) => {
    needSystemCalls(texts);
    needDescriptors(DESCRIPTORS, texts);
    return measureInOwnProcess<Observations>("process-cost", texts);
  },
  (costs, texts) => {
    const { fork, runtime, thread, coroutine } = costs;
    const ratio = (one: Cost, other: Cost) => msEach(one) / msEach(other);
    return {
      lines: [
        texts.time,
        chart(costs, msEach, texts.ms, texts),
        texts.memory,
        chart(costs, ({ privateBytes }) => privateBytes, formatBytes, texts),
        texts.meant(MANY, forecast(fork, texts), forecast(coroutine, texts)),
        texts.runtime(ratio(runtime, fork), runtime.privateBytes / fork.privateBytes),
        texts.thread(ratio(thread, fork), texts.ms(msEach(costs.kept))),
      ],
      expectations: [
        { isMet: fork.allServedMs <= FEW_MAX_MS, otherwise: texts.fewTakeLong },
        {
          isMet: msEach(fork) >= DEARER_TIMES * msEach(coroutine) &&
            fork.privateBytes >= DEARER_TIMES * coroutine.privateBytes,
          otherwise: texts.notDearer,
        },
      ],
    };
  },
);

function msEach({ allServedMs, clients }: Cost): number {
  return allServedMs / clients;
}

/** A bar for each servant. */
function chart(
  costs: Observations,
  figure: (cost: Cost) => number,
  show: (value: number) => string,
  { label, servants }: Texts,
): Chart {
  const bars = SERVANTS.map((servant) => {
    const value = figure(costs[servant]);
    return { label: label(servants[servant], costs[servant].clients), value, shown: show(value) };
  });
  return { scale: "logarithmic", bars };
}

/** What many would take, if each took as much as one of the few. */
function forecast(cost: Cost, { timeAndMemory }: Texts): string {
  return timeAndMemory(MANY * msEach(cost) / 1_000, formatBytes(MANY * cost.privateBytes));
}
