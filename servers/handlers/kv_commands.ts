import { matchesGlob } from "./glob.ts";
import { type KvCommand, type KvContext, textOf, wrongArity } from "./kv_command.ts";
import { KV_INTEGER_COMMANDS } from "./kv_integers.ts";
import { type Answer, OK } from "./resp.ts";
import type { Command } from "./resp_reader.ts";

const SYNTAX: Answer = { error: "ERR syntax error" };

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

function countOf(keys: Command, does: (key: Uint8Array) => boolean): number {
  let count = 0;
  for (const key of keys) if (does(key)) count++;
  return count;
}
