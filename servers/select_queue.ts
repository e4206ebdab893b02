/**
 * The second server of select(2): a queue of messages for each client.
 *
 * What arrives is put into the client's queue, and answered when select says that the client can be
 * written to. A client is watched for writing only while its queue is not empty: sockets are nearly
 * always writable, and select would never sleep.
 *
 * @module
 */

import { Client } from "./loop/clients.ts";
import { TimerQueue } from "./loop/timer_queue.ts";
import type { ServerContext } from "./context/context.ts";
import { type Connection, type Pollable, WOULD_BLOCK } from "./sockets/interface.ts";

/** While more than this is queued for a client, nothing is received from it. */
const QUEUE_LIMIT_BYTES = 65_536;

/** A client, and the messages from it that are not answered yet. */
class QueuedClient extends Client {
  readonly queue: Uint8Array[] = [];
  queuedBytes = 0;
  /** Whether it is among the inputs, and among the outputs. */
  isInput = true;
  isOutput = false;
  /** The client sent its last byte; it leaves when its queue is empty. */
  hasEnded = false;
}

export async function selectQueue(context: ServerContext): Promise<void> {
  const { listener, sockets } = context;
  const clients = new Map<Pollable, QueuedClient>();
  const timers = new TimerQueue<QueuedClient>(sockets);
  const inputs = new Set<Pollable>([listener]);
  let outputs: Connection[] = [];

  while (sockets.serving) {
    const { readable, writable } = await sockets.select(inputs, outputs, timers.untilNextMs());

    for (const input of readable) {
      if (input === listener) acceptClient();
      else attend(input, receive);
    }
    for (const output of writable) attend(output, answer);
    for (const { connection } of timers.due()) attend(connection, answer);
    outputs = outputs.filter(staysOutput);
  }

  function acceptClient(): void {
    const connection = listener.tryAccept();
    if (connection === null) return;
    const client = new QueuedClient(connection, context.newSession(connection));
    clients.set(connection, client);
    timers.watch(client);
    inputs.add(connection);
  }

  /** Takes one step with a client, and watches it for what its queue then calls for. */
  function attend(connection: Pollable, step: (client: QueuedClient) => void): void {
    const client = clients.get(connection);
    if (client === undefined) return; // it left earlier in this turn
    try {
      step(client);
    } catch (error) {
      context.clientFailed(client.connection, error);
      client.state = "closed";
    }
    watch(client);
  }

  /** Puts what arrived into the client's queue. */
  function receive(client: QueuedClient): void {
    const message = client.connection.tryRecv(context.recvSizeBytes);
    if (message === WOULD_BLOCK) return;
    client.hasEnded = message.length === 0;
    if (client.hasEnded && !hasToSend(client) && client.state !== "timer") return end(client);
    if (client.hasEnded) return;
    client.queue.push(client.connection.retain(message));
    client.queuedBytes += message.length;
  }

  /** Answers the client's messages in order, as far as its socket takes the answers. */
  function answer(client: QueuedClient): void {
    if (client.state !== "wantRead") client.resume();
    while (client.state === "wantRead") {
      const message = client.queue.shift();
      if (message === undefined) return client.hasEnded ? end(client) : undefined;
      client.queuedBytes -= message.length;
      client.serve(message);
      client.connection.release(message);
    }
  }

  /** The client has sent its last byte and has all its answers. */
  function end(client: QueuedClient): void {
    client.state = client.end();
  }

  function watch(client: QueuedClient): void {
    const { connection, state, queuedBytes, hasEnded } = client;
    if (state === "closed") {
      inputs.delete(connection);
      clients.delete(connection);
      return connection.close();
    }
    const isInput = !hasEnded && queuedBytes < QUEUE_LIMIT_BYTES;
    if (isInput && !client.isInput) inputs.add(connection);
    if (!isInput && client.isInput) inputs.delete(connection);
    client.isInput = isInput;
    if (hasToSend(client) && !client.isOutput) {
      client.isOutput = true;
      outputs.push(connection);
    }
    if (state === "timer") timers.add(client);
  }

  /** Asked once a turn, because most clients have nothing left to send by then. */
  function staysOutput(connection: Connection): boolean {
    const client = clients.get(connection);
    return client !== undefined && (client.isOutput = hasToSend(client));
  }
}

/** Whether to watch the client for writing: not before its answer is due. */
function hasToSend({ state, queue }: QueuedClient): boolean {
  return state === "wantWrite" || (state === "wantRead" && queue.length > 0);
}
