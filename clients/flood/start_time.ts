/**
 * When a flood begins, if several machines are to begin at once.
 *
 * @module
 */

// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { UsageError } from "../../cli/errors.ts";
import type { Flag } from "../../cli/flags.ts";
import type { Messages } from "../../cli/messages.ts";
import { StatusLines } from "../../cli/status_lines.ts";

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const DAY_MS = 86_400_000;
/** How often the clock is looked at, which may be set meanwhile. */
const LOOK_MS = 200;

const DELAY = /^\+(\d+(?:\.\d+)?)(ms|s|m|h)$/;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,3})?))?$/;
/** A date and a time of ISO 8601; without an offset it is local time. */
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$/;

/**
 * Reads a time: `+5s` from now, `14:30:00` by the clock of this machine, or a date and time such as
 * `2030-01-31T14:30:00Z`.
 *
 * @param nowMs in milliseconds since 1970, as is the result
 * @returns the time, which may be over: one by the clock is the nearest, so that a machine that is a
 *   second late does not wait for tomorrow; `undefined` if `text` is none
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(parseTime("+1.5s", 1_000), 2_500);
 * equal(parseTime("1970-01-01T00:00:03Z", 1_000), 3_000);
 * equal(parseTime("soon", 1_000), undefined);
 * ```
 */
export function parseTime(text: string, nowMs: number): number | undefined {
  const [, delay, unit] = DELAY.exec(text) ?? [];
  if (delay !== undefined) return nowMs + Number(delay) * UNITS_MS[unit];
  if (CLOCK.test(text)) return nearest(text, nowMs);
  const ms = ISO.test(text) && isDate(text) ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** Whether there is that day: Date.parse() takes the 31st of February for the 3rd of March. */
function isDate(text: string): boolean {
  const [date] = text.split("T");
  const ms = Date.parse(date);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}

/** A flag that takes a time, and gives milliseconds since 1970; without it, 0. */
export function time(): Flag<number> {
  return {
    placeholder: "TIME",
    fallback: 0,
    shownFallback: "",
    parse: (given) => parseTime(given, Date.now()),
    wanted: ({ flags }) => flags.wantsTime,
  };
}

/**
 * Waits for a time, and shows how long that is where it is given a terminal.
 *
 * @param startMs in milliseconds since 1970
 * @throws {UsageError} when that time is over
 */
export async function untilTime(
  startMs: number,
  isShown: boolean,
  { flood: texts }: Messages,
): Promise<void> {
  const lateMs = Date.now() - startMs;
  if (lateMs > 0) {
    const time = new Date(startMs).toISOString();
    throw new UsageError(texts.isOver("--start-at", time, Math.ceil(lateMs / 1_000)));
  }
  const lines = new StatusLines();
  for (let leftMs; (leftMs = startMs - Date.now()) > 0;) {
    if (isShown) lines.draw([texts.startsIn(Math.ceil(leftMs / 1_000))]);
    await delay(Math.min(LOOK_MS, leftMs));
  }
  lines.clear();
}

/** The time of that name that is nearest: today's, or one of the day before or after. */
function nearest(clock: string, nowMs: number): number | undefined {
  const [, hours, minutes, seconds = "0"] = CLOCK.exec(clock) ?? [];
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) >= 60) return undefined;
  const today = new Date(nowMs).setHours(
    Number(hours),
    Number(minutes),
    0,
    Number(seconds) * 1_000,
  );
  if (today - nowMs > DAY_MS / 2) return today - DAY_MS;
  return nowMs - today > DAY_MS / 2 ? today + DAY_MS : today;
}
