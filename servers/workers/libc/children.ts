import type { Connection } from "../../sockets/interface.ts";
import { LibcConnection } from "../../sockets/libc/connection.ts";
import type { Children } from "../children.ts";
import type { ChildService, ServerContext } from "../../context/context.ts";

/**
 * Children that inherit their client's socket. The supervisor starts them and waits for their ends,
 * since this thread is blocked in `accept`, and of several threads of a process it makes no difference
 * which one does it.
 */
export class LibcChildren implements Children {
  readonly #context: ServerContext;
  readonly #service: ChildService;
  #saidLimited = false;

  /** @param server with a `childService` */
  constructor(context: ServerContext) {
    if (context.childService === undefined) throw new Error("nobody starts children");
    this.#context = context;
    this.#service = context.childService;
  }

  prepareSpares(): void {
    this.#service.prepareSpares();
    this.#service.seats.waitForSpares();
  }

  serve(connection: Connection): void {
    if (!(connection instanceof LibcConnection)) throw new Error("a connection of another kind");
    const { id, peer } = connection;
    this.#service.seats.take();
    this.#service.serve({ id, peer, descriptor: connection.detach() });
  }

  available(): void {
    const { seats } = this.#service;
    if (seats.areTaken && !this.#saidLimited) {
      this.#saidLimited = true;
      const { descriptorLimit: limit } = this.#context;
      this.#context.notify({ kind: "clients-limited", max: seats.count, limit });
    }
    seats.waitForOne();
  }

  end(): void {
    this.#service.seats.waitForAll();
  }
}
