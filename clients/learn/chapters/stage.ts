/**
 * Short ways to write down what a chapter does: actions and conditions, as data.
 *
 * @module
 */

import type { ModelName } from "../../../servers/context/context.ts";
import type { Action } from "../chapter.ts";
import type { Condition, Measure } from "../measure.ts";

/** How long an `until` waits for what comes within a second or two on an idle machine. */
const PATIENCE_MS = 15_000;

/** Serves a model on the system's own sockets. */
export function serve(model: ModelName, ...flags: readonly string[]): Action {
  return { do: "serve", server: { model, flags: ["--sockets", "libc", ...flags] } };
}

/** Opens clients. */
export function open(count: number): Action {
  return { do: "open", count };
}

/** Each client sends `text`, again and again. */
export function talk(everyMs: number, text = "hello"): Action {
  return { do: "talk", on: true, everyMs, text };
}

/** No client sends any more. */
export const SILENCE: Action = { do: "talk", on: false, everyMs: 1_000, text: "hello" };

/** The clients leave unread what the server sends, and send large pieces. */
export const READ_NOTHING: Action = { do: "read", on: false };

/** The clients read again. */
export const READ: Action = { do: "read", on: true };

/** The last `count` clients close their connections. */
export function close(count: number): Action {
  return { do: "end", how: "close", count };
}

/** The last `count` clients have nothing more to send, and still receive. */
export function halfClose(count: number): Action {
  return { do: "end", how: "half-close", count };
}

/** From now on the handler sleeps before each answer. */
export function sleep(sleepMs: number): Action {
  return { do: "simulate-cost", sleepMs, cpuMs: 0 };
}

/** From now on the handler computes for each message. */
export function burn(cpuMs: number): Action {
  return { do: "simulate-cost", sleepMs: 0, cpuMs };
}

/** Waits until all conditions hold. */
export function until(...is: readonly Condition[]): Action {
  return { do: "until", is, withinMs: PATIENCE_MS };
}

/** Waits until CPU time has been measured for long enough: a server that has just begun still warms up. */
export const UNTIL_CPU_IS_MEASURED: Action = until(atLeast("seconds", 3), atLeast("cpuPercent", 0));

/** The measure is `than`. */
export function exactly(measure: Measure, than: number): Condition {
  return { measure, is: "=", than };
}

/** The measure is `than`, or more. */
export function atLeast(measure: Measure, than: number | Measure, times?: number): Condition {
  return { measure, is: ">=", than, times };
}

/** The measure is `than`, or less. */
export function atMost(measure: Measure, than: number | Measure, times?: number): Condition {
  return { measure, is: "<=", than, times };
}

/** The measure is less than `than`. */
export function below(measure: Measure, than: number | Measure, times?: number): Condition {
  return { measure, is: "<", than, times };
}

/** The measure is more than `than`. */
export function above(measure: Measure, than: number | Measure, times?: number): Condition {
  return { measure, is: ">", than, times };
}
