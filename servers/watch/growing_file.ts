/**
 * A file that grows while a server runs, and never holds it up.
 *
 * @module
 */

import { closeSync, constants, openSync } from "node:fs";
import { RefusedError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { settlesWithin } from "../../cli/settles_within.ts";
import { systemReason } from "../../cli/system_reason.ts";

/** How long the last writes may take. A pipe without a reader accepts nothing. */
const LAST_WRITE_TIMEOUT_MS = 2_000;

/** The flag that names a file. */
export type FileFlag = "--record" | "--trace";

/** A file to which text is appended, in order and without waiting. */
export class GrowingFile {
  #written: Promise<void> = Promise.resolve();
  #bufferedBytes = 0;
  #hasFailed = false;

  private constructor(
    private readonly file: Deno.FsFile,
    private readonly messages: Messages,
    private readonly onFailed: (reason: string) => void,
  ) {}

  /**
   * Opens a file and empties it.
   *
   * @param onFailed is called once with the reason when the file cannot be written; nothing more is then
   * @throws {RefusedError} when the file cannot be opened
   */
  static open(
    flag: FileFlag,
    path: string,
    messages: Messages,
    onFailed: (reason: string) => void,
  ): GrowingFile {
    return new GrowingFile(openToWrite(flag, path, messages), messages, onFailed);
  }

  /** How many bytes are not in the file yet. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Appends text, and does not wait until it is in the file. */
  append(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.#bufferedBytes += bytes.length;
    this.#written = this.#written.then(() => this.#writeAll(bytes));
  }

  /** Waits for the last writes, though not for ever, and closes the file. */
  async end(): Promise<void> {
    if (!await settlesWithin(this.#written, LAST_WRITE_TIMEOUT_MS)) {
      this.#hasFailed = true; // the remaining text is dropped
      this.onFailed(this.messages.watch.takesNothing(LAST_WRITE_TIMEOUT_MS / 1_000));
    }
    this.file.close();
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    this.#bufferedBytes -= bytes.length;
    if (this.#hasFailed) return;
    try {
      for (let written = 0; written < bytes.length;) {
        written += await this.file.write(bytes.subarray(written));
      }
    } catch (error) {
      if (this.#hasFailed) return; // it has ended already
      this.#hasFailed = true;
      this.onFailed(systemReason(error, this.messages));
    }
  }
}

/**
 * Checks that a file can be written, before the server listens.
 *
 * @throws {RefusedError} when it cannot
 */
export function checkTarget(flag: FileFlag, path: string, messages: Messages): void {
  orRefuse(flag, path, messages, () => closeSync(openNonblocking(path)));
}

/**
 * Opens a file and empties it. Deno cannot write to a file that was opened with O_NONBLOCK, so this
 * opens it twice: the first time checks that a FIFO has a reader, so the second does not wait.
 */
function openToWrite(flag: FileFlag, path: string, messages: Messages): Deno.FsFile {
  return orRefuse(flag, path, messages, () => {
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

function orRefuse<Opened>(
  flag: FileFlag,
  path: string,
  messages: Messages,
  open: () => Opened,
): Opened {
  try {
    return open();
  } catch (error) {
    throw new RefusedError(messages.watch.cannotWrite(flag, path, systemReason(error, messages)));
  }
}
