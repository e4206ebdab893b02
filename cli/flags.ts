/**
 * The kinds of flags: which values each takes, and which value it has when it is not given.
 *
 * @module
 */

import type { Messages } from "./messages.ts";

/** A flag whose value, once parsed, is a `Value`. */
export interface Flag<Value> {
  /** What stands for the value in the help; nothing for a switch. */
  readonly placeholder: string | null;
  readonly fallback: Value;
  /** How the fallback reads in the help; nothing if it goes without saying. */
  readonly shownFallback: string;
  /** @returns the value, or `undefined` if `text` is none */
  parse(text: string): Value | undefined;
  /** Says what would be right, for one who typed something else. */
  wanted(messages: Messages): string;
  /** What `--no-…` stands for, if it has a value and can be turned off all the same. */
  readonly off?: Value;
  /** The words it takes, if only these. */
  readonly words?: readonly string[];
  /** What it is typed as when it is given without a value. */
  readonly bare?: string;
  /** Of a flag that may be given several times: joins what each of them was parsed to. */
  join?(values: readonly Value[]): Value;
}

/** Flags by name in camel case: `idleTimeout` is typed `--idle-timeout`. */
export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** The values of flags, by the same names. */
export type FlagValues<Some extends Flags> = {
  readonly [Name in keyof Some]: Some[Name] extends Flag<infer Value> ? Value : never;
};

/** `idleTimeout` as it is typed: `idle-timeout`. */
export function toTyped(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A flag that takes any text. */
export function text(fallback: string, placeholder = "TEXT"): Flag<string> {
  return {
    placeholder,
    fallback,
    shownFallback: fallback,
    parse: (given) => given === "" ? undefined : given,
    wanted: (messages) => messages.flags.wantsText,
  };
}

/** A flag that takes a whole number from `least` to `most`. */
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

/** The longest that a timer waits: about 24 days. */
const LONGEST_MS = 2 ** 31 - 1;
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** The same in whole hours, which is how people are told. */
const LONGEST_HOURS = Math.floor(LONGEST_MS / UNITS_MS.h);

/**
 * A flag that takes a duration such as `500ms`, `1.5s` or `2m`, and gives milliseconds.
 *
 * @param bareUnit what a number without a unit means
 */
export function duration(
  fallbackMs: number,
  shownFallback: string,
  bareUnit: "ms" | "s",
): Flag<number> {
  return {
    placeholder: bareUnit === "ms" ? "MS" : "TIME",
    fallback: fallbackMs,
    shownFallback,
    parse: (given) => {
      const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(given);
      if (match === null) return undefined;
      const ms = Number(match[1]) * UNITS_MS[match[2] ?? bareUnit];
      return ms <= LONGEST_MS ? ms : undefined;
    },
    wanted: (messages) => messages.flags.wantsDuration(bareUnit, LONGEST_HOURS),
  };
}

/** A pause that is none by itself: as {@linkcode duration}, and `--no-…` is none as well. */
export function pause(bareUnit: "ms" | "s"): Flag<number> {
  return { ...duration(0, "0", bareUnit), off: 0 };
}

/** As `flag`, but it may be given without a value, which means `bare`. */
export function optional<Value>(flag: Flag<Value>, bare: string): Flag<Value> {
  return { ...flag, bare, placeholder: `[${flag.placeholder}]` };
}

/** A flag that takes one of `words`. */
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

/** A flag that takes some of `words`, with commas between them. */
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

/** As `flag`, but it may be given any number of times, and gives the values of all. */
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

/** A flag without a value; one that is on by itself is turned off with `--no-…`. */
export function onOff(fallback = false): Flag<boolean> {
  return {
    placeholder: null,
    fallback,
    shownFallback: "",
    parse: (given) => given === "true",
    wanted: (messages) => messages.flags.wantsNothing,
  };
}
