/** How many bytes may wait for one client, besides those that the system is taking. */
const CAPACITY_BYTES = 65_536;
/** The buffer reports room again when this little waits, so that one wake-up is worth a larger write. */
const LOW_WATER_BYTES = CAPACITY_BYTES / 2;
const FIRST_SIZE_BYTES = 1_024;

const NOTHING: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/**
 * The send buffer of a connection: takes bytes at once and writes them as the system lets it.
 *
 * There are two buffers. One is being written and must not change until that is done. The other
 * collects the bytes that come meanwhile.
 */
export class SendBuffer {
  readonly #conn: Deno.TcpConn;
  readonly #onSent: (hasRoomAgain: boolean) => void;
  readonly #onFault: (error: unknown) => void;
  /** Collects the bytes that are taken. */
  #collected = NOTHING;
  #collectedBytes = 0;
  /** The other of the two buffers, part of which may be being written. */
  #other = NOTHING;
  /** What the system has not taken yet of the current write. */
  #unwritten: Uint8Array = NOTHING;
  isWriting = false;
  /** It refused bytes, and has not reported yet that there is room again. */
  #isFull = false;
  #waiter: (() => void) | undefined = undefined;
  #givenUp = false;

  /**
   * @param onSent called after each write, with whether there is room again after bytes were refused
   * @param onFault called with the error of a write
   */
  constructor(
    conn: Deno.TcpConn,
    onSent: (hasRoomAgain: boolean) => void,
    onFault: (error: unknown) => void,
  ) {
    this.#conn = conn;
    this.#onSent = onSent;
    this.#onFault = onFault;
  }

  /** Whether it is worth trying to {@linkcode take} more. */
  hasRoom(): boolean {
    return !this.#isFull && this.#collectedBytes <= LOW_WATER_BYTES;
  }

  /** Copies as much of `bytes` as there is room for, and returns how much that was. */
  take(bytes: Uint8Array): number {
    if (this.#isFull) return 0;
    if (this.#collectedBytes + bytes.length > this.#collected.length) this.#grow(bytes.length);
    const count = Math.min(bytes.length, this.#collected.length - this.#collectedBytes);
    if (count < bytes.length) this.#isFull = true;
    if (count === 0) return 0;
    this.#collected.set(
      count === bytes.length ? bytes : bytes.subarray(0, count),
      this.#collectedBytes,
    );
    this.#collectedBytes += count;
    if (!this.isWriting) this.#writeCollected();
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

  /** Nothing more will be sent. Ends a wait for {@linkcode sent}. */
  giveUp(): void {
    this.#givenUp = true;
    this.#waiter?.();
  }

  #grow(sizeBytes: number): void {
    let size = Math.max(this.#collected.length, FIRST_SIZE_BYTES);
    while (size < CAPACITY_BYTES && size < this.#collectedBytes + sizeBytes) size *= 2;
    if (size === this.#collected.length) return;
    const larger = new Uint8Array(size);
    larger.set(this.#collected.subarray(0, this.#collectedBytes));
    this.#collected = larger;
  }

  #writeCollected(): void {
    const written = this.#collected.subarray(0, this.#collectedBytes);
    [this.#collected, this.#other] = [this.#other, this.#collected];
    this.#collectedBytes = 0;
    this.#write(written);
  }

  #write(bytes: Uint8Array): void {
    this.isWriting = true;
    this.#unwritten = bytes;
    this.#conn.write(bytes).then(this.#onWritten, this.#onFault);
  }

  readonly #onWritten = (count: number): void => {
    if (count < this.#unwritten.length) this.#write(this.#unwritten.subarray(count));
    else if (this.#collectedBytes > 0) this.#writeCollected();
    else this.isWriting = false;
    this.#waiter?.();
    const hasRoomAgain = this.#isFull && this.#collectedBytes <= LOW_WATER_BYTES;
    if (hasRoomAgain) this.#isFull = false;
    this.#onSent(hasRoomAgain);
  };
}
