import { matchesGlob } from "./glob.ts";
import type { KvStore } from "./kv_store.ts";
import { type Answer, OK } from "./resp.ts";
import type { Command } from "./resp_reader.ts";

const encoder = new TextEncoder();

/** What a command may use. */
export interface KvContext {
  /** Opens the store with the first call. */
  store(): KvStore;
  /** The number of the client. */
  readonly id: number;
}

/** What a server must know of a command. */
export interface KvCommand {
  /** How many words it has, with its name; from so many on if negative. */
  readonly arity: number;
  /** Which of its words are keys. */
  readonly keys?: "first" | "all" | "every other";
  readonly writes?: boolean;
  /** Whether the connection ends with its answer. */
  readonly closes?: boolean;
  run(args: Command, context: KvContext): Answer;
}

const NOT_A_NUMBER: Answer = { error: "ERR value is not an integer or out of range" };
const OVERFLOW: Answer = { error: "ERR increment or decrement would overflow" };
const SYNTAX: Answer = { error: "ERR syntax error" };
const [MIN, MAX] = [-(2n ** 63n), 2n ** 63n - 1n];

/** The commands by name, in lower case. */
export const KV_COMMANDS: Readonly<Record<string, KvCommand>> = {
  get: { arity: 2, keys: "first", run: ([key], { store }) => store().get(key) },
  set: { arity: -3, keys: "first", writes: true, run: set },
  del: {
    ...{ arity: -2, keys: "all", writes: true },
    run: (keys, { store }) => countOf(keys, (key) => store().delete(key)),
  },
  exists: {
    ...{ arity: -2, keys: "all" },
    run: (keys, { store }) =>
      store().atOnce(() => countOf(keys, (key) => store().get(key) !== null)),
  },
  incr: { arity: 2, keys: "first", writes: true, run: ([key], { store }) => add(store(), key, 1n) },
  decr: {
    ...{ arity: 2, keys: "first", writes: true },
    run: ([key], { store }) => add(store(), key, -1n),
  },
  incrby: {
    ...{ arity: 3, keys: "first", writes: true },
    run: ([key, amount], { store }) => add(store(), key, integerOf(amount)),
  },
  decrby: {
    ...{ arity: 3, keys: "first", writes: true },
    run: ([key, amount], { store }) => {
      const by = integerOf(amount);
      if (by === MIN) return { error: "ERR decrement would overflow" };
      return add(store(), key, by === undefined ? by : -by);
    },
  },
  mget: {
    ...{ arity: -2, keys: "all" },
    run: (keys, { store }) => store().atOnce(() => keys.map((key) => store().get(key))),
  },
  mset: { arity: -3, keys: "every other", writes: true, run: setAll },
  keys: {
    arity: 2,
    run: ([pattern], { store }) => [...store().keys()].filter((key) => matchesGlob(pattern, key)),
  },
  dbsize: { arity: 1, run: (_, { store }) => store().count() },
  flushdb: { arity: -1, writes: true, run: clear },
  flushall: { arity: -1, writes: true, run: clear },
};

function set([key, value, ...options]: Command, { store }: KvContext): Answer {
  const names = options.map((option) => textOf(option).toUpperCase());
  const unknown = names.find((name) => !["NX", "XX", "GET"].includes(name));
  if (unknown !== undefined && /^(EX|PX|EXAT|PXAT|KEEPTTL)$/.test(unknown)) {
    return { error: `ERR ${unknown} is not supported: keys do not expire here` };
  }
  const [onlyNew, onlyOld] = [names.includes("NX"), names.includes("XX")];
  if (unknown !== undefined || onlyNew && onlyOld) return SYNTAX;
  const givesOld = names.includes("GET");
  const old = onlyNew || onlyOld || givesOld ? store().get(key) : null;
  const isSet = !(onlyNew && old !== null || onlyOld && old === null);
  if (isSet) store().set(key, value);
  return givesOld ? old : isSet ? OK : null;
}

function setAll(pairs: Command, { store }: KvContext): Answer {
  if (pairs.length % 2 === 1) return wrongArity("mset");
  for (let at = 0; at < pairs.length; at += 2) store().set(pairs[at], pairs[at + 1]);
  return OK;
}

function clear(options: Command, { store }: KvContext): Answer {
  if (options.length > 1 || options.some((option) => !/^a?sync$/i.test(textOf(option)))) {
    return SYNTAX;
  }
  store().clear();
  return OK;
}

function add(store: KvStore, key: Uint8Array, amount: bigint | undefined): Answer {
  const value = integerOf(store.get(key) ?? encoder.encode("0"));
  if (value === undefined || amount === undefined) return NOT_A_NUMBER;
  const sum = value + amount;
  if (sum < MIN || sum > MAX) return OVERFLOW;
  store.set(key, encoder.encode(String(sum)));
  return sum;
}

/** Of 64 bits, and written in the one way in which it is stored. */
function integerOf(bytes: Uint8Array): bigint | undefined {
  if (bytes.length > 20) return undefined;
  const text = textOf(bytes);
  if (!/^(0|-?[1-9]\d*)$/.test(text)) return undefined;
  const value = BigInt(text);
  return value < MIN || value > MAX ? undefined : value;
}

function countOf(keys: Command, does: (key: Uint8Array) => boolean): number {
  let count = 0;
  for (const key of keys) if (does(key)) count++;
  return count;
}

/**
 * What Redis says to a command with too few or too many words.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(wrongArity("get"), { error: "ERR wrong number of arguments for 'get' command" });
 * ```
 */
export function wrongArity(name: string): Answer {
  return { error: `ERR wrong number of arguments for '${name}' command` };
}

/**
 * Bytes as a text, each as the character of its number: names of commands and options are ASCII.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(textOf(Uint8Array.of(71, 69, 84)), "GET");
 * ```
 */
export function textOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
