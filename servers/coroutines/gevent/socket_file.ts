import { checkWaits, type Coroutine, type Wait } from "./park.ts";

const NEWLINE = 10;
/** How much is received at once. */
const CHUNK_BYTES = 8_192;

/** What a file needs of a socket. */
interface Stream {
  recv(sizeBytes: number): Wait<Uint8Array>;
  send(bytes: Uint8Array): Wait;
}

/**
 * What `makefile` gives: a stream as lines and parts. Who reads by it should not receive from the socket
 * as well: it receives ahead.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * const chunks = ["GET / HT", "TP/1.1\r\nHost: here\r\n", ""].map((text) => new TextEncoder().encode(text));
 * await hub.run(function* () {
 *   const socket = {
 *     *recv() {
 *       return chunks.shift()!;
 *     },
 *     *send() {},
 *   };
 *   const file = new SocketFile(socket, (bytes) => new TextDecoder().decode(bytes));
 *   assertEquals(yield* file.readline(), "GET / HTTP/1.1\r\n");
 * });
 * ```
 */
export class SocketFile<Part extends string | Uint8Array> {
  /** What was received and not read. */
  #unread: Uint8Array = new Uint8Array(0);
  #isAtEnd = false;

  static {
    checkWaits(this, "readline", "read", "write", "next");
  }

  /** @param toPart makes of bytes what its readers get */
  constructor(
    private readonly socket: Stream,
    private readonly toPart: (bytes: Uint8Array) => Part,
  ) {}

  /**
   * Waits for a line.
   *
   * @param limitBytes gives this much of a longer line; the rest comes with the next call
   * @returns it with its `\n`; what is left without one at the end of the stream, and then nothing
   */
  *readline(limitBytes = Infinity): Coroutine<Part> {
    let searched = 0;
    for (;;) {
      const at = this.#unread.indexOf(NEWLINE, searched);
      if (at >= 0) return this.#take(Math.min(at + 1, limitBytes));
      searched = this.#unread.length;
      if (searched >= limitBytes || !(yield* this.#receive())) {
        return this.#take(Math.min(this.#unread.length, limitBytes));
      }
    }
  }

  /** Waits for `sizeBytes`; without a number, for all. @returns less only at the end of the stream */
  *read(sizeBytes = Infinity): Coroutine<Part> {
    while (this.#unread.length < sizeBytes && (yield* this.#receive()));
    return this.#take(Math.min(this.#unread.length, sizeBytes));
  }

  /** Python's `for line in file`: the next line, or that the stream is `done`. */
  *next(): Coroutine<IteratorResult<Part, undefined>> {
    const line = yield* this.readline();
    return line.length === 0 ? { done: true, value: undefined } : { done: false, value: line };
  }

  /** Sends text in UTF-8, or bytes, and waits until all is taken. Nothing is kept back, so none is flushed. */
  *write(part: string | Uint8Array): Coroutine {
    yield* this.socket.send(typeof part === "string" ? new TextEncoder().encode(part) : part);
  }

  /** @returns false at the end of the stream */
  *#receive(): Coroutine<boolean> {
    if (this.#isAtEnd) return false;
    const bytes = yield* this.socket.recv(CHUNK_BYTES);
    this.#isAtEnd = bytes.length === 0;
    const joined = new Uint8Array(this.#unread.length + bytes.length); // they are borrowed
    joined.set(this.#unread);
    joined.set(bytes, this.#unread.length);
    this.#unread = joined;
    return !this.#isAtEnd;
  }

  #take(sizeBytes: number): Part {
    const bytes = this.#unread.subarray(0, sizeBytes);
    this.#unread = this.#unread.subarray(sizeBytes);
    return this.toPart(bytes);
  }
}
