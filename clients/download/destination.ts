/** How much of a file is there already, and what proves that the rest belongs to it. */
export interface Resumption {
  readonly offsetBytes: number;
  readonly validator: string;
  readonly sizeBytes: number;
}

/** What a server has told of a file that it begins to send. */
export interface Description {
  readonly sizeBytes?: number;
  /** Names this state of the file, and no other. */
  readonly validator?: string;
}

/** Where the bytes of a download go. Dispose of it, however the download has ended. */
export interface Destination extends AsyncDisposable {
  /** From where the download can go on; nothing if it has to begin at the beginning. */
  readonly resumption: Resumption | undefined;
  /** Forgets what is there and begins with the first byte of the file so described. */
  restart(description: Description): Promise<void>;
  write(bytes: Uint8Array): Promise<void>;
  /**
   * The last byte was written.
   *
   * @param withReceipt leaves beside the file what tells later that it is complete
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
