/** Longest line that is kept, in characters: what a person types to a server is shorter. */
const LONGEST_LINE = 4_096;

/**
 * Cuts what is typed into lines.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const lines = new LineReader();
 * lines.push(new TextEncoder().encode("stop\nno"));
 * assertEquals(lines.take(), "stop");
 * assertEquals(lines.take(), undefined);
 * ```
 */
export class LineReader {
  readonly #decoder = new TextDecoder();
  #text = "";

  /** Takes a piece of the input. */
  push(bytes: Uint8Array): void {
    const typed = this.#decoder.decode(bytes, { stream: true });
    this.#text = (this.#text + typed).slice(-LONGEST_LINE);
  }

  get hasLine(): boolean {
    return this.#text.includes("\n");
  }

  /** The next whole line without its end, or `undefined`. */
  take(): string | undefined {
    const end = this.#text.indexOf("\n");
    if (end < 0) return undefined;
    const line = this.#text.slice(0, end).replace(/\r$/, "");
    this.#text = this.#text.slice(end + 1);
    return line;
  }
}
