/**
 * A run as a file: a line of JSON on what the server is, and one for each frame.
 *
 * @module
 */

import { closeSync, constants, openSync } from "node:fs";
import { RefusedError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { settlesWithin } from "../../cli/settles_within.ts";
import { systemReason } from "../../cli/system_reason.ts";
import { followFrames, type FrameReader } from "./frame_following.ts";
import type { Frame, Hello, Run } from "./frames.ts";

/** Stands in the first line, so that another file is not taken for a recording. */
export const FORMAT = "playground recording";
export const VERSION = 2;

/** How long a file has to take what is left at the end: a pipe of which nobody reads takes nothing. */
const LAST_WRITE_MS = 2_000;

/** The first line of a recording. */
export interface Head {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly hello: Hello;
}

/** Writes a run into a file while it goes on. A disk that is too slow misses frames. */
export class Recording implements FrameReader {
  readonly #file: Deno.FsFile;
  readonly #leave: () => void;
  readonly #messages: Messages;
  readonly #onFailed: (reason: string) => void;
  #written: Promise<void> = Promise.resolve();
  #owedBytes = 0;
  #hasFailed = false;

  private constructor(
    file: Deno.FsFile,
    run: Run,
    hello: Hello,
    messages: Messages,
    onFailed: (reason: string) => void,
  ) {
    this.#messages = messages;
    this.#file = file;
    this.#onFailed = onFailed;
    this.#write({ format: FORMAT, version: VERSION, hello });
    this.#leave = followFrames(run, this);
  }

  /**
   * @param onFailed is called when the file cannot be written any more, as when the disk is full: then
   *   the recording ends, and the run goes on; also when it does not take the end in time
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

  get owedBytes(): number {
    return this.#owedBytes;
  }

  take(frame: Frame): void {
    this.#write(frame);
  }

  async end(): Promise<void> {
    this.#leave();
    if (!await settlesWithin(this.#written, LAST_WRITE_MS)) {
      this.#hasFailed = true; // so what is still to be written is not
      this.#onFailed(this.#messages.watch.takesNothing(LAST_WRITE_MS / 1_000));
    }
    this.#file.close();
  }

  #write(line: Head | Frame): void {
    const bytes = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
    this.#owedBytes += bytes.length;
    this.#written = this.#written.then(() => this.#writeAll(bytes));
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    this.#owedBytes -= bytes.length;
    if (this.#hasFailed) return;
    try {
      for (let written = 0; written < bytes.length;) {
        written += await this.#file.write(bytes.subarray(written));
      }
    } catch (error) {
      if (this.#hasFailed) return; // it was given up
      this.#hasFailed = true;
      this.#leave();
      this.#onFailed(systemReason(error, this.#messages));
    }
  }
}

/** @throws {RefusedError} when a recording cannot be written to `path`, so that this is known in time */
export function checkTarget(path: string, messages: Messages): void {
  orRefuse(path, messages, () => closeSync(openUnwaited(path)));
}

/**
 * Opens a file and empties it. Deno cannot write to a file that was opened without waiting, so it is
 * opened twice, and the reader of a FIFO is there the second time.
 */
function openToWrite(path: string, messages: Messages): Deno.FsFile {
  return orRefuse(path, messages, () => {
    const probe = openUnwaited(path);
    try {
      return Deno.openSync(path, { write: true, create: true, truncate: true });
    } finally {
      closeSync(probe);
    }
  });
}

/**
 * To open a FIFO waits for its reader, and the whole thread with it; with O_NONBLOCK it fails instead,
 * fifo(7).
 */
function openUnwaited(path: string): number {
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
