import { decimal } from "./decimal.ts";
import { LineBuffer } from "./line_buffer.ts";
import { GeneratedReplies, type Reply, replyWith, type Session } from "./session.ts";

/** The largest number that is tested: up to it a number of JavaScript's is exact. */
const MAX = Number.MAX_SAFE_INTEGER;
const LONGEST_LINE_BYTES = 64;
const encoder = new TextEncoder();
const NEWLINE = encoder.encode("\n");
const [PRIME, COMPOSITE, COMPLAINT] = [
  "prime\n",
  "composite\n",
  `send a number from 0 to ${MAX} and a newline\n`,
].map((words) => encoder.encode(words));

/**
 * The protocol of Eli Bendersky's uv-isprime-server: a decimal number gets `prime` or `composite`. There a
 * number is what one read gives; here it ends with its line, or with the last byte of the client.
 *
 * It divides by each odd number, which is slow on purpose: a second for the largest primes. All that
 * time its thread does nothing else.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { allReplies } from "./session.ts";
 * const replies = [...allReplies(prime().onData(new TextEncoder().encode("7\n9\n")))];
 * assertEquals(replies.map(({ bytes }) => new TextDecoder().decode(bytes)), ["prime\n", "composite\n"]);
 * ```
 */
export function prime(): Session {
  const buffer = new LineBuffer(LONGEST_LINE_BYTES);
  return {
    onData: (chunk) => new GeneratedReplies(replies(buffer.lines(chunk))),
    // What has no newline yet is a line as well; all that comes of an empty one is skipped.
    onEnd: () => new GeneratedReplies(replies(buffer.lines(NEWLINE), true)),
  };
}

function* replies(lines: Iterable<string | null>, isEnd = false): Generator<Reply> {
  for (const line of lines) {
    if (isEnd && line === "") return;
    const number = decimal(line);
    if (number > MAX) return yield replyWith(COMPLAINT, true);
    yield replyWith(isPrime(number) ? PRIME : COMPOSITE);
  }
}

/**
 * Whether a number up to `Number.MAX_SAFE_INTEGER` has no divisors, found in the slow way.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals([0, 1, 2, 3, 4, 9, 514_229].filter(isPrime), [2, 3, 514_229]);
 * ```
 */
export function isPrime(number: number): boolean {
  if (number < 4) return number >= 2;
  if (number % 2 === 0) return false;
  const last = Math.floor(Math.sqrt(number));
  for (let divisor = 3; divisor <= last; divisor += 2) {
    if (number % divisor === 0) return false;
  }
  return true;
}
