/**
 * Writes a run into a file: a line of JSON that describes the server, and one for each frame.
 *
 * @module
 */

import type { Messages } from "../../cli/messages.ts";
import { followFromNow, type FrameSink } from "./frame_following.ts";
import { frameJson } from "./frame_json.ts";
import type { Frame, Hello, Run } from "./frames.ts";
import { GrowingFile } from "./growing_file.ts";

/** Marks the first line of a recording, so that `replay` refuses other files. */
export const FORMAT = "playground recording";
/** The version of the frames, see frames.ts. `replay` refuses versions that are newer, or too old. */
export const VERSION = 5;
/** Its frames say nothing of what lanes do; those of version 4 do not say that the view holds one up. */
export const OLDEST_VERSION = 3;

/** The first line of a recording. */
export interface Head {
  readonly format: typeof FORMAT;
  readonly version: number;
  readonly hello: Hello;
}

/** The first line of a recording of this server. */
export function headLine(hello: Hello): string {
  const head: Head = { format: FORMAT, version: VERSION, hello };
  return `${JSON.stringify(head)}\n`;
}

/** Writes a run into a file while the server runs. A disk that is too slow misses frames. */
export class Recording implements FrameSink {
  private constructor(
    private readonly file: GrowingFile,
    hello: Hello,
    private readonly unfollow: () => void,
  ) {
    file.append(headLine(hello));
  }

  /**
   * Opens the file, and follows the run from now on until {@linkcode end}.
   *
   * @param onFailed is called once with the reason when the file cannot be written: then the recording
   *   ends, and the run goes on
   * @throws {RefusedError} when the file cannot be opened
   */
  static begin(
    run: Run,
    path: string,
    messages: Messages,
    onFailed: (reason: string) => void,
  ): Promise<Recording> {
    return followFromNow(run, (hello, unfollow) => {
      const file = GrowingFile.open("--record", path, messages, (reason) => {
        unfollow();
        onFailed(reason);
      });
      return new Recording(file, hello, unfollow);
    });
  }

  /** How many bytes are not in the file yet. */
  get bufferedBytes(): number {
    return this.file.bufferedBytes;
  }

  write(frame: Frame): void {
    this.file.append(`${frameJson(frame)}\n`);
  }

  /** Waits for the last writes, though not for ever, and closes the file. */
  async end(): Promise<void> {
    this.unfollow();
    await this.file.end();
  }
}
