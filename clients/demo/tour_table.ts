/**
 * What the tour has seen, as a table and three sentences that fit a terminal of 80 × 24.
 *
 * @module
 */

import { formatBytes } from "../../cli/bytes.ts";
import { bold } from "../../cli/colors.ts";
import { fit, padEnd, padStart, widest } from "../../cli/columns.ts";
import type { Messages } from "../../cli/messages.ts";
import { wrapText } from "../../cli/wrap.ts";
import type { ModelName } from "../../servers/context/context.ts";
import { formatMs } from "../../cli/milliseconds.ts";
import { isFaulty } from "../race/faults.ts";
import { describeFailure, describeFaults } from "../race/texts.ts";
import { servedAll, TALK, type TourRow, VISITS } from "./tour.ts";

const WIDTH = 80;
const GAP = "  ";
const UNKNOWN = "-";
/** Models that give each client a process or a thread of its own. */
const ONE_FOR_EACH: readonly ModelName[] = ["process", "thread"];
/** Models in which no loop serves all clients. */
const WITHOUT_LOOP: readonly ModelName[] = [...ONE_FOR_EACH, "blocking", "threadpool"];
/** The memory of a server goes up and down by this much for each of 200 clients, on any model. */
const NOISE_BYTES = 10_000;

/** What the servers are put to, in a line: it stands before they run. */
export function describeLoad({ demo }: Messages): string {
  return demo.load(TALK.conns, formatBytes(TALK.sizeBytes), VISITS.conns);
}

/** The lines of the table, its headings first, and the sentences. */
export function describeTour(rows: readonly TourRow[], messages: Messages): string[] {
  const { demo } = messages;
  const { columns } = demo;
  const headings = [columns.connections, columns.messages, columns.p99, columns.memory];
  const lines = rows.map((row) => ({ row, cells: cellsOf(row, demo) }));
  const nameWidth = widest([columns.name, ...rows.map(({ name }) => name)]);
  const widths = headings.map((heading, at) =>
    widest([heading, ...lines.map(({ cells }) => cells[at])])
  );
  const aligned = (cells: readonly string[]) =>
    cells.map((cell, at) => padStart(cell, widths[at])).join(GAP);
  return [
    bold(`${padEnd(columns.name, nameWidth)}${GAP}${aligned(headings)}`),
    ...lines.map(({ row, cells }) => {
      const why = whyNotAll(row, messages);
      const name = padEnd(row.name, nameWidth);
      if (why === undefined) return `${name}${GAP}${aligned(cells)}`;
      return fit(`${name}${GAP}${aligned(cells.slice(0, 1))}${GAP}${why}`, WIDTH).trimEnd();
    }),
    "",
    ...sentences(rows, messages).flatMap((sentence) =>
      wrapText(sentence, WIDTH, "", "").split("\n")
    ),
  ];
}

function cellsOf(row: TourRow, texts: Messages["demo"]): string[] {
  const { visits, talk } = row;
  const perSecond = (count: number | undefined) =>
    count === undefined ? UNKNOWN : Math.round(count).toLocaleString("en-US");
  const figures = "figures" in talk ? talk.figures : {};
  const { p99Ms } = figures;
  return [
    perSecond("figures" in visits ? visits.figures.connectionsPerSecond : undefined),
    perSecond(figures.messagesPerSecond),
    p99Ms === undefined ? UNKNOWN : formatMs(p99Ms),
    memoryOf(row, texts) ?? UNKNOWN,
  ];
}

/** Why a server has not served all clients, in place of figures that others cannot be compared with. */
function whyNotAll(row: TourRow, messages: Messages): string | undefined {
  const { talk, model } = row;
  const { demo } = messages;
  const settle = `${TALK.settleMs / 1_000} s`;
  if (!("figures" in talk)) {
    const { failure } = talk;
    return failure.kind === "not-served" && failure.opened === TALK.conns
      ? demo.tooSlow(0, TALK.conns, settle)
      : describeFailure(failure, TALK.conns, messages);
  }
  const { answered } = talk.counts;
  const waiting = TALK.conns - answered;
  // Where not all were answered, the flood did not wait for what was owed to the others.
  const faults = waiting > 0 ? { ...talk.faults, unanswered: 0 } : talk.faults;
  if (isFaulty(faults)) return messages.race.listed(describeFaults(faults, messages));
  if (waiting === 0) return undefined;
  if (model === "blocking" || model === "threadpool") return demo.atATime(answered, waiting);
  return demo.tooSlow(answered, waiting, settle);
}

/** Three things that this run has shown; fewer where too little was measured. */
function sentences(rows: readonly TourRow[], { demo }: Messages): string[] {
  const sound = rows.filter((row) => servedAll(row));
  const fastest = sound.toSorted((a, b) => messagesPerSecond(b) - messagesPerSecond(a))[0];
  if (fastest === undefined) return [];
  const others = sound.filter(({ model }) => ONE_FOR_EACH.includes(model));
  const loop = sound.filter(({ model }) => !WITHOUT_LOOP.includes(model))
    .toSorted((a, b) => messagesPerSecond(b) - messagesPerSecond(a))[0];
  const blocking = rows.find(({ model }) => model === "blocking");
  const served = blocking !== undefined && "counts" in blocking.talk
    ? blocking.talk.counts.answered
    : TALK.conns;
  return [
    served === TALK.conns
      ? demo.allServed(sound.length, rows.length, TALK.conns)
      : demo.oneAtATime(served, TALK.conns),
    ...describeMemory(others, loop, demo),
    describeFastest(fastest, others.at(-1), demo),
  ];
}

function describeMemory(
  others: readonly TourRow[],
  loop: TourRow | undefined,
  texts: Messages["demo"],
): string[] {
  const size = loop && memoryOf(loop, texts);
  if (loop === undefined || size === undefined) return [];
  const costs = others.flatMap((row) => {
    const memory = memoryOf(row, texts);
    return memory === undefined ? [] : [`${row.model} ${memory}`];
  });
  const seen = { others: costs, loop: loop.model, size };
  return [costs.length === 0 ? texts.loopMemory(seen) : texts.memory(seen)];
}

function describeFastest(
  fastest: TourRow,
  other: TourRow | undefined,
  texts: Messages["demo"],
): string {
  const seen = { name: fastest.name, messages: messagesPerSecond(fastest) };
  if (other === undefined || other === fastest) return texts.fastest(seen);
  const times = (seen.messages / messagesPerSecond(other)).toFixed(1);
  return texts.faster({ ...seen, times, other: other.name });
}

function messagesPerSecond({ talk }: TourRow): number {
  return "figures" in talk ? Math.round(talk.figures.messagesPerSecond ?? 0) : 0;
}

/** What a client costs; so little that the server's own ups and downs hide it has no figure. */
function memoryOf({ talk }: TourRow, { under }: Messages["demo"]): string | undefined {
  if (!("figures" in talk) || talk.figures.peakMemoryBytes === undefined) return undefined;
  const { memoryPerClientBytes = 0 } = talk.figures;
  return memoryPerClientBytes < NOISE_BYTES
    ? under(formatBytes(NOISE_BYTES))
    : formatBytes(memoryPerClientBytes);
}
