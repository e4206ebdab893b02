import type { Children } from "../../context/context.ts";
import type { ChildService, WorkerContext } from "../../context/worker_context.ts";
import type { Connection } from "../../sockets/interface.ts";
import { LibcConnection } from "../../sockets/libc/connection.ts";

/**
 * Children that inherit their client's socket. The supervisor starts them and waits for their ends,
 * since this thread is blocked in `accept`, and any thread of a process may do it.
 */
export class LibcChildren implements Children {
  readonly #context: WorkerContext;
  readonly #service: ChildService;

  private constructor(context: WorkerContext, service: ChildService) {
    this.#context = context;
    this.#service = service;
  }

  /** Has the spare children started, and blocks until all are ready. */
  static start(context: WorkerContext, service: ChildService): LibcChildren {
    service.prepareSpares();
    service.limit.waitForSpares();
    return new LibcChildren(context, service);
  }

  serve(connection: Connection): void {
    if (!(connection instanceof LibcConnection)) throw new Error("a connection of another kind");
    const { id, peer } = connection;
    this.#service.limit.take();
    this.#service.serve({ id, peer, descriptor: connection.detach() });
  }

  available(): void {
    const { limit } = this.#service;
    if (limit.isExhausted) this.#context.clientsLimited(limit.max);
    limit.waitForPermit();
  }

  end(): void {
    this.#service.limit.waitForAll();
  }
}
