/**
 * What a handler answers.
 *
 * @module
 */

import { INTERRUPTED, WOULD_BLOCK } from "../sockets/interface_values.ts";

/** One reply to a client. */
export interface Reply {
  /**
   * What to send; may be empty. It may be a view of the received chunk, so copy it to keep it beyond
   * the next `recv`.
   */
  readonly bytes: Uint8Array;
  /** How long to wait before it is sent; `Infinity` with {@linkcode until}. The model decides how to wait. */
  readonly waitMs: number;
  /** Whether the connection ends after this reply. */
  readonly close: boolean;
  /** Resolves when the handler can go on, if it waits for a promise. Such a reply has no bytes. */
  readonly until?: Promise<void>;
}

/**
 * The replies to a chunk. This is no iterator: one would cost each model five per cent of its speed,
 * and most handlers have one reply to everything.
 */
export interface Replies {
  /** The next reply, or `undefined` when there is none left. */
  next(): Reply | undefined;
}

/**
 * A reply that is sent at once.
 *
 * @param close whether the connection ends after it
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const bytes = new TextEncoder().encode("bye\n");
 * assertEquals(replyWith(bytes, true), { bytes, waitMs: 0, close: true });
 * ```
 */
export function replyWith(bytes: Uint8Array, close = false): Reply {
  return { bytes, waitMs: 0, close };
}

/**
 * At most one reply.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const replies = new OneReply(replyWith(new Uint8Array(3)));
 * assertEquals(replies.next()?.bytes.length, 3);
 * assertEquals(replies.next(), undefined);
 * ```
 */
export class OneReply implements Replies {
  /** @param reply without one there is no reply at all */
  constructor(private reply?: Reply) {}

  next(): Reply | undefined {
    const { reply } = this;
    this.reply = undefined;
    return reply;
  }
}

/** What a session may have to say although no bytes have come. */
interface Unasked {
  readonly outbox?: Replies;
  onEnd?: (this: void) => Replies;
}

/** What a session says. */
interface Answering extends Unasked {
  onData(chunk: Uint8Array): Replies;
}

/**
 * The replies to what `tryRecv` gave.
 *
 * @param chunk empty when the client has sent its last; {@linkcode WOULD_BLOCK} when nothing has come, and
 *   there may be something to send unasked
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { echo } from "./echo.ts";
 * assertEquals(repliesTo(echo(), Uint8Array.of(42)).next()?.bytes, Uint8Array.of(42));
 * ```
 */
export function repliesTo(session: Answering, chunk: Uint8Array | typeof WOULD_BLOCK): Replies {
  if (chunk === WOULD_BLOCK) return repliesWithout(session, INTERRUPTED);
  return chunk.length > 0 ? session.onData(chunk) : repliesWithout(session, 0);
}

/**
 * What is sent although no bytes have come.
 *
 * @param count what `recv` gave: 0, for which there may be last words, or {@linkcode INTERRUPTED}
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { INTERRUPTED } from "../sockets/interface_values.ts";
 * import { Outbox } from "./outbox.ts";
 * const session = { onData: () => new OneReply(), outbox: new Outbox() };
 * session.outbox.put(Uint8Array.of(42));
 * assertEquals(repliesWithout(session, INTERRUPTED).next()?.bytes, Uint8Array.of(42));
 * assertEquals(repliesWithout(session, 0).next(), undefined); // it has no last words
 * ```
 */
export function repliesWithout(session: Unasked, count: number): Replies {
  const replies = count === INTERRUPTED ? session.outbox : session.onEnd?.();
  return replies ?? new OneReply();
}
