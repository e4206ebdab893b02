/**
 * The receive buffer of a connection: one read at a time stores its bytes in it, and they are lent
 * from where they are to whoever takes them.
 */
export class ReceiveBuffer {
  readonly #capacityBytes: number;
  // Made when it is needed: most connections of a large server are silent.
  #buffer: Uint8Array<ArrayBuffer> | undefined = undefined;
  #start = 0;
  #end = 0;
  /** How many chunks of this buffer were kept and not released. */
  #retainedCount = 0;

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

  /** At most `sizeBytes` of what is there, good until {@linkcode space} is asked for again. */
  take(sizeBytes: number): Uint8Array {
    const from = this.#start;
    this.#start += Math.min(this.sizeBytes, sizeBytes);
    // What holds something exists.
    return this.#buffer!.subarray(from, this.#start);
  }

  /** Leaves out everything that was not taken. */
  clear(): void {
    this.#start = this.#end;
  }

  /** Whether `bytes` are lent from here, and not from a buffer that was given up. */
  owns(bytes: Uint8Array): boolean {
    return bytes.buffer === this.#buffer?.buffer;
  }

  /** What was lent stays as it is until {@linkcode release}. */
  retain(bytes: Uint8Array): void {
    if (this.owns(bytes)) this.#retainedCount++;
  }

  release(bytes: Uint8Array): void {
    if (this.owns(bytes)) this.#retainedCount--;
  }

  /** Goes back to the front; of a new buffer, if this one is mostly full of what is kept. */
  #beginAgain(): void {
    if (this.#retainedCount > 0) {
      if (this.#end <= this.#capacityBytes / 2) return;
      this.#buffer = undefined;
      this.#retainedCount = 0;
    }
    this.#start = this.#end = 0;
  }
}
