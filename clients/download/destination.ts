/** How much of a file is there already, and what proves that the rest belongs to it. */
export interface Resumption {
  readonly offsetBytes: number;
  readonly validator: string;
  readonly sizeBytes: number;
}

/** What the server says about a file that it begins to send. */
export interface Description {
  readonly sizeBytes?: number;
  /** Names this state of the file, and no other. */
  readonly validator?: string;
}

/** Where the bytes of a download go. Dispose of it, however the download has ended. */
export interface Destination extends AsyncDisposable {
  /** Where the download can resume; `undefined` if it has to start over. */
  readonly resumption: Resumption | undefined;
  /** Discards what is there, and expects the first byte of the file so described. */
  restart(description: Description): Promise<void>;
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Finishes the file after the last byte.
   *
   * @param withReceipt also leaves a receipt beside it, see `part_record.ts`
   */
  complete(withReceipt?: boolean): Promise<void>;
}

/** Discards all bytes: for a download that is only counted. */
export class NullDestination implements Destination {
  readonly resumption = undefined;
  restart = () => Promise.resolve();
  write = () => Promise.resolve();
  complete = () => Promise.resolve();
  [Symbol.asyncDispose] = () => Promise.resolve();
}
