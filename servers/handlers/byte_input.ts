const NOTHING: Uint8Array<ArrayBuffer> = new Uint8Array(0);
const NEWLINE = 0x0a;

/**
 * What has come from a client and was not read yet, for protocols that mix lines with counted bytes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const input = new ByteInput();
 * const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
 * input.push(encoder.encode("size 3\nab"));
 * assertEquals(input.takeLine(), true);
 * assertEquals(decoder.decode(input.bytes.subarray(input.lineStart, input.lineEnd)), "size 3");
 * input.push(encoder.encode("cd"));
 * assertEquals(decoder.decode(input.take(3)), "abc");
 * assertEquals([input.length, input.takeLine()], [1, false]);
 * ```
 */
export class ByteInput {
  /** Where the last line lies. What was taken stays there, unchanged, for as long as somebody has it. */
  bytes: Uint8Array<ArrayBuffer> = NOTHING;
  /** Where it begins and ends in {@linkcode bytes}, without its `\n`. */
  lineStart = 0;
  lineEnd = 0;
  #start = 0;
  #end = 0;
  /** Before this place there is no newline. */
  #searched = 0;

  /** How many bytes were not taken. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Adds a chunk. It is copied, since the model receives the next one into the same buffer. */
  push(chunk: Uint8Array): void {
    const held = this.length;
    if (held === 0) {
      this.bytes = new Uint8Array(chunk);
      this.#start = this.#searched = 0;
      this.#end = chunk.length;
      return;
    }
    if (this.#end + chunk.length > this.bytes.length) {
      // Twice as large as needed, so that many small chunks are not copied again and again.
      const larger = new Uint8Array(2 * (held + chunk.length));
      larger.set(this.bytes.subarray(this.#start, this.#end));
      this.bytes = larger;
      this.#searched -= this.#start;
      this.#start = 0;
      this.#end = held;
    }
    this.bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Takes the next line, which ends with `\n`; false when its end has not come. */
  takeLine(): boolean {
    const at = this.bytes.indexOf(NEWLINE, Math.max(this.#start, this.#searched));
    if (at === -1 || at >= this.#end) {
      this.#searched = this.#end;
      return false;
    }
    this.lineStart = this.#start;
    this.lineEnd = at;
    this.#start = at + 1;
    return true;
  }

  /** Takes up to `most` bytes. */
  take(most: number): Uint8Array<ArrayBuffer> {
    const start = this.#start;
    this.skip(most);
    return this.bytes.subarray(start, this.#start);
  }

  /**
   * Takes up to `most` bytes that nobody wants to see.
   *
   * @returns how many
   */
  skip(most: number): number {
    const count = Math.min(most, this.length);
    this.#start += count;
    return count;
  }
}
