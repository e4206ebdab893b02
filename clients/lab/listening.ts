import {
  createDescriptorMemory,
  DescriptorTable,
} from "../../servers/sockets/libc/descriptor_table.ts";
import { descriptorLimit } from "../../servers/system/descriptor_limit.ts";
import { DenoSockets } from "../../servers/sockets/deno/sockets.ts";
import type { SocketKind } from "../../servers/context/protocol.ts";
import type { Listener, Sockets } from "../../servers/sockets/interface.ts";
import { LibcSockets } from "../../servers/sockets/libc/sockets.ts";
import { UNOBSERVED } from "../../servers/sockets/observer.ts";

const RECV_SIZE_BYTES = 1_024;
const BACKLOG = 128;

/** Sockets of a kind that listen in this thread. Dispose of them, and nothing is left open. */
export class ListeningSockets implements AsyncDisposable {
  readonly listener: Listener;

  private constructor(readonly sockets: Sockets) {
    this.listener = sockets.listen({
      host: "127.0.0.1",
      port: 0,
      backlog: BACKLOG,
      maxClients: Infinity,
      recvSizeBytes: RECV_SIZE_BYTES,
      descriptorsBelow: Infinity,
    });
  }

  /** Listens on a free port of 127.0.0.1. */
  static async open(kind: SocketKind): Promise<ListeningSockets> {
    if (kind === "deno") return new ListeningSockets(new DenoSockets(UNOBSERVED));
    const table = new DescriptorTable(createDescriptorMemory(await descriptorLimit()));
    return new ListeningSockets(new LibcSockets(UNOBSERVED, table, RECV_SIZE_BYTES));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.sockets.stopListening();
    this.listener.tryAccept(); // what notices that it was stopped, and closes the descriptor
    await closeAll(this.sockets);
  }
}

/** Closes every connection, whatever it still holds. */
export async function closeAll(sockets: Sockets): Promise<void> {
  for (const connection of [...sockets.connections]) {
    connection.abort();
    connection.close();
  }
  await sockets.allClosed();
}
