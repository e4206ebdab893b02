/**
 * What a sweep says.
 *
 * @module
 */

import { padStart, widest } from "../../cli/columns.ts";
import type { Messages } from "../../cli/messages.ts";
import { formatMs } from "../../cli/milliseconds.ts";
import type { Step } from "./step.ts";
import type { Sweep } from "./sweep.ts";

const GAP = "  ";
/** Figures take this much room at least, so that those of later lines stand below each other. */
const MIN_COLUMNS = 10;
/** From this part of its CPUs on, the flood may have been what broke. */
const BUSY = 0.9;

/** The places of {@linkcode PERCENTILES} that a line has room for. */
const [P50, P99, MAX] = [0, 2, 4];

/** The figures of a step, and what broke if something did. */
export function stepCells(step: Step, limitMs: number, messages: Messages): string[] {
  const { count, sweep: texts } = messages;
  const shown = [P50, P99, MAX].map((index) => {
    const ms = step.percentilesMs[index];
    return ms === undefined ? "-" : formatMs(ms);
  });
  const why = {
    latency: texts.latency(formatMs(limitMs)),
    missing: texts.missing(step.missing),
    unserved: texts.unserved,
    gone: texts.gone,
  };
  return [
    count(step.rate),
    count(Math.round(step.answeredPerSecond)),
    ...shown,
    step.reason === undefined ? "" : why[step.reason],
  ];
}

/** A step as a line for a terminal, below {@linkcode headings}. */
export function stepLine(step: Step, limitMs: number, messages: Messages): string {
  return inColumns(stepCells(step, limitMs, messages), messages);
}

/** The line above those of the steps. */
export function headings(messages: Messages): string {
  const { rate, answered, p50, p99, max } = messages.sweep.columns;
  return inColumns([rate, answered, p50, p99, max, ""], messages);
}

/** What was found, in a sentence. */
export function conclusion(
  { name, held, broken, steps, isCutShort, failure }: Sweep,
  limitMs: number,
  { count, sweep: texts }: Messages,
): string {
  if (failure !== undefined) return texts.failed(name, failure);
  const limit = formatMs(limitMs);
  if (held === undefined) {
    return broken === undefined
      ? texts.failed(name, texts.nothingMeasured)
      : texts.holdsNothing(name, limit, count(broken));
  }
  const atHeld = steps.findLast(({ rate, isHeld }) => rate === held && isHeld);
  const p99 = formatMs(atHeld?.p99Ms ?? 0);
  if (broken === undefined) {
    return isCutShort
      ? texts.cutShort(name, count(held), p99)
      : texts.neverBroke(name, count(held), p99);
  }
  const atBroken = steps.findLast(({ rate }) => rate === broken);
  const isFloodBusy = (atBroken?.floodCpuShare ?? 0) > BUSY;
  const more = atBroken?.reason === "gone" ? texts.goneSince : isFloodBusy ? texts.floodBusy : "";
  return texts.holds(name, count(held), p99, count(broken)) + more;
}

function inColumns(cells: readonly string[], { sweep: { columns } }: Messages): string {
  const room = Math.max(MIN_COLUMNS, widest(Object.values(columns)));
  const [last, ...figures] = [...cells].reverse();
  return [...figures.reverse().map((cell) => padStart(cell, room)), last].join(GAP).trimEnd();
}
