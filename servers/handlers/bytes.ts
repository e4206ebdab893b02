import { LineBuffer } from "./line_buffer.ts";
import { type Answer, answerWith, GeneratedAnswers, type Session } from "./session.ts";

/** The most that one line may ask for, in bytes. */
export const MAX_BYTES = 16_384;
const LONGEST_LINE_BYTES = 64;
const DIGITS = new TextEncoder().encode("0123456789".repeat(Math.ceil(MAX_BYTES / 10)));
const COMPLAINT = new TextEncoder().encode(`send a number from 0 to ${MAX_BYTES} and a newline\n`);

/** A line with a decimal number N gets N bytes back: the client decides how much the server sends. */
export function bytes(): Session {
  const buffer = new LineBuffer(LONGEST_LINE_BYTES);
  return { receive: (chunk) => new GeneratedAnswers(answers(buffer.lines(chunk))) };
}

function* answers(lines: Iterable<string | null>): Generator<Answer> {
  for (const line of lines) {
    const wanted = line !== null && /^\d+$/.test(line) ? Number(line) : Infinity;
    if (wanted > MAX_BYTES) return yield answerWith(COMPLAINT, true);
    yield answerWith(DIGITS.subarray(0, wanted));
  }
}
