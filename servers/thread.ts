/**
 * A thread per client: a Worker, whose code is that of the blocking server.
 *
 * A handler may sleep or burn its CPU and holds up its own client only. Each thread costs megabytes
 * and some milliseconds to start, so spare ones can be started ahead. Deno's sockets stay with the
 * thread that opened them, so the main thread keeps them and passes the bytes, as transferables.
 *
 * @module
 */

import type { Engine } from "./engine/model.ts";
import { type ClientThread, Threads } from "./engine/threads.ts";
import type { Connection } from "./sockets/interface.ts";

export async function thread(engine: Engine): Promise<void> {
  const { listener } = engine;
  const threads = new Threads(engine);
  await threads.prepareSpares();

  for (let connection; (connection = await listener.accept()) !== null;) {
    serve(engine, threads.take(), connection); // not awaited: the thread is on its own
    await threads.available();
  }
  await engine.sockets.allClosed();
  threads.end();
}

async function serve(
  engine: Engine,
  clientThread: ClientThread,
  connection: Connection,
): Promise<void> {
  // The thread may fail while the connection waits in recv on its behalf.
  clientThread.failed.then(() => engine.sockets.finish(connection));
  try {
    await doCalls(clientThread, connection, engine.recvSizeBytes);
  } catch (error) {
    engine.clientFailed(connection, error);
  } finally {
    connection.close();
    clientThread.end();
  }
}

/** Does with the connection what the thread asks for: it calls `recv` and `send` like any other. */
async function doCalls(
  clientThread: ClientThread,
  connection: Connection,
  recvSizeBytes: number,
): Promise<void> {
  const buffer = new Uint8Array(recvSizeBytes);
  for await (const call of clientThread.calls()) {
    if (call.name === "send") {
      await connection.send(call.bytes);
      clientThread.sent();
    } else {
      const count = await connection.recv(buffer);
      clientThread.received(buffer.slice(0, count));
    }
  }
}
