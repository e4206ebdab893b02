/**
 * The client of a child whose clients meet those of other children: it comes through standard input and
 * output, with what concerns the rooms.
 *
 * @module
 */

import { type FromHub, JoinedRooms, type ToHub } from "../context/joined_rooms.ts";
import type { SessionConnection } from "../context/sessions.ts";
import type { Rooms } from "../handlers/rooms.ts";
import { type Connection, ConnectionReset, type Interrupting } from "../sockets/interface.ts";
import { interruptedRecv } from "../sockets/interrupted_recv.ts";
import { toError } from "../system/thrown.ts";
import { FramedPipe } from "./framed_pipe.ts";

/** A message to the child. Plain data. */
export type ToChild =
  | FromHub
  /** The client is gone. */
  | { readonly kind: "reset" }
  /** Its client. */
  | ({ readonly kind: "client" } & Pick<Connection, "id" | "peer">);

/** A message from the child. Plain data. */
export type FromChild =
  | ToHub
  /** The client does not read, and is to be cut off. */
  | { readonly kind: "abort" };

type Pipe = FramedPipe<FromChild, ToChild>;

/** See the module. */
export class FramedClient implements SessionConnection {
  id = 0;
  peer = { host: "0.0.0.0", port: 0 };
  readonly #pipe: Pipe = new FramedPipe(writeAll, (message) => this.#take(message));
  readonly #joined: PipedRooms;
  readonly #came = Promise.withResolvers<void>();
  #rest: Uint8Array = new Uint8Array(0);
  #isReset = false;

  constructor(rooms: Rooms) {
    this.#joined = new PipedRooms(rooms, this.#pipe);
    // What a handler prints would stand between the messages.
    console.log = console.info = console.debug = console.error;
  }

  /** Resolves when there is a client, and the rooms know who is there. */
  async come(): Promise<void> {
    this.#pipe.run(Deno.stdin.readable).catch(() => {}); // the parent has ended
    await this.#came.promise;
    await this.#joined.open();
  }

  recv = async (buffer: Uint8Array): Promise<number> => {
    if (this.#rest.length === 0) this.#rest = await this.#pipe.receive() ?? this.#rest;
    if (this.#isReset) throw new ConnectionReset();
    const count = Math.min(buffer.length, this.#rest.length);
    buffer.set(this.#rest.subarray(0, count));
    this.#rest = this.#rest.subarray(count);
    if (count > 0) this.#pipe.took(count);
    return count;
  };

  async send(bytes: Uint8Array): Promise<void> {
    if (!await this.#pipe.send(bytes)) throw new Deno.errors.BrokenPipe();
  }

  interruptBy(outbox: Interrupting): void {
    this.recv = interruptedRecv(this.recv, outbox);
  }

  explain(error: unknown): Error {
    return toError(error);
  }

  close(): void {}

  abort(): void {
    this.#pipe.tell({ kind: "abort" });
  }

  /** Resolves when all that was said is written. */
  async written(): Promise<void> {
    await this.#pipe.written();
  }

  #take(message: ToChild): void {
    if (message.kind === "reset") this.#isReset = true;
    else if (message.kind === "client") this.#begin(message);
    else this.#joined.hear(message);
  }

  #begin(message: Pick<Connection, "id" | "peer">): void {
    [this.id, this.peer] = [message.id, message.peer];
    this.#came.resolve();
  }
}

/** The rooms of this process, joined to those of the others. */
class PipedRooms extends JoinedRooms {
  #told = Promise.withResolvers<void>();

  constructor(rooms: Rooms, private readonly pipe: Pipe) {
    super(rooms);
  }

  /** Resolves when the rooms know who is there. */
  async open(): Promise<void> {
    this.ask();
    await this.#told.promise;
  }

  override hear(message: FromHub): void {
    super.hear(message);
    if (this.isTold) this.#told.resolve();
  }

  protected tell(message: ToHub): void {
    this.pipe.tell(message);
  }
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await Deno.stdout.write(bytes.subarray(sent));
}
