import type { ByteInput } from "./byte_input.ts";
import { textOf } from "./line_buffer.ts";
import type { BodySize } from "./http_body_size.ts";

/** A chunk's size in hexadecimal, and extensions that nobody knows, RFC 9112, 7.1. */
const CHUNK_SIZE = /^([\da-f]{1,13})(?:[ \t]*;(?:\t|\P{Cc})*)?$/iu;
/** Section 7.1.2; no trailer is of use here. */
const TRAILER = /^[!#$%&'*+.^_`|~\w-]+:(?:\t|\P{Cc})*$/u;
/** The longest line between chunks that is read, in bytes. */
const LONGEST_LINE_BYTES = 1_024;
const MAX_TRAILERS = 100;
const RETURN = 0x0d;

/**
 * Reads a body, and counts its bytes instead of keeping them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ByteInput } from "./byte_input.ts";
 * const input = new ByteInput();
 * const body = new BodyReader("chunked");
 * input.push(new TextEncoder().encode("5\r\nhel"));
 * assertEquals(body.read(input), "unfinished");
 * input.push(new TextEncoder().encode("lo\r\n0\r\n\r\n"));
 * assertEquals([body.read(input), body.count], ["finished", 5]);
 * ```
 */
export class BodyReader {
  /** How many bytes it has had, without what the chunks are wrapped in. */
  count = 0;
  /** What comes next, of a body in chunks. */
  #next: "size" | "data" | "end of data" | "trailer" = "size";
  #left = 0;
  #trailers = 0;
  readonly #isChunked: boolean;

  /** @param size as the head of the request says it */
  constructor(size: BodySize) {
    this.#isChunked = size === "chunked";
    if (size !== "chunked") this.#left = size;
  }

  /** Takes what is there of it. */
  read(input: ByteInput): "finished" | "unfinished" | "wrong" {
    if (!this.#isChunked) {
      this.#skip(input);
      return this.#left === 0 ? "finished" : "unfinished";
    }
    for (;;) {
      if (this.#next === "data") {
        this.#skip(input);
        if (this.#left > 0) return "unfinished";
        this.#next = "end of data";
      }
      if (!input.takeLine()) {
        // A chunk ends with \r\n at once, however long a line may be elsewhere.
        const most = this.#next === "end of data" ? 1 : LONGEST_LINE_BYTES;
        return input.length > most ? "wrong" : "unfinished";
      }
      const end = this.#takeLine(input);
      if (end !== undefined) return end;
    }
  }

  #skip(input: ByteInput): void {
    const skipped = input.skip(this.#left);
    this.#left -= skipped;
    this.count += skipped;
  }

  /** @returns `undefined` when more is to be read */
  #takeLine({ bytes, lineStart, lineEnd }: ByteInput): "finished" | "wrong" | undefined {
    // A newline alone ends a line for some readers and not for others, who then see other requests.
    if (bytes[lineEnd - 1] !== RETURN || lineEnd === lineStart) return "wrong";
    if (lineEnd - lineStart > LONGEST_LINE_BYTES) return "wrong";
    const line = textOf(bytes, lineStart, lineEnd - 1);
    switch (this.#next) {
      case "size": {
        const size = CHUNK_SIZE.exec(line)?.[1];
        if (size === undefined) return "wrong";
        this.#left = parseInt(size, 16);
        this.#next = this.#left === 0 ? "trailer" : "data";
        return undefined;
      }
      case "end of data":
        this.#next = "size";
        return line === "" ? undefined : "wrong";
      default:
        if (line === "") return "finished";
        return ++this.#trailers > MAX_TRAILERS || !TRAILER.test(line) ? "wrong" : undefined;
    }
  }
}
