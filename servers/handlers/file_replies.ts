/**
 * What a user's handler gives back, made into replies.
 *
 * @module
 */

import { isObject } from "../../cli/json.ts";
import { HandlerError } from "./handler_error.ts";
import type { Reply } from "./session.ts";

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);

/**
 * The replies in what a handler gave back: nothing, bytes, a string, `{ bytes, waitMs, close }`, a promise
 * of these, or several in an iterable or asynchronous iterable. While a promise is pending, the model
 * waits as it does.
 *
 * @param path of the handler's file, for errors
 * @throws {HandlerError} when it gave back something else
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const replies = [...fileReplies("./mine.js", [new Uint8Array(1), { close: true }])];
 * assertEquals(replies.map(({ close }) => close), [false, true]);
 * ```
 */
export function* fileReplies(path: string, given: unknown): Generator<Reply> {
  if (given === undefined || given === null) return;
  if (typeof given === "string" || given instanceof Uint8Array) {
    yield { bytes: toBytes(given), waitMs: 0, close: false };
  } else if (given instanceof Promise || isObject(given) && typeof given.then === "function") {
    // A database's query is often no Promise, but has a then() that runs it.
    yield* fileReplies(path, yield* settled(path, Promise.resolve(given)));
  } else if (isObject(given) && Symbol.iterator in given) {
    // Checked by the line above; each element is checked in its turn.
    for (const one of given as Iterable<unknown>) yield* fileReplies(path, one);
  } else if (isObject(given) && Symbol.asyncIterator in given) {
    yield* repliesLater(path, given as AsyncIterable<unknown>); // checked by the line above
  } else if (isObject(given) && ["bytes", "waitMs", "close"].some((name) => name in given)) {
    yield oneReply(path, given);
  } else {
    throw new HandlerError(path, `it returned a ${typeof given} that is no answer`);
  }
}

function* repliesLater(path: string, given: AsyncIterable<unknown>): Generator<Reply> {
  const iterator = given[Symbol.asyncIterator]();
  let isDone: boolean | undefined = false;
  try {
    for (;;) {
      const { value, done } = yield* settled(path, iterator.next());
      isDone = done;
      if (done) return;
      yield* fileReplies(path, value);
    }
  } finally {
    // The client has left, or the answer is of no use: its `finally` runs when its promise has settled.
    // What that throws comes too late for everybody.
    if (!isDone) iterator.return?.().catch(() => {});
  }
}

function oneReply(
  path: string,
  { bytes = "", waitMs = 0, close = false }: Readonly<Record<string, unknown>>,
): Reply {
  if (typeof waitMs !== "number" || !(waitMs >= 0)) {
    throw new HandlerError(path, "waitMs is not a number of milliseconds");
  }
  if (typeof bytes !== "string" && !(bytes instanceof Uint8Array)) {
    throw new HandlerError(path, "bytes is neither a string nor a Uint8Array");
  }
  return { bytes: toBytes(bytes), waitMs, close: close === true };
}

/** Has the model wait for a promise. @returns what it resolves to @throws what it was rejected with */
function* settled<T>(path: string, promise: Promise<T>): Generator<Reply, T> {
  let result: { readonly value: T } | { readonly error: unknown } | undefined;
  const until = promise.then(
    (value) => void (result = { value }),
    (error) => void (result = { error }),
  );
  yield { bytes: NOTHING, waitMs: Infinity, close: false, until };
  if (result === undefined) throw new HandlerError(path, NEVER);
  if ("error" in result) throw result.error;
  return result.value;
}

const NEVER = "nobody has waited for its promise";

function toBytes(given: string | Uint8Array): Uint8Array {
  return typeof given === "string" ? encoder.encode(given) : given;
}
