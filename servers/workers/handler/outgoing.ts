import { sendSome } from "../../loop/clients.ts";
import type { Connection } from "../../sockets/interface.ts";

const NOTHING = new Uint8Array(0);

/** Answers on their way to a socket that may not take them at once. */
export class Outgoing {
  /** A copy of what the socket has not taken. */
  #unsent: Uint8Array<ArrayBuffer> = NOTHING;
  /** What follows, as long as the record is good that it came with. */
  #borrowed: Uint8Array = NOTHING;

  constructor(private readonly connection: Pick<Connection, "trySend">) {}

  get isEmpty(): boolean {
    return this.#unsent.length === 0 && this.#borrowed.length === 0;
  }

  /** Adds bytes, which are good until another record is read. Call {@linkcode flush} before that. */
  add(bytes: Uint8Array): void {
    this.#borrowed = bytes;
  }

  /**
   * Sends as much as the socket takes now.
   *
   * @throws {ConnectionReset} when the client is gone
   */
  flush(): void {
    const borrowed = this.#borrowed;
    this.#borrowed = NOTHING;
    if (this.#unsent.length > 0) {
      const { length } = sendSome(this.connection, this.#unsent);
      this.#unsent = this.#unsent.subarray(this.#unsent.length - length);
    }
    if (borrowed.length === 0) return;
    if (this.#unsent.length > 0) return this.#append(borrowed);
    const rest = sendSome(this.connection, borrowed);
    if (rest.length > 0) this.#unsent = rest.slice();
  }

  /** There may be thousands of small answers: to copy all for each would take too long. */
  #append(bytes: Uint8Array): void {
    const { length } = this.#unsent;
    const needed = length + bytes.length;
    if (this.#unsent.byteOffset + needed > this.#unsent.buffer.byteLength) {
      const copy = new Uint8Array(2 * needed);
      copy.set(this.#unsent);
      this.#unsent = copy.subarray(0, length);
    }
    const { buffer, byteOffset } = this.#unsent;
    this.#unsent = new Uint8Array(buffer, byteOffset, needed);
    this.#unsent.set(bytes, length);
  }
}
