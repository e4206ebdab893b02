/**
 * Turns what was typed after the name of a command into the values of its flags.
 *
 * @module
 */

// @ts-types="./std/parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { closest } from "./closest.ts";
import { UsageError } from "./errors.ts";
import { type Flag, type Flags, type FlagValues, toTyped } from "./flags.ts";
import type { Messages } from "./messages.ts";

/** What was typed after the name of a command. */
export interface ParsedArguments<Some extends Flags> {
  readonly flags: FlagValues<Some>;
  /** The arguments that are not flags. */
  readonly words: readonly string[];
  /** The names of the flags that the person gave. */
  readonly given: ReadonlySet<string>;
}

/**
 * Parses what was typed after the name of a command.
 *
 * @throws {UsageError} for a flag that is unknown or has a wrong value
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { integer } from "./flags.ts";
 * import { loadMessages } from "./messages.ts";
 *
 * const flags = { recvSize: integer(1_024, { min: 1, max: 65_536 }) };
 * const messages = await loadMessages("en");
 * equal(parseFlags(["--recv-size", "9"], flags, messages).flags.recvSize, 9);
 * ```
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
    values[name] = valueOf(typed, value, flags[name], messages);
    if (values[name] !== flags[name].fallback || typeof value === "string") given.add(name);
  }
  // Every name of `flags` has just been given a value of its flag.
  return { flags: values as FlagValues<Some>, words: parsed._, given };
}

/** What `parseArgs` has found of a flag, as a value of the flag. */
function valueOf(typed: string, found: unknown, flag: Flag<unknown>, messages: Messages): unknown {
  if (typeof found === "string") return parseValue(typed, found, flag, messages);
  if (Array.isArray(found)) {
    if (found.length === 0) return flag.fallback;
    return flag.join?.(found.map((one) => parseValue(typed, one, flag, messages)));
  }
  if (found === undefined) return flag.fallback;
  return found === false ? flag.off ?? false : found;
}

/**
 * Adds the value to flags that were typed without one. The next argument is the value of such a flag if
 * it parses as one, or is a number, which can be nothing else.
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

/** Refuses what `parseArgs` accepts: a value for a switch, `--no-…` for a flag without it. */
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
  // Every command has these two besides its own.
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

/**
 * Joins a negative number to the flag before it, `--size -1` to `--size=-1`: `parseArgs` would take it
 * for a flag, and the error would puzzle people.
 *
 * @param takesValue whether the flag of this name, without its hyphens, takes a value
 */
function joinNegativeNumbers(
  args: readonly string[],
  takesValue: (name: string) => boolean,
): string[] {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const isValue = (index: number) =>
    index > 0 && index < end && /^-\.?\d/.test(args[index]) &&
    args[index - 1].startsWith("--") && takesValue(args[index - 1].slice(2));
  return args.flatMap((argument, index) => {
    if (isValue(index)) return [];
    return [isValue(index + 1) ? `${argument}=${args[index + 1]}` : argument];
  });
}
