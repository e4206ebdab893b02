/**
 * One client at a time: the first server of every textbook.
 *
 * While one client is served, the others wait in the listener's backlog. The system has completed
 * their connections and keeps what they send, so they notice nothing but the silence.
 *
 * @module
 */

import type { ServerContext } from "./context/context.ts";
import { repliesWithout } from "./handlers/replies.ts";
import type { Session } from "./handlers/session.ts";
import type { Connection } from "./sockets/interface.ts";

export async function blocking(context: ServerContext): Promise<void> {
  const { listener } = context;
  await serveInTurn(context, new Uint8Array(context.recvSizeBytes), () => listener.accept());
}

/**
 * Serves one client after another, until `accept` has no more. Whatever goes wrong is one client's affair.
 *
 * @param buffer to receive into; nobody else may use it
 */
export async function serveInTurn(
  context: ServerContext,
  buffer: Uint8Array,
  accept: () => Connection | null | Promise<Connection | null>,
): Promise<void> {
  const sleep = (ms: number) => context.sleepThread(ms);

  for (let connection; (connection = await accept()) !== null;) {
    try {
      await serveClient(connection, context.newSession(connection), buffer, sleep);
    } catch (error) {
      context.clientFailed(connection, error);
    } finally {
      connection.close();
    }
  }
}

/**
 * Serves one client to its end. A thread, a process or a coroutine that has a client to itself does
 * exactly this: what the models differ in is who else can be served meanwhile.
 *
 * @param buffer to receive into; nobody else may use it
 * @param sleep how this model waits when a session asks for it
 */
export async function serveClient(
  connection: Pick<Connection, "recv" | "send">,
  session: Session,
  buffer: Uint8Array,
  sleep: (ms: number) => void | Promise<void>,
): Promise<void> {
  for (let isOpen = true; isOpen;) {
    // What a call that really blocks has come to is known by now, and need not be awaited.
    const received = connection.recv(buffer);
    const count = typeof received === "number" ? received : await received;
    isOpen = count !== 0;
    const replies = count > 0
      ? session.onData(buffer.subarray(0, count))
      : repliesWithout(session, count); // the client has ended, or there is something to say unasked
    for (let reply; (reply = replies.next()) !== undefined;) {
      if (reply.waitMs > 0) await (reply.until ?? sleep(reply.waitMs));
      if (reply.bytes.length > 0) {
        const sending = connection.send(reply.bytes);
        if (sending instanceof Promise) await sending;
      }
      if (reply.close) return;
    }
  }
}
