/**
 * One for all, since it keeps nothing from one line to the next, and to make one takes longer than to serve
 * a short client. A byte order mark would otherwise vanish from the beginning of each line.
 */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
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
    // A copy: the model may receive into the same buffer before all lines are read.
    const bytes = new Uint8Array(this.#held.length + chunk.length);
    bytes.set(this.#held);
    bytes.set(chunk, this.#held.length);
    this.#held = NOTHING;
    let start = 0;
    for (let end; (end = bytes.indexOf(0x0a, start)) >= 0; start = end + 1) {
      if (end - start > this.longestBytes) return yield null;
      yield decoder.decode(bytes.subarray(start, end)).replace(/\r$/, "");
    }
    if (bytes.length - start > this.longestBytes) return yield null;
    if (start < bytes.length) this.#held = bytes.slice(start);
  }
}
