import type { SendingClient } from "../../context/handler_threads.ts";
import type { Connection } from "../../sockets/interface.ts";
import { LibcConnection } from "../../sockets/libc/connection.ts";
import type { ConnectionContext } from "../../sockets/libc/connection_context.ts";
import { Outgoing } from "./outgoing.ts";

/** The bytes by which the sender learns of a client. @throws {Error} when it is none of the system's */
export function describeClient(connection: Connection): Uint8Array {
  if (!(connection instanceof LibcConnection)) throw new Error("a connection of another kind");
  const { descriptor, peer } = connection;
  return new TextEncoder().encode(JSON.stringify({ descriptor, peer }));
}

/** A client as the sender has it. The loop has opened its socket, and closes it. */
export class SenderClient implements SendingClient {
  /** What to tell the loop when all is sent. */
  verdict: number | undefined = undefined;
  /** Why, if the verdict is that its session has failed. */
  failure: Uint8Array | undefined = undefined;
  /** Nothing can be sent to it any more. */
  isBroken = false;
  readonly outgoing: Outgoing;

  constructor(readonly id: number, readonly connection: LibcConnection) {
    this.outgoing = new Outgoing(connection);
  }

  /** @param description of {@linkcode describeClient} */
  static begin(context: ConnectionContext, id: number, description: Uint8Array): SenderClient {
    const { descriptor, peer } = JSON.parse(new TextDecoder().decode(description));
    return new SenderClient(id, new LibcConnection(context, descriptor, id, peer));
  }

  get hasUnsent(): boolean {
    return !this.outgoing.isEmpty;
  }

  flush(): void {
    if (!this.isBroken) this.outgoing.flush();
  }
}
