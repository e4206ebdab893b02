/**
 * The echo server of select(2), with the keyboard among its inputs: a typed line stops it.
 *
 * The loop hands over two sets of sockets and sleeps until one of them is ready. A client is in
 * `inputs` while the loop wants to receive from it, and in `outputs` while it is owed bytes that its
 * socket would not take. A client that does not read its answers is not received from.
 *
 * @module
 */

import { type Client, Clients } from "./loop/clients.ts";
import type { ClientState } from "./loop/client_state.ts";
import type { ServerContext } from "./context/context.ts";
import type { Connection, Pollable } from "./sockets/interface.ts";
import { WOULD_BLOCK } from "./sockets/interface.ts";

export async function select(context: ServerContext): Promise<void> {
  const { listener, sockets } = context;
  const keyboard = sockets.keyboard();
  const clients = new Clients(context);
  const inputs = new Set<Pollable>([listener, keyboard]);
  const outputs = new Set<Connection>();

  while (sockets.serving) {
    const { readable, writable } = await sockets.select(inputs, outputs, clients.untilNextMs());

    for (const input of readable) {
      if (input === listener) acceptClient();
      else if (input === keyboard) readKeyboard();
      else attend(clients.of(input));
    }
    for (const output of writable) attend(clients.of(output));
    for (const client of clients.due()) advance(client);
  }

  function acceptClient(): void {
    const connection = clients.accept();
    if (connection !== null) inputs.add(connection);
  }

  function readKeyboard(): void {
    const line = keyboard.tryReadLine();
    if (line === WOULD_BLOCK) return;
    inputs.delete(keyboard);
    if (line !== null) context.stop(); // the end of standard input is not a line
  }

  /** Serves a client that is ready, unless it left or fell asleep earlier in this turn. */
  function attend(client: Client | undefined): void {
    if (client !== undefined && client.state !== "timer") advance(client);
  }

  /** Takes one step with a client, and watches it for what it waits for then. */
  function advance(client: Client): void {
    const before = client.state;
    clients.advance(client, step);
    if (client.state !== before) watch(client);
  }

  function step(client: Client): ClientState {
    return client.state === "wantRead" ? receive(client) : client.resume();
  }

  function receive(client: Client): ClientState {
    const chunk = client.connection.tryRecv(context.recvSizeBytes);
    if (chunk === WOULD_BLOCK) return "wantRead";
    if (chunk.length === 0) return client.end();
    return client.serve(chunk);
  }

  /** Puts a client into the set for what it waits for, and takes it out of the other. */
  function watch({ connection, state }: Client): void {
    if (state === "wantRead") inputs.add(connection);
    else inputs.delete(connection);
    if (state === "wantWrite") outputs.add(connection);
    else outputs.delete(connection);
  }
}
