import { joinedBytes } from "./joined_bytes.ts";

/**
 * One for all, since it keeps nothing from one line to the next, and to make one takes longer than to serve
 * a short client. A byte order mark would otherwise vanish from the beginning of each line.
 */
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
const NOTHING: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/**
 * Collects chunks and gives them back as lines.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const buffer = new LineBuffer(80);
 * const encoder = new TextEncoder();
 * assertEquals([...buffer.lines(encoder.encode("one\ntw"))], ["one"]);
 * assertEquals([...buffer.lines(encoder.encode("o\n"))], ["two"]);
 * ```
 */
export class LineBuffer {
  #held = NOTHING;

  /** @param longestBytes a line longer than this is given as `null`, and is the last one */
  constructor(private readonly longestBytes: number) {}

  /** The lines that `chunk` completes, without their `\n` or `\r\n`; the rest is kept. */
  *lines(chunk: Uint8Array): Generator<string | null> {
    let bytes = this.#held.length > 0 ? joinedBytes(this.#held, chunk) : chunk;
    this.#held = NOTHING;
    let start = 0;
    for (let end; (end = endOfLine(bytes, start)) >= 0;) {
      if (end - start > this.longestBytes) return yield null;
      const line = textOf(bytes, start, bytes[end - 1] === RETURN ? end - 1 : end);
      start = end + 1;
      if (bytes === chunk && start < chunk.length) {
        // A copy: the model may receive into the same buffer before all lines are read.
        bytes = chunk.slice(start);
        start = 0;
      }
      yield line;
    }
    if (bytes.length - start > this.longestBytes) return yield null;
    if (start < bytes.length) this.#held = bytes.slice(start);
  }
}

/** Where the line that begins at `start` ends; -1 where it does not. */
function endOfLine(bytes: Uint8Array, start: number): number {
  const nearby = Math.min(bytes.length, start + SHORT_BYTES);
  for (let at = start; at < nearby; at++) {
    if (bytes[at] === NEWLINE) return at;
  }
  return nearby < bytes.length ? bytes.indexOf(NEWLINE, nearby) : -1;
}

/** Up to this many bytes it is quicker to look at each. */
const SHORT_BYTES = 32;
const RETURN = 0x0d;
const NEWLINE = 0x0a;

/**
 * The text of the `bytes` from `start` to `end`. Short ASCII needs no decoder and no view, which
 * allocates memory.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(textOf(new TextEncoder().encode("a line\n"), 2, 6), "line");
 * ```
 */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  const isShort = end - start <= SHORT_BYTES;
  for (let at = start; isShort && at < end && bytes[at] < 0x80; at++) {
    text += String.fromCharCode(bytes[at]);
  }
  return text.length === Math.max(0, end - start)
    ? text
    : DECODER.decode(bytes.subarray(start, end));
}
