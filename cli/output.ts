/**
 * Standard output and standard error of a program that must stay responsive.
 *
 * A write to a pipe that nobody reads blocks, pipe(7), and so does one to a terminal that Ctrl-S has
 * stopped. A thread that is blocked hears no signal. `console.log` and `writeSync` block the thread that
 * calls them; `write` blocks a thread of the runtime that is there for that. So lines wait in a queue
 * here, and `write` takes them from it.
 *
 * @module
 */

// @ts-types="./std/delay.d.ts"
import { delay } from "@std/async/delay";
import { settlesWithin } from "./settles_within.ts";

/** Beyond this, lines that may be dropped are: some seconds of the fastest log. */
const MOST_WAITING_BYTES = 1_048_576;
/**
 * The most whole lines that are written at once. So much is written to a pipe as one, or not at all: no
 * line of another thread or program gets into it, and none is cut when we end, pipe(7), PIPE_BUF.
 */
const CHUNK_BYTES = 4_096;
/** How soon a descriptor that does not block and is full is tried again, open(2), O_NONBLOCK. */
const TRY_AGAIN_MS = 10;

const encoder = new TextEncoder();

/** What a write to a pipe without a reader gives, and one to a terminal that was closed. */
const READER_HAS_GONE: readonly unknown[] = ["EPIPE", "EIO"];

/** Says, in a line, that so many lines were dropped. */
export type DescribeDropped = (count: number) => string;

interface Waiting {
  readonly bytes: Uint8Array;
  /** How many lines it is, or stands for. */
  readonly lines: number;
  readonly mayBeDropped: boolean;
  /** Its place among all that is printed. */
  readonly order: number;
}

let printed = 0;

/** Text on its way to somebody who may read slowly, or not at all. */
export class Output {
  /** Is called when nothing can be written any more, for another reason than a reader that has gone. */
  onFailed: (error: Error) => void | Promise<void> = () => {};
  readonly #stream: Pick<typeof Deno.stdout, "write">;
  #error: Error | undefined = undefined;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** How many lines have not been written, without those that were dropped. */
  #unwritten = 0;
  #isWriting = false;
  #isOver = false;
  #dropped = 0;
  #describeDropped: DescribeDropped = String;
  /** The place of the first that is not written. */
  #next = Infinity;
  #progress = Promise.withResolvers<void>();
  #sameFile: Output | undefined = undefined;

  constructor(stream: Pick<typeof Deno.stdout, "write">) {
    this.#stream = stream;
  }

  /** Why nothing can be written any more, as when the disk is full. That a reader has gone is no error. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Whether all that was given to it has been written. */
  get isWritten(): boolean {
    return this.#isOver || !this.#isWriting;
  }

  /** Prints a line, which waits for as long as it must. */
  print(line: string): void {
    this.write(`${line}\n`);
  }

  /** As {@linkcode print}, without a line's end. */
  write(text: string): void {
    this.#sayDropped();
    this.#put(text);
  }

  /**
   * Prints a line, unless too many wait already: then it is dropped, and as soon as those are written,
   * it is said how many were.
   *
   * @param lines for how many it stands
   */
  offer(line: string, describeDropped: DescribeDropped, lines = 1): void {
    this.#describeDropped = describeDropped;
    if (this.#dropped > 0 || this.#waitingBytes > MOST_WAITING_BYTES) this.#dropped += lines;
    else this.#put(`${line}\n`, lines, true);
  }

  /** From now on what is printed on both, which are one file, appears in the order of printing. */
  shareFileWith(other: Output): void {
    this.#sameFile = other;
    other.#sameFile = this;
  }

  /** Resolves when all is written, or nothing more can be. */
  async written(): Promise<void> {
    while (!this.isWritten) await this.#progress.promise;
  }

  /**
   * As {@linkcode written}, but for a reader that takes nothing for `ms` it waits no more, and what was
   * offered and waits after `ms` is dropped: so a slow reader has what was printed, and soon.
   *
   * @returns how many lines were given up, with those that were dropped before
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

  /** In the place of the first that is dropped a line says how many were. */
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
      this.#end();
      if (!(error instanceof Error)) throw error;
      if ("code" in error && READER_HAS_GONE.includes(error.code)) return;
      this.#error = error;
      await this.onFailed(error);
    } finally {
      this.#isWriting = false;
      this.#advance();
    }
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      try {
        sent += await this.#stream.write(bytes.subarray(sent));
      } catch (error) {
        if (!(error instanceof Deno.errors.WouldBlock)) throw error;
        await delay(TRY_AGAIN_MS);
      }
    }
  }

  /** Waits until what was printed before on the same file is written. */
  async #turn(): Promise<void> {
    const other = this.#sameFile;
    while (other !== undefined && other.#next < this.#next) await other.#progress.promise;
  }

  #advance(): void {
    this.#progress.resolve();
    this.#progress = Promise.withResolvers<void>();
  }

  /** Takes lines out of the queue, as many as make a chunk, or one that is longer. */
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

export const standardOutput = new Output(Deno.stdout);
export const standardError = new Output(Deno.stderr);
if (areOneFile()) standardOutput.shareFileWith(standardError);

/** Whether both outputs go to one terminal, or to one file or pipe, as `2>&1` has it. */
function areOneFile(): boolean {
  if (Deno.build.os === "windows") return Deno.stdout.isTerminal() && Deno.stderr.isTerminal();
  try {
    const [one, other] = [Deno.statSync("/dev/fd/1"), Deno.statSync("/dev/fd/2")];
    return one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false; // where descriptors have no names, nobody can tell
  }
}

/** From now on, on this thread, `console.log` and `console.error` print without blocking. */
export function printWithoutBlocking(): void {
  console.log = (...words: unknown[]) => standardOutput.print(words.map(String).join(" "));
  console.error = (...words: unknown[]) => standardError.print(words.map(String).join(" "));
}

/**
 * Waits until all that was printed is written. A signal that nobody listens to ends the wait. A reader
 * that has gone neither ends the work nor decides how it has ended; a full disk is a failure.
 *
 * @param exitStatus of what has printed it
 * @returns the exit status
 */
export async function finishPrinting(exitStatus: number): Promise<number> {
  await standardOutput.written();
  await standardError.written();
  return standardOutput.error === undefined ? exitStatus : exitStatus || 1;
}
