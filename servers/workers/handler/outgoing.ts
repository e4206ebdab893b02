import { sendSome } from "../../loop/clients.ts";
import type { Connection } from "../../sockets/interface.ts";

/** Answers on their way to a socket that may not take them at once. */
export class Outgoing {
  /** Copies, but for the last while the record is good that it came with. */
  #unsent: Uint8Array[] = [];
  #isBorrowed = false;

  constructor(private readonly connection: Pick<Connection, "trySend">) {}

  get isEmpty(): boolean {
    return this.#unsent.length === 0;
  }

  /** Adds bytes, which are good until another record is read. Call {@linkcode flush} before that. */
  add(bytes: Uint8Array): void {
    this.#unsent.push(bytes);
    this.#isBorrowed = true;
  }

  /**
   * Sends as much as the socket takes now.
   *
   * @throws {ConnectionReset} when the client is gone
   */
  flush(): void {
    const isBorrowed = this.#isBorrowed;
    this.#isBorrowed = false;
    let sent = 0;
    for (; sent < this.#unsent.length; sent++) {
      const rest = sendSome(this.connection, this.#unsent[sent]);
      if (rest.length > 0) {
        this.#unsent[sent] = rest;
        break;
      }
    }
    this.#unsent = this.#unsent.slice(sent);
    const last = isBorrowed ? this.#unsent.pop() : undefined;
    if (last !== undefined) this.#unsent.push(last.slice());
  }
}
