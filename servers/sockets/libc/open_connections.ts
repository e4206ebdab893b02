import type { OpenConnections } from "../interface.ts";
import type { WatchedConnection } from "./connection_context.ts";

/**
 * The connections of a thread, in a set that is made anew whenever there is none.
 *
 * A set moves to another table again and again while connections come and go, and a table that it has left leads to
 * the next one. Once one of them is old, V8 keeps all that follow until it collects the whole heap: some hundred bytes
 * for each client. A server that forks has none or one, and each of its forks counts the pages of the heap.
 */
export class LibcConnections implements OpenConnections {
  #set = new Set<WatchedConnection>();

  get size(): number {
    return this.#set.size;
  }

  has(connection: WatchedConnection): boolean {
    return this.#set.has(connection);
  }

  add(connection: WatchedConnection): void {
    this.#set.add(connection);
  }

  delete(connection: WatchedConnection): void {
    if (this.#set.delete(connection) && this.#set.size === 0) this.#set = new Set();
  }

  [Symbol.iterator](): IterableIterator<WatchedConnection> {
    return this.#set.values();
  }
}
