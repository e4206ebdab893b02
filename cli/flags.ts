/**
 * The kinds of flags: which values each takes, and which value it has when it is not given.
 *
 * @module
 */

import type { Messages } from "./messages.ts";

/** A flag whose value, once parsed, is a `Value`. */
export interface Flag<Value> {
  /** How the help writes the value; `null` for a switch. */
  readonly placeholder: string | null;
  readonly fallback: Value;
  /** How the help shows the fallback; empty to leave it out. */
  readonly shownFallback: string;
  /** @returns the value, or `undefined` if `text` is not one */
  parse(text: string): Value | undefined;
  /** Says which values the flag takes, after a wrong one. */
  wanted(messages: Messages): string;
  /** The value of `--no-…`, for a flag with values that can be turned off. */
  readonly off?: Value;
  /** All words that it takes, if these are few. */
  readonly words?: readonly string[];
  /** The text that stands for a missing value, if it may be given without one. */
  readonly bare?: string;
  /** Joins the parsed values of a flag that may be given several times. */
  join?(values: readonly Value[]): Value;
}

/** Flags by name in camel case: `idleTimeout` is typed `--idle-timeout`. */
export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** The values of flags, by the same names. */
export type FlagValues<Some extends Flags> = {
  readonly [Name in keyof Some]: Some[Name] extends Flag<infer Value> ? Value : never;
};

/**
 * The name of a flag as people type it.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(toTyped("idleTimeout"), "idle-timeout");
 * ```
 */
export function toTyped(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * A flag that takes any text but an empty one.
 *
 * @param placeholder how the help writes the value
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(text("echo").parse("upper"), "upper");
 * equal(text("echo").parse(""), undefined);
 * ```
 */
export function text(fallback: string, placeholder = "TEXT"): Flag<string> {
  return {
    placeholder,
    fallback,
    shownFallback: fallback,
    parse: (given) => given === "" ? undefined : given,
    wanted: (messages) => messages.flags.wantsText,
  };
}

/**
 * A flag that takes a whole number from `min` to `max`.
 *
 * @param options `shown` is how the help shows the fallback
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * const port = integer(7788, { min: 0, max: 65_535 });
 * equal(port.parse("80"), 80);
 * equal(port.parse("65536"), undefined);
 * ```
 */
export function integer(
  fallback: number,
  { min, max, shown = String(fallback) }: { min: number; max: number; shown?: string },
): Flag<number> {
  return {
    placeholder: "N",
    fallback,
    shownFallback: shown,
    parse: (given) => {
      const value = /^\d+$/.test(given) ? Number(given) : NaN;
      return value >= min && value <= max ? value : undefined;
    },
    wanted: (messages) => messages.flags.wantsInteger(min, max),
  };
}

/** The longest duration that a flag takes: about 24 days, as long as a timer waits. */
export const LONGEST_DURATION_MS = 2 ** 31 - 1;
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** The same in whole hours, as messages state it. */
const LONGEST_HOURS = Math.floor(LONGEST_DURATION_MS / UNITS_MS.h);

/**
 * A flag that takes a duration such as `500ms`, `1.5s` or `2m`, and gives milliseconds.
 *
 * @param shownFallback how the help shows `fallbackMs`
 * @param bareUnit the unit of a bare number
 * @param minMs the shortest that it takes, in milliseconds
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(duration(10_000, "10s", "s").parse("1.5m"), 90_000);
 * equal(duration(0, "0", "ms").parse("20"), 20);
 * ```
 */
export function duration(
  fallbackMs: number,
  shownFallback: string,
  bareUnit: "ms" | "s",
  minMs = 0,
): Flag<number> {
  return {
    placeholder: bareUnit === "ms" ? "MS" : "TIME",
    fallback: fallbackMs,
    shownFallback,
    parse: (given) => {
      const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(given);
      if (match === null) return undefined;
      const ms = Number(match[1]) * UNITS_MS[match[2] ?? bareUnit];
      return ms >= minMs && ms <= LONGEST_DURATION_MS ? ms : undefined;
    },
    wanted: (messages) => messages.flags.wantsDuration(bareUnit, minMs, LONGEST_HOURS),
  };
}

/**
 * A flag for a pause, by default none: as {@linkcode duration}, and `--no-…` means none, too.
 *
 * @param bareUnit the unit of a bare number
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(pause("ms").off, 0);
 * ```
 */
export function pause(bareUnit: "ms" | "s"): Flag<number> {
  return { ...duration(0, "0", bareUnit), off: 0 };
}

/**
 * As `flag`, but it may be given without a value.
 *
 * @param bare the text that stands for the missing value
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(optional(integer(0, { min: 0, max: 9 }), "5").placeholder, "[N]");
 * ```
 */
export function optional<Value>(flag: Flag<Value>, bare: string): Flag<Value> {
  return { ...flag, bare, placeholder: `[${flag.placeholder}]` };
}

/**
 * A flag that takes one of `words`.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(choice(["edge", "level"], "edge").parse("level"), "level");
 * ```
 */
export function choice<Word extends string>(words: readonly Word[], fallback: Word): Flag<Word> {
  return {
    placeholder: words.join("|"),
    fallback,
    shownFallback: fallback,
    parse: (given) => words.find((word) => word === given),
    wanted: (messages) => messages.flags.wantsOneOf(words),
    words,
  };
}

/**
 * A flag that takes some of `words`, separated by commas, and gives them in the order of `words`.
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(choices(["deno", "libc"], ["deno"]).parse("libc,deno"), ["deno", "libc"]);
 * ```
 */
export function choices<Word extends string>(
  words: readonly Word[],
  fallback: readonly Word[],
): Flag<readonly Word[]> {
  return {
    placeholder: words.join(","),
    fallback,
    shownFallback: fallback.join(","),
    parse: (given) => {
      const chosen = given.split(",");
      const isWrong = chosen.some((one) => !words.some((word) => word === one));
      return isWrong ? undefined : words.filter((word) => chosen.includes(word));
    },
    wanted: (messages) => messages.flags.wantsSomeOf(words),
  };
}

/**
 * As `flag`, but it may be given any number of times, and gives the list of all its values.
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(repeatable(text("")).join?.([["a"], ["b"]]), ["a", "b"]);
 * ```
 */
export function repeatable<Value>(flag: Flag<Value>): Flag<readonly Value[]> {
  return {
    placeholder: flag.placeholder,
    fallback: [],
    shownFallback: "",
    parse: (given) => {
      const value = flag.parse(given);
      return value === undefined ? undefined : [value];
    },
    wanted: (messages) => flag.wanted(messages),
    words: flag.words,
    join: (values) => values.reduce<readonly Value[]>((all, one) => [...all, ...one], []),
  };
}

/**
 * A flag without a value.
 *
 * @param fallback `true` for a flag that is on by default, and that `--no-…` turns off
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(onOff().parse("true"), true);
 * ```
 */
export function onOff(fallback = false): Flag<boolean> {
  return {
    placeholder: null,
    fallback,
    shownFallback: "",
    parse: (given) => given === "true",
    wanted: (messages) => messages.flags.wantsNothing,
  };
}
