/** Sizes up to this have a view each that is used again. */
const MAX_KEPT_BYTES = 4_096;

/**
 * Where all connections of a thread receive, one after another.
 *
 * What was received is lent as a view. A new one for each message would be all the garbage that a
 * message leaves, and let the heap grow by tens of megabytes; so those of small sizes are kept.
 */
export class ReceiveBuffer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #views: (Uint8Array | undefined)[] = [];

  constructor(sizeBytes: number) {
    this.bytes = new Uint8Array(sizeBytes);
  }

  /** The first `count` bytes. */
  lend(count: number): Uint8Array {
    if (count > MAX_KEPT_BYTES) return this.bytes.subarray(0, count);
    return this.#views[count] ??= this.bytes.subarray(0, count);
  }
}
