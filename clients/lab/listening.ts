import { createDescriptorMemory, DescriptorTable } from "../../servers/sockets/descriptor_table.ts";
import { descriptorLimit } from "../../servers/sockets/descriptor_limit.ts";
import { DenoSockets } from "../../servers/sockets/deno.ts";
import type { SocketKind } from "../../servers/engine/protocol.ts";
import type { Listener, Observer, Sockets } from "../../servers/sockets/interface.ts";
import { LibcSockets } from "../../servers/sockets/libc.ts";

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

  static async open(kind: SocketKind): Promise<ListeningSockets> {
    if (kind === "deno") return new ListeningSockets(new DenoSockets(NOBODY));
    const table = new DescriptorTable(createDescriptorMemory(await descriptorLimit()));
    return new ListeningSockets(new LibcSockets(NOBODY, table, RECV_SIZE_BYTES));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.sockets.stopListening();
    this.listener.tryAccept(); // what notices that it was stopped, and closes the descriptor
    for (const connection of [...this.sockets.connections]) {
      this.sockets.abort(connection);
      connection.close();
    }
    await this.sockets.allClosed();
  }
}

/** Does not care what happens. */
const NOBODY: Observer = {
  waiting() {},
  accepted() {},
  refused() {},
  received() {},
  sent() {},
  beyondFdSetSize() {},
  reset() {},
  closed() {},
  wokeUp() {},
  outOfDescriptors() {},
  acceptFailed() {},
};
