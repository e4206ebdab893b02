/** What may wait to be sent to one client, in bytes: the size of the send buffer we play. */
const CAPACITY_BYTES = 65_536;
/** Room is reported again when this little is left, so that one wake-up is worth a larger write. */
const LOW_WATER_BYTES = CAPACITY_BYTES / 2;
const FIRST_SIZE_BYTES = 1_024;

/** The send buffer of a connection: takes bytes at once and writes them as the system lets it. */
export class Outbox {
  readonly #conn: Deno.TcpConn;
  readonly #onSent: (hasRoomAgain: boolean) => void;
  readonly #onFault: (error: unknown) => void;
  #buffer = new Uint8Array(FIRST_SIZE_BYTES);
  #start = 0;
  #end = 0;
  #writing = false;
  #wasFull = false;
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
    return this.#end - this.#start <= LOW_WATER_BYTES;
  }

  /** Copies as much of `bytes` as there is room for, and returns how much that was. */
  take(bytes: Uint8Array): number {
    if (this.#end + bytes.length > this.#buffer.length) this.#makeRoom(bytes.length);
    const count = Math.min(bytes.length, this.#buffer.length - this.#end);
    if (count < bytes.length) this.#wasFull = true;
    if (count === 0) return 0;
    this.#buffer.set(count === bytes.length ? bytes : bytes.subarray(0, count), this.#end);
    this.#end += count;
    if (!this.#writing) this.#write();
    return count;
  }

  /** Waits until all is sent, until it is given up, or until nothing moves for `stalledMs`. */
  async sent(stalledMs: number): Promise<void> {
    while (this.#start < this.#end && !this.#givenUp) {
      const before = this.#start;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiter = resolve;
      const timer = setTimeout(resolve, stalledMs);
      await promise;
      clearTimeout(timer);
      if (this.#start === before && this.#end > 0) return;
    }
  }

  /** Nothing more will be sent; lets go whoever waits for it. */
  give(): void {
    this.#givenUp = true;
    this.#waiter?.();
  }

  #makeRoom(sizeBytes: number): void {
    // Bytes on their way to the system must stay where they are.
    if (!this.#writing && this.#start > 0) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    let wanted = this.#buffer.length;
    while (wanted < CAPACITY_BYTES && wanted < this.#end + sizeBytes) wanted *= 2;
    if (wanted === this.#buffer.length) return;
    const larger = new Uint8Array(wanted);
    larger.set(this.#buffer.subarray(0, this.#end));
    this.#buffer = larger;
  }

  #write(): void {
    this.#writing = true;
    this.#conn.write(this.#buffer.subarray(this.#start, this.#end))
      .then(this.#onWritten, this.#onFault);
  }

  readonly #onWritten = (count: number): void => {
    this.#writing = false;
    this.#start += count;
    if (this.#start === this.#end) this.#start = this.#end = 0;
    else this.#write();
    this.#waiter?.();
    const hasRoomAgain = this.#wasFull && this.hasRoom();
    if (hasRoomAgain) this.#wasFull = false;
    this.#onSent(hasRoomAgain);
  };
}
