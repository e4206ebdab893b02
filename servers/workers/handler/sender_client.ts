import type { SendingClient } from "../../context/handler_threads.ts";
import type { Connection } from "../../sockets/interface.ts";
import { LibcConnection } from "../../sockets/libc/connection.ts";
import type { ConnectionContext } from "../../sockets/libc/connection_context.ts";
import { Outgoing } from "./outgoing.ts";

/** What other threads learn of a client. */
interface ClientDescription extends Pick<Connection, "peer"> {
  /** Of its socket, where that is one of the system's. */
  readonly descriptor?: number;
}

/** The bytes by which other threads learn of a client. */
export function describeClient(connection: Connection): Uint8Array {
  const { peer } = connection;
  const descriptor = connection instanceof LibcConnection ? connection.descriptor : undefined;
  const description: ClientDescription = { peer, descriptor };
  return new TextEncoder().encode(JSON.stringify(description));
}

/** @param bytes of {@linkcode describeClient} */
export function readDescription(bytes: Uint8Array): ClientDescription {
  return JSON.parse(new TextDecoder().decode(bytes));
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
    const { descriptor = -1, peer } = readDescription(description);
    return new SenderClient(id, new LibcConnection(context, descriptor, id, peer));
  }

  get hasUnsent(): boolean {
    return !this.outgoing.isEmpty;
  }

  flush(): void {
    if (!this.isBroken) this.outgoing.flush();
  }
}
