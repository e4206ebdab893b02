import { type KvCommand, textOf } from "./kv_command.ts";
import type { KvStore } from "./kv_store.ts";
import type { Answer } from "./resp.ts";

const encoder = new TextEncoder();
const NOT_A_NUMBER: Answer = { error: "ERR value is not an integer or out of range" };
const OVERFLOW: Answer = { error: "ERR increment or decrement would overflow" };
const [MIN, MAX] = [-(2n ** 63n), 2n ** 63n - 1n];

/** What is done with values that are numbers, by the names of the commands. */
export const KV_INTEGER_COMMANDS: Readonly<Record<string, KvCommand>> = {
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
};

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
