import type { Connection, Pollable } from "../sockets/interface.ts";
import { Client, type Progress } from "./client.ts";
import type { ServerContext } from "../context/context.ts";

/**
 * The clients of a loop, by their sockets. How the loop waits, and what it watches a client for, is
 * its own.
 */
export class Clients implements Iterable<Client> {
  readonly #context: ServerContext;
  readonly #bySocket = new Map<Pollable, Client>();

  constructor(context: ServerContext) {
    this.#context = context;
  }

  [Symbol.iterator](): IterableIterator<Client> {
    return this.#bySocket.values();
  }

  /** Takes in the next client, if one is waiting, and begins its session. */
  accept(): Connection | null {
    const connection = this.#context.listener.tryAccept();
    if (connection !== null) {
      this.#bySocket.set(connection, new Client(connection, this.#context.newSession(connection)));
    }
    return connection;
  }

  /** Whose socket it is: nobody's any more if its client left earlier in this turn of the loop. */
  of(socket: Pollable): Client | undefined {
    return this.#bySocket.get(socket);
  }

  /**
   * Takes one step with a client, and lets it go if that was the last one. A step that fails ends its
   * client, and nobody else.
   */
  advance(client: Client, step: (client: Client) => Progress): Progress {
    let progress: Progress = "closed";
    try {
      progress = step(client);
    } catch (error) {
      this.#context.clientFailed(client.connection, error);
    }
    if (progress === "closed") {
      this.#bySocket.delete(client.connection);
      client.connection.close();
    }
    return progress;
  }
}
