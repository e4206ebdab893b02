import { duration, type Flag, integer, LONGEST_DURATION_MS, text } from "../../cli/flags.ts";
import { isHttpPath } from "./http_replies.ts";
import { durationOf, type Stage } from "./rate_profile.ts";

/** The highest total rate, in messages per second. */
export const MAX_TOTAL_RATE = 10_000_000;

const time = duration(0, "", "s");
const rate = integer(0, { min: 0, max: MAX_TOTAL_RATE });

/**
 * A flag that takes stages such as `10s:100,30s:1000`: each a duration, and the rate at its end.
 *
 * @example
 * ```ts
 * import { deepEqual, equal } from "node:assert/strict";
 * deepEqual(stagesFlag().parse("10s:5,1m:0"), [
 *   { durationMs: 10_000, rate: 5 },
 *   { durationMs: 60_000, rate: 0 },
 * ]);
 * equal(stagesFlag().parse("10s"), undefined);
 * ```
 */
export function stagesFlag(): Flag<readonly Stage[]> {
  return {
    placeholder: "STAGES",
    fallback: [],
    shownFallback: "",
    parse: parseStages,
    wanted: (messages) => messages.floodEngine.wantsStages,
  };
}

function parseStages(given: string): readonly Stage[] | undefined {
  const stages: Stage[] = [];
  for (const stage of given.split(",")) {
    const [typedTime, typedRate, ...others] = stage.split(":");
    const durationMs = time.parse(typedTime);
    const wanted = typedRate === undefined ? undefined : rate.parse(typedRate);
    if (durationMs === undefined || wanted === undefined || others.length > 0) return undefined;
    stages.push({ durationMs, rate: wanted });
  }
  const wholeMs = durationOf(stages);
  return wholeMs > 0 && wholeMs <= LONGEST_DURATION_MS ? stages : undefined;
}

/** A flag that takes the path of a request. */
export function pathFlag(): Flag<string> {
  return {
    ...text("", "PATH"),
    parse: (given) => isHttpPath(given) ? given : undefined,
    wanted: (messages) => messages.floodEngine.wantsPath,
  };
}
