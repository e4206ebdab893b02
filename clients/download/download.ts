import { join } from "node:path";
import { withoutCredentials } from "./credentials.ts";

/** What a download does at the moment. */
export type Phase = "asking" | "receiving" | "pausing";

/** One of the files that are downloaded, and how far it is. */
export class Download {
  /** The URL as it may be shown and kept: without credentials. */
  readonly shownUrl: string;
  /** Where it is saved, if it is. */
  readonly path: string | undefined;
  readonly #beganMs = performance.now();
  phase: Phase = "asking";
  /** The whole size, if the server has announced it. */
  sizeBytes: number | undefined = undefined;
  /** How much of it is here, from whatever attempt. */
  receivedBytes = 0;
  /** How much was there before the last attempt, and did not have to be received again. */
  continuedAtBytes = 0;
  /** All bytes that came from the server, even those of failed attempts. */
  arrivedBytes = 0;

  /** @param directory where to save it; without one, it is only counted */
  constructor(readonly url: URL, readonly name: string, directory?: string) {
    this.shownUrl = withoutCredentials(url);
    this.path = directory === undefined ? undefined : join(directory, name);
  }

  /** The time since it was created. */
  get elapsedMs(): number {
    return performance.now() - this.#beganMs;
  }

  /** The server has answered, and sends the file from `offsetBytes` on. */
  begin(offsetBytes: number, sizeBytes: number | undefined): void {
    this.phase = "receiving";
    this.continuedAtBytes = offsetBytes;
    this.receivedBytes = offsetBytes;
    this.sizeBytes = sizeBytes;
  }

  /** Counts bytes that have just come. */
  took(countBytes: number): void {
    this.receivedBytes += countBytes;
    this.arrivedBytes += countBytes;
  }
}
