/**
 * Reads a trace back, and holds it to the rules of the Trace Event Format (the document of that name by
 * the makers of chrome://tracing, which Perfetto reads too).
 *
 * @module
 */

import { assert, assertEquals, assertGreaterOrEqual } from "./assert.ts";

/** An event of a trace. */
export interface TraceEvent {
  readonly ph: string;
  readonly name?: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  readonly s?: string;
  readonly args: Readonly<Record<string, string | number>>;
}

/** The metadata events that the format knows, and their argument. */
const METADATA: Readonly<Record<string, readonly [name: string, type: string]>> = {
  process_name: ["name", "string"],
  process_labels: ["labels", "string"],
  process_sort_index: ["sort_index", "number"],
  thread_name: ["name", "string"],
  thread_sort_index: ["sort_index", "number"],
};

/**
 * Parses a trace. The format makes the `]` at the end optional, for programs that are killed: then the
 * last event may be incomplete, and readers leave it out.
 */
export function parseTrace(text: string, { isWhole = true } = {}): TraceEvent[] {
  if (isWhole) return JSON.parse(text);
  const until = text.lastIndexOf("}}");
  return JSON.parse(`${text.slice(0, until + 2)}]`);
}

/** Checks all rules. @returns the slices, those of begin and end included */
export function checkTrace(events: readonly TraceEvent[], { isWhole = true } = {}): TraceEvent[] {
  for (const event of events) checkFields(event);
  const slices = [...events.filter(({ ph }) => ph === "X"), ...pairs(events, isWhole)];
  for (const track of tracksOf(slices).values()) checkNesting(track);
  return slices;
}

/** The tracks by their process and thread. */
export function tracksOf(events: readonly TraceEvent[]): Map<string, TraceEvent[]> {
  const tracks = Map.groupBy(events, ({ pid, tid }) => `${pid}/${tid}`);
  return tracks;
}

/** The name of the thread of an event. */
export function threadName(events: readonly TraceEvent[], { pid, tid }: TraceEvent): string {
  const isName = (one: TraceEvent) =>
    one.ph === "M" && one.name === "thread_name" && one.pid === pid && one.tid === tid;
  return String(events.find(isName)?.args.name);
}

/** What each kind of event must have. */
function checkFields(event: TraceEvent): void {
  const shown = JSON.stringify(event);
  for (const field of ["pid", "tid", "ts"] as const) {
    assert(Number.isSafeInteger(event[field]) && event[field] >= 0, shown);
  }
  if (event.ph !== "E") assert(typeof event.name === "string" && event.name !== "", shown);
  switch (event.ph) {
    case "M": {
      const [argument, type] = METADATA[event.name ?? ""] ?? [];
      assertEquals(typeof event.args[argument ?? ""], type ?? "known metadata", shown);
      break;
    }
    case "X":
      assert(Number.isSafeInteger(event.dur) && (event.dur ?? -1) >= 0, shown);
      break;
    case "C":
      assertGreaterOrEqual(Object.keys(event.args).length, 1, shown);
      assert(Object.values(event.args).every(Number.isFinite), shown);
      break;
    case "i":
      assert(["g", "p", "t"].includes(event.s ?? ""), shown);
      break;
    default:
      assert(["B", "E"].includes(event.ph), shown);
  }
}

/** On a track, begins and ends come in the order of their times, and each end has its begin. */
function pairs(events: readonly TraceEvent[], isWhole: boolean): TraceEvent[] {
  const slices: TraceEvent[] = [];
  for (const track of tracksOf(events.filter(({ ph }) => ph === "B" || ph === "E")).values()) {
    const open: TraceEvent[] = [];
    let beforeUs = 0;
    for (const event of track) {
      assertGreaterOrEqual(event.ts, beforeUs, JSON.stringify(event));
      beforeUs = event.ts;
      if (event.ph === "B") open.push(event);
      else {
        const begin = open.pop();
        assert(begin !== undefined, JSON.stringify(event));
        slices.push({ ...begin, dur: event.ts - begin.ts, args: { ...begin.args, ...event.args } });
      }
    }
    if (isWhole) assertEquals(open, []);
  }
  return slices;
}

/** Two slices of a track do not overlap, or one is within the other. */
function checkNesting(slices: readonly TraceEvent[]): void {
  const endOf = ({ ts, dur = 0 }: TraceEvent) => ts + dur;
  const sorted = slices.toSorted((one, other) => one.ts - other.ts || endOf(other) - endOf(one));
  const around: TraceEvent[] = [];
  for (const slice of sorted) {
    while (around.length > 0 && endOf(around[around.length - 1]) <= slice.ts) around.pop();
    const parent = around.at(-1);
    if (parent !== undefined) {
      assertGreaterOrEqual(endOf(parent), endOf(slice), JSON.stringify([parent, slice]));
    }
    around.push(slice);
  }
}
