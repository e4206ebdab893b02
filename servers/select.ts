/**
 * The echo server of select(2), with the keyboard among its inputs: a typed line stops it.
 *
 * The loop hands over all the sockets it is interested in and sleeps until one of them is ready. A
 * client is in one of two sets: in `inputs` while more may be received from it, or in `outputs` while
 * it is owed bytes that its socket would not take. Whoever does not read is not read from.
 *
 * @module
 */

import type { Client, Progress } from "./loop/client.ts";
import { Clients } from "./loop/clients.ts";
import type { ServerContext } from "./context/context.ts";
import { TimerQueue } from "./loop/timers.ts";
import type { Connection, Pollable } from "./sockets/interface.ts";
import { WOULD_BLOCK } from "./sockets/interface.ts";

export async function select(context: ServerContext): Promise<void> {
  const { listener, sockets } = context;
  const keyboard = sockets.keyboard();
  const inputs = new Set<Pollable>([listener, keyboard]);
  const outputs = new Set<Connection>();
  const clients = new Clients(context);
  const timers = new TimerQueue();

  while (context.running) {
    const { readable, writable } = await sockets.select(
      inputs,
      outputs,
      timers.untilNextMs(),
    );

    for (const input of readable) {
      if (input === listener) acceptClient();
      else if (input === keyboard) readKeyboard();
      else attend(clients.of(input));
    }
    for (const output of writable) attend(clients.of(output));
    for (const client of timers.due()) attend(client);
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

  /** Takes one step with a client, and puts it into the set in which it waits for the next. */
  function attend(client: Client | undefined): void {
    if (client === undefined) return; // it left earlier in this turn
    const { connection, progress: before } = client;
    const progress = clients.advance(client, step);
    if (progress === "wantRead" && before === "wantRead") return; // it stays where it is
    if (progress === "wantRead") inputs.add(connection);
    else inputs.delete(connection);
    if (progress === "wantWrite") outputs.add(connection);
    else outputs.delete(connection);
    if (progress === "timer") timers.add(client); // in neither set until its answer is due
  }

  function step(client: Client): Progress {
    if (client.progress !== "wantRead") return client.resume();
    const chunk = client.connection.tryRecv(context.recvSizeBytes);
    if (chunk === WOULD_BLOCK) return "wantRead";
    if (chunk.length === 0) return "closed";
    return client.serve(chunk);
  }
}
