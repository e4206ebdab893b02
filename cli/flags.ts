/**
 * The flags of a command: what values they take, and what they are if not given.
 *
 * @module
 */

// @ts-types="./std/parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { closest } from "./closest.ts";
import { UsageError } from "./errors.ts";
import type { Messages } from "./messages.ts";
import { joinNegativeNumbers } from "./negative_numbers.ts";

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

/** What was typed after the name of a command. */
export interface ParsedArguments<Some extends Flags> {
  readonly flags: FlagValues<Some>;
  /** The arguments that are not flags. */
  readonly words: readonly string[];
  /** The names of the flags that were given. */
  readonly given: ReadonlySet<string>;
}

/**
 * Parses what was typed after the name of a command.
 *
 * @throws {UsageError} for a flag that is unknown or has a wrong value
 */
export function parseFlags<Some extends Flags>(
  args: readonly string[],
  flags: Some,
  messages: Messages,
): ParsedArguments<Some> {
  const typedNames = new Map(Object.keys(flags).map((name) => [toTyped(name), name]));
  const takesValue = (typed: string) =>
    (flags[typedNames.get(typed) ?? ""]?.placeholder ?? null) !== null;
  args = withBareValues(joinNegativeNumbers(args, takesValue), flags, typedNames);
  const switches = [...typedNames].filter(([, name]) => flags[name].placeholder === null);
  const negatable = [...typedNames].filter(([, name]) =>
    flags[name].fallback === true || flags[name].off !== undefined
  );
  const negated = negatable.map(([typed]) => `no-${typed}`);
  checkSwitches(args, switches.map(([typed]) => typed), negated, typedNames, messages);
  const parsed = parseArgs(args, {
    string: ["_", ...[...typedNames.keys()].filter((typed) => !isIn(typed, switches))],
    collect: [...typedNames].filter(([, name]) => flags[name].join !== undefined)
      .map(([typed]) => typed),
    boolean: switches.map(([typed]) => typed),
    negatable: negatable.map(([typed]) => typed),
    default: Object.fromEntries(
      negatable.filter(([, name]) => flags[name].fallback === true).map(([typed]) => [typed, true]),
    ),
    unknown: (argument, key) => {
      if (key !== undefined) throw unknownFlag(argument, [...typedNames.keys()], messages);
    },
  });
  const values: Record<string, unknown> = {};
  const given = new Set<string>();
  for (const [typed, name] of typedNames) {
    const value = parsed[typed];
    const flag = flags[name];
    values[name] = flag.fallback;
    if (value === undefined) continue;
    if (Array.isArray(value)) {
      if (value.length === 0) continue;
      values[name] = flag.join?.(value.map((one) => parseValue(typed, one, flag, messages)));
    } else if (typeof value === "string") {
      values[name] = parseValue(typed, value, flag, messages);
    } else values[name] = value === false ? flag.off ?? false : value;
    if (values[name] !== flag.fallback || typeof value === "string") given.add(name);
  }
  // Every name of `flags` has just been given a value of its flag.
  return { flags: values as FlagValues<Some>, words: parsed._, given };
}

/** `idleTimeout` as it is typed: `idle-timeout`. */
export function toTyped(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * Gives flags their values that may be typed without one. What comes next is the value if it is one of
 * the flag's, or a number, which nothing else is; and something else otherwise.
 */
function withBareValues(
  args: readonly string[],
  flags: Flags,
  typedNames: ReadonlyMap<string, string>,
): string[] {
  const end = args.indexOf("--");
  return args.map((argument, index) => {
    const flag = flags[typedNames.get(argument.slice(2)) ?? ""];
    const isFlag = argument.startsWith("--") && (end < 0 || index < end);
    if (!isFlag || flag?.bare === undefined) return argument;
    const next = args[index + 1];
    const hasValue = next !== undefined && (flag.parse(next) !== undefined || /^\d/.test(next));
    return hasValue ? argument : `${argument}=${flag.bare}`;
  });
}

/** What `parseArgs` lets pass: a value for a switch, and `--no-…` for what cannot be turned off. */
function checkSwitches(
  args: readonly string[],
  switches: readonly string[],
  negated: readonly string[],
  typedNames: ReadonlyMap<string, string>,
  messages: Messages,
): void {
  for (const argument of args) {
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
    if (name === undefined) continue;
    if (name.startsWith("no-") && !negated.includes(name)) {
      throw unknownFlag(argument, [...typedNames.keys(), ...negated], messages);
    }
    const isSwitch = switches.includes(name) || negated.includes(name);
    if (isSwitch && value !== undefined && value !== "true" && value !== "false") {
      const wanted = messages.flags.wantsNothing;
      throw new UsageError(messages.flags.wrongValue(`--${name}`, value, wanted, null));
    }
  }
}

function isIn(typed: string, entries: readonly (readonly [string, string])[]): boolean {
  return entries.some(([name]) => name === typed);
}

function unknownFlag(argument: string, known: string[], messages: Messages): UsageError {
  const typed = argument.replace(/=.*/s, "");
  // Every command has these two beside its own.
  const nearest = closest(typed.replace(/^-+/, ""), [...known, "lang", "help"]);
  if (typed === `--${nearest}`) { // such as --help=yes
    const value = argument.slice(typed.length + 1);
    return new UsageError(
      messages.flags.wrongValue(typed, value, messages.flags.wantsNothing, null),
    );
  }
  return new UsageError(messages.flags.unknown(typed, nearest === null ? null : `--${nearest}`));
}

function parseValue(
  typed: string,
  value: string,
  flag: Flag<unknown>,
  messages: Messages,
): unknown {
  const parsed = flag.parse(value);
  if (parsed !== undefined) return parsed;
  const wanted = flag.wanted(messages);
  if (value === "") throw new UsageError(messages.flags.valueMissing(`--${typed}`, wanted));
  const nearest = flag.words === undefined ? null : closest(value, flag.words);
  throw new UsageError(messages.flags.wrongValue(`--${typed}`, value, wanted, nearest));
}
