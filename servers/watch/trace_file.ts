/**
 * Writes a run into a file that Perfetto opens, while the server runs.
 *
 * @module
 */

import type { Messages } from "../../cli/messages.ts";
import type { TraceGaps } from "../runtime/reporter.ts";
import { followFromNow, type FrameSink } from "./frame_following.ts";
import type { Frame, Hello, Run } from "./frames.ts";
import { GrowingFile } from "./growing_file.ts";
import { TraceEvents } from "./trace_events.ts";

/** What happens to a trace while the server goes on. */
export interface TraceObserver {
  /** The file cannot be written: the trace has ended. */
  failed(reason: string): void;
  /** The trace is as large as it may get, and has ended. */
  full(): void;
}

/** Writes a run as a trace. The file is whole when it has ended, and readable at any time before. */
export class TraceFile implements FrameSink {
  readonly #events: TraceEvents;
  #isOver = false;

  private constructor(
    private readonly file: GrowingFile,
    private readonly observer: TraceObserver,
    private readonly unfollow: () => void,
    hello: Hello,
    messages: Messages,
  ) {
    this.#events = new TraceEvents(hello, Date.now(), messages);
  }

  /**
   * Opens the file, and follows the run from now on until {@linkcode end}.
   *
   * @throws {RefusedError} when the file cannot be opened
   */
  static begin(
    run: Run,
    path: string,
    messages: Messages,
    observer: TraceObserver,
  ): Promise<TraceFile> {
    return followFromNow(run, (hello, unfollow) => {
      const file = GrowingFile.open("--trace", path, messages, (reason) => {
        trace.#isOver = true;
        unfollow();
        observer.failed(reason);
      });
      const trace = new TraceFile(file, observer, unfollow, hello, messages);
      return trace;
    });
  }

  /** How many bytes are not in the file yet. */
  get bufferedBytes(): number {
    return this.file.bufferedBytes;
  }

  write(frame: Frame): void {
    this.file.append(this.#events.apply(frame));
    if (!this.#events.isFull) return;
    this.#close();
    this.observer.full();
  }

  /**
   * Ends the trace and closes the file.
   *
   * @returns what the trace does not contain; `undefined` when it has failed
   */
  async end(): Promise<TraceGaps | undefined> {
    const hasFailed = this.#isOver && !this.#events.isFull;
    if (!this.#isOver) this.#close();
    await this.file.end();
    return hasFailed ? undefined : this.#events.gaps;
  }

  #close(): void {
    this.#isOver = true;
    this.unfollow();
    this.file.append(this.#events.end());
  }
}
