/**
 * One async function per client: the way Deno is meant to be used, and the baseline for the others.
 *
 * It reads like the blocking server, but all functions share one thread: at each `await` the function
 * is put aside until its operation completes, and Deno's own event loop runs another.
 *
 * @module
 */

// @ts-types="../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import type { ServerContext } from "./context/context.ts";
import { repliesWithout, type Session } from "./handlers/session.ts";
import { type DenoOperations, hasDenoOperations } from "./sockets/deno/operations.ts";
import type { Connection } from "./sockets/interface.ts";

export async function async(context: ServerContext): Promise<void> {
  const { listener } = context;
  for (let connection; (connection = await listener.accept()) !== null;) {
    serve(context, connection); // not awaited: the next client need not wait for this one
  }
}

async function serve(context: ServerContext, connection: Connection): Promise<void> {
  try {
    if (!hasDenoOperations(connection)) throw new Error("async serves on Deno's sockets only");
    await serveClient(
      connection,
      context.newSession(connection),
      new Uint8Array(context.recvSizeBytes),
    );
  } catch (error) {
    context.clientFailed(connection, error);
  } finally {
    connection.close();
  }
}

async function serveClient(
  connection: DenoOperations,
  session: Session,
  buffer: Uint8Array,
): Promise<void> {
  let chunk = buffer.subarray(0, 0);
  for (let isOpen = true; isOpen;) {
    const count = connection.didRead(await connection.read(buffer));
    isOpen = count !== 0;
    // A new view costs a fortieth of all that a message takes, and most are as long as the last.
    if (count > 0 && chunk.length !== count) chunk = buffer.subarray(0, count);
    const replies = count > 0 ? session.onData(chunk) : repliesWithout(session, count);
    for (let reply; (reply = replies.next()) !== undefined;) {
      if (reply.waitMs > 0) await (reply.until ?? delay(reply.waitMs));
      const { bytes } = reply;
      for (let sent = 0; sent < bytes.length;) {
        const unsent = sent === 0 ? bytes : bytes.subarray(sent);
        sent += connection.wrote(await connection.write(unsent));
      }
      if (reply.close) return;
    }
  }
}
