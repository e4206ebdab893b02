/**
 * A run as a file: a line of JSON on what the server is, and one for each frame.
 *
 * @module
 */

import { RefusedError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { systemReason } from "../../cli/system_reason.ts";
import type { Frame, Hello, Run } from "./frames.ts";

/** Stands in the first line, so that another file is not taken for a recording. */
const FORMAT = "playground recording";
const VERSION = 1;

/** The first line of a recording. */
interface Head {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly hello: Hello;
}

/** Writes a run into a file while it goes on. */
export class Recording {
  readonly #file: Deno.FsFile;
  readonly #leave: () => void;
  #written: Promise<void> = Promise.resolve();

  private constructor(file: Deno.FsFile, run: Run, hello: Hello) {
    this.#file = file;
    this.#write({ format: FORMAT, version: VERSION, hello } satisfies Head);
    this.#leave = run.subscribe((frame) => this.#write(frame));
  }

  /** @throws {RefusedError} when the file cannot be written */
  static async begin(run: Run, path: string, messages: Messages): Promise<Recording> {
    try {
      const file = await Deno.open(path, { write: true, create: true, truncate: true });
      return new Recording(file, run, await run.hello());
    } catch (error) {
      throw new RefusedError(messages.watch.cannotRecord(path, systemReason(error, messages)));
    }
  }

  async end(): Promise<void> {
    this.#leave();
    await this.#written;
    this.#file.close();
  }

  #write(line: Head | Frame): void {
    const bytes = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
    this.#written = this.#written.then(() => this.#writeAll(bytes));
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length;) {
      written += await this.#file.write(bytes.subarray(written));
    }
  }
}

/**
 * Reads a recording.
 *
 * @returns its lines as they are, for the page
 * @throws {RefusedError} when there is none
 */
export async function readRecording(
  path: string,
  messages: Messages,
): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    throw new RefusedError(messages.watch.cannotReplay(path, systemReason(error, messages)));
  }
  if (!isRecording(bytes)) throw new RefusedError(messages.watch.noRecording(path));
  return bytes;
}

function isRecording(bytes: Uint8Array): boolean {
  const end = bytes.indexOf("\n".charCodeAt(0));
  try {
    const { format, version } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
    return format === FORMAT && version === VERSION;
  } catch {
    return false;
  }
}
