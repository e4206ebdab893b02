/** What may wait, besides what the system is taking, to be sent to one client: in bytes. */
const CAPACITY_BYTES = 65_536;
/** Room is reported again when this little waits, so that one wake-up is worth a larger write. */
const LOW_WATER_BYTES = CAPACITY_BYTES / 2;
const FIRST_SIZE_BYTES = 1_024;

const NOTHING: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/**
 * The send buffer of a connection: takes bytes at once and writes them as the system lets it.
 *
 * There are two buffers. One is being written and must stay as it is until that is done; the other
 * collects what is taken meanwhile.
 */
export class SendBuffer {
  readonly #conn: Deno.TcpConn;
  readonly #onSent: (hasRoomAgain: boolean) => void;
  readonly #onFault: (error: unknown) => void;
  /** Collects what is taken. */
  #dispatched = NOTHING;
  #takenBytes = 0;
  /** The other of the two buffers, part of which may be being written. */
  #other = NOTHING;
  /** What the system is to take now. */
  #unwritten: Uint8Array = NOTHING;
  isWriting = false;
  /** Bytes were turned away, and that there is room again has not been reported yet. */
  #isFull = false;
  #waiter: (() => void) | undefined = undefined;
  #givenUp = false;

  constructor(
    conn: Deno.TcpConn,
    onSent: (hasRoomAgain: boolean) => void,
    onFault: (error: unknown) => void,
  ) {
    this.#conn = conn;
    this.#onSent = onSent;
    this.#onFault = onFault;
  }

  hasRoom(): boolean {
    return !this.#isFull && this.#takenBytes <= LOW_WATER_BYTES;
  }

  /** Copies as much of `bytes` as there is room for, and returns how much that was. */
  take(bytes: Uint8Array): number {
    if (this.#isFull) return 0;
    if (this.#takenBytes + bytes.length > this.#dispatched.length) this.#grow(bytes.length);
    const count = Math.min(bytes.length, this.#dispatched.length - this.#takenBytes);
    if (count < bytes.length) this.#isFull = true;
    if (count === 0) return 0;
    this.#dispatched.set(
      count === bytes.length ? bytes : bytes.subarray(0, count),
      this.#takenBytes,
    );
    this.#takenBytes += count;
    if (!this.isWriting) this.#writeTaken();
    return count;
  }

  /**
   * Writes `bytes` from where they are, if nothing else is to be written: they must stay as they are
   * until {@linkcode isWriting} is false again. Copies them otherwise.
   */
  borrow(bytes: Uint8Array): number {
    if (this.isWriting) return this.take(bytes);
    this.#write(bytes);
    return bytes.length;
  }

  /** Waits until all is sent, until it is given up, or until nothing moves for `stalledMs`. */
  async sent(stalledMs: number): Promise<void> {
    while (this.isWriting && !this.#givenUp) {
      const { promise: moved, resolve } = Promise.withResolvers<boolean>();
      this.#waiter = () => resolve(true);
      const timer = setTimeout(() => resolve(false), stalledMs);
      const hasMoved = await moved;
      clearTimeout(timer);
      if (!hasMoved) return;
    }
  }

  /** Nothing more will be sent; lets go whoever waits for it. */
  giveUp(): void {
    this.#givenUp = true;
    this.#waiter?.();
  }

  #grow(sizeBytes: number): void {
    let size = Math.max(this.#dispatched.length, FIRST_SIZE_BYTES);
    while (size < CAPACITY_BYTES && size < this.#takenBytes + sizeBytes) size *= 2;
    if (size === this.#dispatched.length) return;
    const larger = new Uint8Array(size);
    larger.set(this.#dispatched.subarray(0, this.#takenBytes));
    this.#dispatched = larger;
  }

  #writeTaken(): void {
    const written = this.#dispatched.subarray(0, this.#takenBytes);
    [this.#dispatched, this.#other] = [this.#other, this.#dispatched];
    this.#takenBytes = 0;
    this.#write(written);
  }

  #write(bytes: Uint8Array): void {
    this.isWriting = true;
    this.#unwritten = bytes;
    this.#conn.write(bytes).then(this.#onWritten, this.#onFault);
  }

  readonly #onWritten = (count: number): void => {
    if (count < this.#unwritten.length) this.#write(this.#unwritten.subarray(count));
    else if (this.#takenBytes > 0) this.#writeTaken();
    else this.isWriting = false;
    this.#waiter?.();
    const hasRoomAgain = this.#isFull && this.#takenBytes <= LOW_WATER_BYTES;
    if (hasRoomAgain) this.#isFull = false;
    this.#onSent(hasRoomAgain);
  };
}
