import { matchesGlob } from "./glob.ts";
import { type KvCommand, type KvContext, textOf, wrongArity } from "./kv_command.ts";
import { KV_INTEGER_COMMANDS } from "./kv_integers.ts";
import { type Answer, OK } from "./resp.ts";
import type { Command } from "./resp_reader.ts";

const SYNTAX: Answer = { error: "ERR syntax error" };
/** What one answer may have, in bytes: a short command may name a large value again and again. */
const MAX_ANSWER_BYTES = 64 * 1_048_576;
const TOO_LARGE: Answer = {
  error: `ERR the answer would be larger than ${MAX_ANSWER_BYTES} bytes`,
};
/** A longer one could keep the thread busy for minutes with one key, see {@linkcode matchesGlob}. */
const MAX_PATTERN_BYTES = 256;

/** What is done with keys and values, by the names of the commands in lower case. */
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
  ...KV_INTEGER_COMMANDS,
  mget: {
    ...{ arity: -2, keys: "all" },
    run: (keys, { store }) =>
      store().atOnce(() => collect(keys.values().map((key) => store().get(key)))),
  },
  mset: { arity: -3, keys: "every other", writes: true, run: setAll },
  keys: { arity: 2, run: findKeys },
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

function findKeys([pattern]: Command, { store }: KvContext): Answer {
  if (pattern.length > MAX_PATTERN_BYTES) {
    return { error: `ERR a pattern has at most ${MAX_PATTERN_BYTES} bytes` };
  }
  return collect(store().keys().filter((key) => matchesGlob(pattern, key)));
}

/** An answer of many values, if it is not too large. */
function collect(values: Iterable<Uint8Array | null>): Answer {
  const answer: Answer[] = [];
  let sizeBytes = 0;
  for (const value of values) {
    sizeBytes += value?.length ?? 0;
    if (sizeBytes > MAX_ANSWER_BYTES) return TOO_LARGE;
    answer.push(value);
  }
  return answer;
}

function clear(options: Command, { store }: KvContext): Answer {
  if (options.length > 1 || options.some((option) => !/^a?sync$/i.test(textOf(option)))) {
    return SYNTAX;
  }
  store().clear();
  return OK;
}

function countOf(keys: Command, does: (key: Uint8Array) => boolean): number {
  let count = 0;
  for (const key of keys) if (does(key)) count++;
  return count;
}
