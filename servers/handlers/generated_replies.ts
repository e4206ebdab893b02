/**
 * Replies as JavaScript has them: made by a generator, and gone through with `for`.
 *
 * @module
 */

import type { Replies, Reply } from "./replies.ts";

/**
 * Replies that a generator makes one by one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { replyWith } from "./replies.ts";
 * function* countdown(): Generator<Reply> {
 *   for (let n = 3; n > 0; n--) yield replyWith(Uint8Array.of(n), n === 1);
 * }
 * const replies = new GeneratedReplies(countdown());
 * assertEquals([...allReplies(replies)].map(({ bytes }) => bytes[0]), [3, 2, 1]);
 * ```
 */
export class GeneratedReplies implements Replies {
  /** @param generator resumed once for each reply that is asked for */
  constructor(private readonly generator: Generator<Reply>) {}

  next(): Reply | undefined {
    const { done, value } = this.generator.next();
    return done ? undefined : value;
  }
}

/**
 * Gives replies as an iterable, where speed does not matter.
 *
 * @example
 * ```ts
 * import { OneReply, replyWith } from "./replies.ts";
 * for (const { bytes } of allReplies(new OneReply(replyWith(new Uint8Array(3))))) {
 *   console.log(bytes.length); // 3
 * }
 * ```
 */
export function* allReplies(replies: Replies): Generator<Reply> {
  for (let reply; (reply = replies.next()) !== undefined;) yield reply;
}
