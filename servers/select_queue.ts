/**
 * The second server of select(2): a queue of messages for each client.
 *
 * Receiving and answering are apart. What arrives is put into the client's queue; the queue is worked
 * off when select says that the client can be written to. A client is watched for writing only while
 * its queue is not empty: sockets are nearly always writable, and select would never sleep.
 *
 * @module
 */

import { Client } from "./loop/clients.ts";
import type { ServerContext } from "./context/context.ts";
import { TimerQueue } from "./loop/timers.ts";
import type { Connection, Pollable } from "./sockets/interface.ts";
import { CLIENT_TAKES, WOULD_BLOCK } from "./sockets/interface.ts";

/** A client whose messages pile up higher than this is not received from, until some are answered. */
const QUEUE_LIMIT_BYTES = 65_536;

/** A client, and the messages from it that are not answered yet. */
interface QueuedClient {
  readonly client: Client;
  readonly queue: Uint8Array[];
  queuedBytes: number;
  /** Whether it is among the inputs, and among the outputs. */
  isInput: boolean;
  isOutput: boolean;
  /** The client sent its last byte; it leaves when its queue is empty. */
  ended: boolean;
}

export async function selectQueue(context: ServerContext): Promise<void> {
  const { listener, sockets } = context;
  const inputs = new Set<Pollable>([listener]);
  let outputs: Connection[] = [];
  const clients = new Map<Pollable, QueuedClient>();
  const timers = new TimerQueue();

  while (context.running) {
    const { readable, writable } = await sockets.select(
      inputs,
      outputs,
      timers.untilNextMs(),
    );

    for (const input of readable) {
      if (input === listener) acceptClient();
      else attend(input, receive);
    }
    for (const output of writable) attend(output, answer);
    for (const client of timers.due()) attend(client.connection, answer);
    outputs = outputs.filter(staysOutput);
  }

  function acceptClient(): void {
    const connection = listener.tryAccept();
    if (connection === null) return;
    const client = new Client(connection, context.newSession(connection));
    clients.set(connection, {
      client,
      queue: [],
      queuedBytes: 0,
      isInput: true,
      isOutput: false,
      ended: false,
    });
    inputs.add(connection);
  }

  /** Puts what arrived into the client's queue. */
  function receive(queued: QueuedClient): void {
    const { connection } = queued.client;
    const message = connection.tryRecv(context.recvSizeBytes);
    if (message === WOULD_BLOCK) return;
    if (message.length === 0) {
      queued.ended = true;
      return;
    }
    queued.queue.push(connection.keep(message));
    queued.queuedBytes += message.length;
  }

  /** Answers the client's messages in order, as far as its socket takes the answers. */
  function answer(queued: QueuedClient): void {
    const { client, queue } = queued;
    if (client.state !== "wantRead") client.resume();
    while (client.state === "wantRead") {
      const message = queue.shift();
      if (message === undefined) return;
      queued.queuedBytes -= message.length;
      client.serve(message);
      client.connection.release(message);
    }
  }

  /** Takes one step with a client, and watches it for what its queue then calls for. */
  function attend(connection: Pollable, step: (queued: QueuedClient) => void): void {
    const queued = clients.get(connection);
    if (queued === undefined) return; // it left earlier in this turn
    try {
      step(queued);
    } catch (error) {
      context.clientFailed(queued.client.connection, error);
      leave(queued.client.connection);
      return;
    }
    watch(queued);
  }

  function watch(queued: QueuedClient): void {
    const { client, queue, queuedBytes, ended } = queued;
    const { connection, state } = client;
    const isIdle = queue.length === 0 && state === "wantRead";
    if (state === "closed" || (ended && isIdle)) {
      leave(connection);
      return;
    }
    const isInput = !ended && queuedBytes < QUEUE_LIMIT_BYTES;
    if (isInput && !queued.isInput) inputs.add(connection);
    if (!isInput && queued.isInput) inputs.delete(connection);
    queued.isInput = isInput;
    if (hasToSend(queued)) {
      connection.turn = CLIENT_TAKES;
      if (!queued.isOutput) outputs.push(connection);
      queued.isOutput = true;
    }
    if (state === "timer") timers.add(client);
  }

  /** Once a turn instead of one by one: nearly all who could be written to have nothing left. */
  function staysOutput(connection: Connection): boolean {
    const queued = clients.get(connection);
    return queued !== undefined && (queued.isOutput = hasToSend(queued));
  }

  function leave(connection: Connection): void {
    inputs.delete(connection);
    clients.delete(connection);
    connection.close();
  }
}

/** Whether the client is to be watched for writing. A sleeper is not, until its answer is due. */
function hasToSend({ queue, client: { state } }: QueuedClient): boolean {
  return state === "wantWrite" || (state === "wantRead" && queue.length > 0);
}
