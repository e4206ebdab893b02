/**
 * The receive buffer of a connection: one read at a time stores its bytes in it, and the receiver
 * borrows a view of them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const buffer = new ReceiveBuffer(1_024);
 * buffer.space()?.set([1, 2, 3]); // a read stores its bytes
 * buffer.stored(3);
 * assertEquals(buffer.take(2), Uint8Array.of(1, 2));
 * ```
 */
export class ReceiveBuffer {
  readonly #capacityBytes: number;
  // Made when it is needed: most connections of a large server are silent.
  #buffer: Uint8Array<ArrayBuffer> | undefined = undefined;
  #start = 0;
  #end = 0;
  /** How many views of this buffer are retained and not released. */
  #retainedCount = 0;

  /** @param capacityBytes its size */
  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  /** How many bytes are there to be taken. */
  get sizeBytes(): number {
    return this.#end - this.#start;
  }

  /** Where the next read may store its bytes, or `undefined` while there is no room. */
  space(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#start === this.#end) this.#beginAgain();
    if (this.#end === this.#capacityBytes) return undefined;
    this.#buffer ??= new Uint8Array(this.#capacityBytes);
    return this.#end === 0 ? this.#buffer : this.#buffer.subarray(this.#end);
  }

  /** `count` bytes were stored in the {@linkcode space}. */
  stored(count: number): void {
    this.#end += count;
  }

  /** A view of at most `sizeBytes` bytes, valid until the next call of {@linkcode space}. */
  take(sizeBytes: number): Uint8Array {
    const from = this.#start;
    this.#start += Math.min(this.sizeBytes, sizeBytes);
    // What holds something exists.
    return this.#buffer!.subarray(from, this.#start);
  }

  /** Discards everything that was not taken. */
  clear(): void {
    this.#start = this.#end;
  }

  /** Whether `bytes` are a view of this buffer, and not of one that it has replaced. */
  owns(bytes: Uint8Array): boolean {
    return bytes.buffer === this.#buffer?.buffer;
  }

  /** The view stays valid until {@linkcode release}. */
  retain(bytes: Uint8Array): void {
    if (this.owns(bytes)) this.#retainedCount++;
  }

  /** Ends {@linkcode retain}. */
  release(bytes: Uint8Array): void {
    if (this.owns(bytes)) this.#retainedCount--;
  }

  /** Goes back to the front; of a new buffer, if retained views fill most of this one. */
  #beginAgain(): void {
    if (this.#retainedCount > 0) {
      if (this.#end <= this.#capacityBytes / 2) return;
      this.#buffer = undefined;
      this.#retainedCount = 0;
    }
    this.#start = this.#end = 0;
  }
}
