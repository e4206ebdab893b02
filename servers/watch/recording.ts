/**
 * Writes a run into a file: a line of JSON that describes the server, and one for each frame.
 *
 * @module
 */

import { closeSync, constants, openSync } from "node:fs";
import { RefusedError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { settlesWithin } from "../../cli/settles_within.ts";
import { systemReason } from "../../cli/system_reason.ts";
import { followFrames, type FrameSink } from "./frame_following.ts";
import type { Frame, Hello, Run } from "./frames.ts";

/** Marks the first line of a recording, so that `replay` refuses other files. */
export const FORMAT = "playground recording";
/** The version of the frames, see frames.ts. `replay` refuses other versions. */
export const VERSION = 3;

/** How long the last writes may take. A pipe without a reader accepts nothing. */
const LAST_WRITE_TIMEOUT_MS = 2_000;

/** The first line of a recording. */
export interface Head {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly hello: Hello;
}

/** Writes a run into a file while the server runs. A disk that is too slow misses frames. */
export class Recording implements FrameSink {
  readonly #unfollow: () => void;
  readonly #onFailed: (reason: string) => void;
  #written: Promise<void> = Promise.resolve();
  #bufferedBytes = 0;
  #hasFailed = false;

  private constructor(
    private readonly file: Deno.FsFile,
    run: Run,
    hello: Hello,
    private readonly messages: Messages,
    onFailed: (reason: string) => void,
  ) {
    this.#onFailed = onFailed;
    this.#append({ format: FORMAT, version: VERSION, hello });
    this.#unfollow = followFrames(run, this);
  }

  /**
   * Opens the file, and follows the run until {@linkcode end}.
   *
   * @param onFailed is called once with the reason when the file cannot be written: then the recording
   *   ends, and the run goes on
   * @throws {RefusedError} when the file cannot be opened
   */
  static async begin(
    run: Run,
    path: string,
    messages: Messages,
    onFailed: (reason: string) => void,
  ): Promise<Recording> {
    const hello = await run.hello();
    return new Recording(openToWrite(path, messages), run, hello, messages, onFailed);
  }

  /** How many bytes are not in the file yet. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  write(frame: Frame): void {
    this.#append(frame);
  }

  /** Waits for the last writes, though not for ever, and closes the file. */
  async end(): Promise<void> {
    this.#unfollow();
    if (!await settlesWithin(this.#written, LAST_WRITE_TIMEOUT_MS)) {
      this.#hasFailed = true; // the remaining lines are dropped
      this.#onFailed(this.messages.watch.takesNothing(LAST_WRITE_TIMEOUT_MS / 1_000));
    }
    this.file.close();
  }

  #append(line: Head | Frame): void {
    const bytes = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
    this.#bufferedBytes += bytes.length;
    this.#written = this.#written.then(() => this.#writeAll(bytes));
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    this.#bufferedBytes -= bytes.length;
    if (this.#hasFailed) return;
    try {
      for (let written = 0; written < bytes.length;) {
        written += await this.file.write(bytes.subarray(written));
      }
    } catch (error) {
      if (this.#hasFailed) return; // the recording has ended already
      this.#hasFailed = true;
      this.#unfollow();
      this.#onFailed(systemReason(error, this.messages));
    }
  }
}

/**
 * Checks that a recording can be written, before the server listens.
 *
 * @throws {RefusedError} when it cannot
 */
export function checkTarget(path: string, messages: Messages): void {
  orRefuse(path, messages, () => closeSync(openNonblocking(path)));
}

/**
 * Opens a file and empties it. Deno cannot write to a file that was opened with O_NONBLOCK, so this
 * opens it twice: the first time checks that a FIFO has a reader, so the second does not wait.
 */
function openToWrite(path: string, messages: Messages): Deno.FsFile {
  return orRefuse(path, messages, () => {
    const probe = openNonblocking(path);
    try {
      return Deno.openSync(path, { write: true, create: true, truncate: true });
    } finally {
      closeSync(probe);
    }
  });
}

/**
 * Opening a FIFO blocks the thread until there is a reader. With O_NONBLOCK it fails instead, fifo(7).
 */
function openNonblocking(path: string): number {
  const { O_WRONLY, O_CREAT, O_NONBLOCK = 0 } = constants;
  return openSync(path, O_WRONLY | O_CREAT | O_NONBLOCK, 0o666);
}

function orRefuse<Opened>(path: string, messages: Messages, open: () => Opened): Opened {
  try {
    return open();
  } catch (error) {
    throw new RefusedError(messages.watch.cannotRecord(path, systemReason(error, messages)));
  }
}
