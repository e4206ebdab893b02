/**
 * A flood as a log of HdrHistogram, version 2 of its histograms: the times of each second, which
 * programs of many languages read. What else was counted stands in comments, for `playground merge`.
 *
 * @module
 */

import { HistogramLogWriter } from "hdr-histogram-js";
import { parseObject } from "../../cli/json.ts";
import type { Interval } from "./intervals.ts";
import {
  addTimes,
  type FloodRecord,
  parseRecord,
  recordWithoutTimes,
  TIME_NAMES,
  TIMES,
} from "./record.ts";

const FLOOD = "[Flood: ";
const UNIT = "[Unit: histograms are in microseconds, Interval_Max is in milliseconds]";
/** By what a maximum in microseconds is divided. */
const US_PER_MS = 1_000;

/** Writes a flood, line by line, to `print`. */
export class HdrLog {
  readonly #writer: HistogramLogWriter;

  constructor(print: (line: string) => void) {
    // The package ends some lines twice, and readers stop at the empty line.
    this.#writer = new HistogramLogWriter((text) => print(text.trim()));
  }

  /** The flood begins, in milliseconds since 1970. */
  begin(startedMs: number): void {
    this.#writer.outputLogFormatVersion();
    this.#writer.outputComment(UNIT);
    this.#writer.outputComment(
      `[BaseTime: ${(startedMs / 1_000).toFixed(3)} (seconds since epoch)]`,
    );
    this.#writer.outputStartTime(startedMs);
    this.#writer.outputLegend();
  }

  /** A second is over. The round trips have a line for each; other times where there were any. */
  add({ startMs, endMs, measurements }: Interval): void {
    for (const name of TIME_NAMES) {
      const times = measurements[TIMES[name]];
      if (times.count === 0 && name !== "roundTrip") continue;
      const { histogram } = times;
      histogram.tag = name;
      this.#writer.outputIntervalHistogram(histogram, startMs / 1_000, endMs / 1_000, US_PER_MS);
    }
  }

  /** What the flood has counted so far. The last of these counts. */
  count(record: FloodRecord): void {
    this.#writer.outputComment(`${FLOOD}${JSON.stringify(recordWithoutTimes(record))}]`);
  }
}

/**
 * Reads what {@linkcode HdrLog} has written, whole or only its beginning.
 *
 * @returns as {@linkcode parseRecord}
 */
export function parseHdrLog(text: string): FloodRecord | "newer" | undefined {
  const lines = text.split(/\r?\n/);
  const end = lines.findLastIndex((line) => line.startsWith(`#${FLOOD}`) && line.endsWith("]"));
  if (end < 0) return undefined;
  const record = parseRecord(parseObject(lines[end].slice(FLOOD.length + 1, -1)));
  if (typeof record !== "object") return record;
  // What comes after the last counts is the beginning of a second that was not finished.
  for (const line of lines.slice(0, end)) {
    const [, tag, histogram] = /^Tag=([^,]+),[^,]*,[^,]*,[^,]*,(.+)$/.exec(line) ?? [];
    if (tag !== undefined && !addTimes(record.measurements, tag, histogram)) return undefined;
  }
  return record;
}
