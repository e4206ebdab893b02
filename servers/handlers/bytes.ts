import { decimal } from "./decimal.ts";
import { LineBuffer } from "./line_buffer.ts";
import { GeneratedReplies, type Reply, replyWith, type Session } from "./session.ts";

/** The most that one line may ask for, in bytes. */
export const MAX_BYTES = 16_384;
const LONGEST_LINE_BYTES = 64;
const DIGITS = new TextEncoder().encode("0123456789".repeat(Math.ceil(MAX_BYTES / 10)));
const COMPLAINT = new TextEncoder().encode(`send a number from 0 to ${MAX_BYTES} and a newline\n`);

/**
 * A line with a decimal number N gets N bytes back: the client decides how much the server sends. Any
 * other line gets a complaint, and the connection ends.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const reply = bytes().onData(new TextEncoder().encode("12\n")).next();
 * assertEquals(new TextDecoder().decode(reply?.bytes), "012345678901");
 * ```
 */
export function bytes(): Session {
  const buffer = new LineBuffer(LONGEST_LINE_BYTES);
  return { onData: (chunk) => new GeneratedReplies(replies(buffer.lines(chunk))) };
}

function* replies(lines: Iterable<string | null>): Generator<Reply> {
  for (const line of lines) {
    const wanted = decimal(line);
    if (wanted > MAX_BYTES) return yield replyWith(COMPLAINT, true);
    yield replyWith(DIGITS.subarray(0, wanted));
  }
}
