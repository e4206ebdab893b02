/**
 * A run as a file: a line of JSON on what the server is, and one for each frame.
 *
 * @module
 */

import { RefusedError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { systemReason } from "../../cli/system_reason.ts";
import { followFrames, type FrameReader } from "./frame_following.ts";
import type { Frame, Hello, Run } from "./frames.ts";

/** Stands in the first line, so that another file is not taken for a recording. */
export const FORMAT = "playground recording";
export const VERSION = 2;

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
   *   the recording ends, and the run goes on
   * @throws {RefusedError} when the file cannot be opened
   */
  static async begin(
    run: Run,
    path: string,
    messages: Messages,
    onFailed: (reason: string) => void,
  ): Promise<Recording> {
    const hello = await run.hello();
    try {
      const file = await Deno.open(path, { write: true, create: true, truncate: true });
      return new Recording(file, run, hello, messages, onFailed);
    } catch (error) {
      throw new RefusedError(messages.watch.cannotRecord(path, systemReason(error, messages)));
    }
  }

  get owedBytes(): number {
    return this.#owedBytes;
  }

  take(frame: Frame): void {
    this.#write(frame);
  }

  async end(): Promise<void> {
    this.#leave();
    await this.#written;
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
      this.#hasFailed = true;
      this.#leave();
      this.#onFailed(systemReason(error, this.#messages));
    }
  }
}
