/**
 * Standard output and standard error of a program that must stay responsive.
 *
 * A write to a full pipe blocks, pipe(7), and so does one to a terminal that Ctrl-S has stopped. A
 * blocked thread handles no signal. `console.log` and `writeSync` block the calling thread; `write`
 * blocks a thread of the runtime instead. So this module queues lines, and writes them with `write`.
 *
 * @module
 */

import { settlesWithin } from "./settles_within.ts";

/** With more bytes in the queue, new lines that may be dropped are: seconds of the fastest log. */
const MAX_WAITING_BYTES = 1_048_576;
/**
 * How many bytes of whole lines one write takes at most. A pipe takes them atomically: no other thread or
 * program writes in between, and no line is cut when the process ends, pipe(7), PIPE_BUF.
 */
const CHUNK_BYTES = 4_096;
/** How long to wait before a full nonblocking descriptor is tried again, open(2), O_NONBLOCK. */
const TRY_AGAIN_MS = 10;

const encoder = new TextEncoder();

/** The error codes of a write to a pipe without a reader, and to a closed terminal. */
const READER_HAS_GONE: readonly unknown[] = ["EPIPE", "EIO"];

interface Waiting {
  readonly bytes: Uint8Array;
  /** How many lines it contains or stands for. */
  readonly lines: number;
  readonly mayBeDropped: boolean;
  /** Its place in the order of printing, on both outputs. */
  readonly order: number;
}

let printed = 0;

/**
 * A queue of text for a reader that may be slow, or not read at all. Printing never blocks or throws.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * const output = new Output({
 *   write: (bytes: Uint8Array) => Promise.resolve(bytes.length),
 * });
 * output.print("a line");
 * await output.written();
 * equal(output.isWritten, true);
 * ```
 */
export class Output {
  /** Called once when writing fails for good, but not when the reader has gone. */
  onFailed: (error: Error) => void | Promise<void> = () => {};
  #error: Error | undefined = undefined;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** How many lines are in the queue or being written. */
  #unwritten = 0;
  #isWriting = false;
  #isOver = false;
  #dropped = 0;
  #describeDropped: (count: number) => string = String;
  /** The `order` of the first unwritten line. */
  #next = Infinity;
  #progress = Promise.withResolvers<void>();
  #sameFile: Output | undefined = undefined;

  /** @param stream where the text is written */
  constructor(private readonly stream: Pick<typeof Deno.stdout, "write">) {}

  /** Why writing has failed for good, such as a full disk. A reader that has gone is no error. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Whether all printed text is written, or cannot be. */
  get isWritten(): boolean {
    return this.#isOver || !this.#isWriting;
  }

  /** Prints a line, which is never dropped. */
  print(line: string): void {
    this.write(`${line}\n`);
  }

  /** As {@linkcode print}, without adding the end of a line. */
  write(text: string): void {
    this.#sayDropped();
    this.#put(text);
  }

  /**
   * Prints a line, or drops it when the queue is full. When the queue is written, a line says how many
   * were dropped.
   *
   * @param describeDropped makes that line
   * @param lines how many lines it stands for
   */
  offer(line: string, describeDropped: (count: number) => string, lines = 1): void {
    this.#describeDropped = describeDropped;
    if (this.#dropped > 0 || this.#waitingBytes > MAX_WAITING_BYTES) this.#dropped += lines;
    else this.#put(`${line}\n`, lines, true);
  }

  /** Keeps the order of printing on two outputs that go to one file. */
  shareFileWith(other: Output): void {
    this.#sameFile = other;
    other.#sameFile = this;
  }

  /** Resolves when all text is written, or cannot be. */
  async written(): Promise<void> {
    while (!this.isWritten) await this.#progress.promise;
  }

  /**
   * As {@linkcode written}, but gives up on a reader that takes nothing for `ms` milliseconds. After `ms`
   * it also drops the offered lines in the queue, so that a slow reader soon has the printed ones.
   *
   * @returns how many lines it gave up, including those dropped before
   */
  async writtenWithin(ms: number): Promise<number> {
    const startedMs = performance.now();
    while (!this.isWritten) {
      if (!await settlesWithin(this.#progress.promise, ms)) {
        const givenUp = this.#unwritten + this.#dropped;
        this.#end();
        return givenUp;
      }
      if (performance.now() - startedMs > ms) this.#dropOffered();
    }
    return 0;
  }

  /** Drops the offered lines, and puts a line that counts them in the place of the first. */
  #dropOffered(): void {
    const at = this.#waiting.findIndex(({ mayBeDropped }) => mayBeDropped);
    if (at < 0) return;
    const lines = this.#waiting.reduce((sum, one) => sum + (one.mayBeDropped ? one.lines : 0), 0);
    const bytes = encoder.encode(`${this.#describeDropped(lines)}\n`);
    const told = { bytes, lines, mayBeDropped: false, order: this.#waiting[at].order };
    const kept = this.#waiting.filter(({ mayBeDropped }) => !mayBeDropped);
    kept.splice(at, 0, told);
    this.#waiting = kept;
    this.#waitingBytes = kept.reduce((sum, one) => sum + one.bytes.length, 0);
  }

  #sayDropped(): void {
    if (this.#dropped === 0) return;
    const lines = this.#dropped;
    this.#dropped = 0;
    this.#put(`${this.#describeDropped(lines)}\n`, lines);
  }

  #put(text: string, lines = 1, mayBeDropped = false): void {
    if (this.#isOver || text === "") return;
    const bytes = encoder.encode(text);
    const order = printed++;
    this.#waiting.push({ bytes, lines, mayBeDropped, order });
    this.#next = Math.min(this.#next, order);
    this.#waitingBytes += bytes.length;
    this.#unwritten += lines;
    if (!this.#isWriting) this.#writeWaiting();
  }

  async #writeWaiting(): Promise<void> {
    this.#isWriting = true;
    try {
      while (this.#waitingBytes > 0) {
        await this.#turn();
        const { bytes, lines } = this.#takeChunk();
        await this.#writeAll(bytes);
        this.#unwritten -= lines;
        this.#next = this.#waiting[0]?.order ?? Infinity;
        this.#advance();
        if (this.#waitingBytes === 0) this.#sayDropped();
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const hasReaderGone = "code" in error && READER_HAS_GONE.includes(error.code);
      if (!hasReaderGone) {
        this.#error = error;
        await this.onFailed(error); // first the reason is printed, then the waiting promises resolve
      }
      this.#end();
    } finally {
      this.#isWriting = false;
      this.#advance();
    }
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      try {
        sent += await this.stream.write(bytes.subarray(sent));
      } catch (error) {
        if (!(error instanceof Deno.errors.WouldBlock)) throw error;
        await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
      }
    }
  }

  /** Waits until the other output has written what was printed before on the same file. */
  async #turn(): Promise<void> {
    const other = this.#sameFile;
    while (other !== undefined && other.#next < this.#next) await other.#progress.promise;
  }

  #advance(): void {
    this.#progress.resolve();
    this.#progress = Promise.withResolvers<void>();
  }

  /** Takes lines out of the queue: as many as fit a chunk, or a single longer one. */
  #takeChunk(): Pick<Waiting, "bytes" | "lines"> {
    let [count, sizeBytes, lines] = [0, 0, 0];
    const other = this.#sameFile;
    const before = other === undefined ? Infinity : other.#next;
    for (const one of this.#waiting) {
      const isTooMuch = count > 0 && sizeBytes + one.bytes.length > CHUNK_BYTES;
      if (isTooMuch || one.order > before) break;
      count++;
      sizeBytes += one.bytes.length;
      lines += one.lines;
    }
    const bytes = new Uint8Array(sizeBytes);
    let at = 0;
    for (const one of this.#waiting.splice(0, count)) {
      bytes.set(one.bytes, at);
      at += one.bytes.length;
    }
    this.#waitingBytes -= sizeBytes;
    return { bytes, lines };
  }

  #end(): void {
    this.#isOver = true;
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    this.#dropped = 0;
    this.#next = Infinity;
    this.#advance();
  }
}

/** Standard output. */
export const standardOutput = new Output(Deno.stdout);
/** Standard error. */
export const standardError = new Output(Deno.stderr);
if (areOneFile()) standardOutput.shareFileWith(standardError);

/** Whether both outputs go to the same terminal, file or pipe, as with `2>&1`. */
function areOneFile(): boolean {
  if (Deno.build.os === "windows") return Deno.stdout.isTerminal() && Deno.stderr.isTerminal();
  try {
    const [one, other] = [Deno.statSync("/dev/fd/1"), Deno.statSync("/dev/fd/2")];
    return one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false; // descriptors have no names here
  }
}

/**
 * Makes `console.log` and `console.error` of this thread print without blocking.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * printWithoutBlocking();
 * console.log("queued");
 * equal(await finishPrinting(0), 0);
 * ```
 */
export function printWithoutBlocking(): void {
  console.log = (...words: unknown[]) => standardOutput.print(words.map(String).join(" "));
  console.error = (...words: unknown[]) => standardError.print(words.map(String).join(" "));
}

/**
 * Waits until all printed text is written. A signal without a listener ends the process meanwhile.
 *
 * @param exitStatus the exit status of the work that printed
 * @returns `exitStatus`, or 1 instead of 0 when writing failed, as on a full disk; a reader that has gone
 *   changes nothing
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(await finishPrinting(0), 0);
 * ```
 */
export async function finishPrinting(exitStatus: number): Promise<number> {
  await standardOutput.written();
  await standardError.written();
  return standardOutput.error === undefined ? exitStatus : exitStatus || 1;
}
