import type { Connection } from "../sockets/interface.ts";
import { DenoChildren } from "./deno/children.ts";
import { LibcChildren } from "./libc/children.ts";
import type { ServerContext } from "../context/context.ts";

/** The child processes of a server: those that serve, and those that wait for their client. */
export interface Children {
  /** Starts as many children as are to wait; done when all are ready. */
  prepareSpares(): void | Promise<void>;
  /**
   * Gives a child a client of its own: one that was waiting, or a new one. Whatever becomes of it is
   * reported and does not come back here.
   */
  serve(connection: Connection): void;
  /** Waits until {@linkcode serve} may be called. */
  available(): void | Promise<void>;
  /** Waits until the last client was served and the last child has ended. */
  end(): void | Promise<void>;
}

/** The children that fit the server's sockets. */
export function childrenOf(context: ServerContext): Children {
  return context.childService === undefined ? new DenoChildren(context) : new LibcChildren(context);
}
