/**
 * One async function per client: the way Deno is meant to be used, and the baseline for the others.
 *
 * It reads like a thread per client, but all functions share one thread: at each `await` the function
 * is put aside until its operation completes, and Deno's own event loop runs another.
 *
 * @module
 */

// @ts-types="../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { serveClient } from "./blocking.ts";
import type { Engine } from "./engine/model.ts";
import type { Connection } from "./sockets/interface.ts";

export async function async(engine: Engine): Promise<void> {
  const { listener } = engine;
  for (let connection; (connection = await listener.accept()) !== null;) {
    serve(engine, connection); // not awaited: the next client need not wait for this one
  }
}

async function serve(engine: Engine, connection: Connection): Promise<void> {
  try {
    const buffer = new Uint8Array(engine.recvSizeBytes);
    await serveClient(connection, engine.newSession(), buffer, delay);
  } catch (error) {
    engine.clientFailed(connection, error);
  } finally {
    connection.close();
  }
}
