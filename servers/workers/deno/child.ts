import type { WorkerContext } from "../../context/worker_context.ts";
import { HubEnd } from "../../context/joined_rooms.ts";
import type { RoomHub } from "../../handlers/room_hub.ts";
import { type Address, type Connection, formatAddress } from "../../sockets/interface.ts";
import { READY_BYTE, SILENT_STATUS } from "../child_protocol.ts";
import { childCommand } from "../child_role.ts";
import type { FromChild, ToChild } from "../framed_client.ts";
import { FramedPipe } from "../framed_pipe.ts";

/** What joins the rooms of all children. */
export interface RoomsOfChildren {
  readonly hub: RoomHub;
  /** See `Rooms.sharingNothing`. */
  readonly whyNothingIsShared: string | undefined;
}

/** How long a child may take to end by itself after its client has gone. */
const END_MS = 1_000;

/** As much as a pipe holds at a time, pipe(7). */
const PIPE_BYTES = 65_536;

/** A child process, and the pipes to it. */
export class Child {
  readonly #context: WorkerContext;
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamBYOBReader;
  /** All output is read into it: a new buffer for each chunk would be megabytes of garbage. */
  #buffer: ArrayBuffer = new ArrayBuffer(PIPE_BYTES);
  /** Whether it runs this executable, which does not end before it has served. */
  readonly runsUs: boolean;
  /** Whether a send to its client is under way. */
  isSending = false;
  #clientSpokeLast = false;
  #first: Uint8Array | undefined;
  #endedByUs = false;
  #inputClosed = false;
  /** Given when its client meets those of other children: bytes and messages share the pipes. */
  #pipe: FramedPipe<ToChild, FromChild> | undefined = undefined;
  #end: HubEnd | undefined = undefined;
  /** Resolves when all that it has said is heard. */
  #running: Promise<void> | undefined = undefined;
  #connection: Connection | undefined = undefined;

  /**
   * @param rooms joins those of all children; given when their clients meet
   * @throws when the process cannot be started, for example for want of descriptors
   */
  constructor(context: WorkerContext, readonly number: number, rooms: RoomsOfChildren | undefined) {
    this.#context = context;
    const { exec } = context.options;
    this.runsUs = exec.length === 0;
    const [program, args] = this.runsUs
      ? childCommand({
        handler: {
          ...context.handler,
          sleepMs: context.simulatedCost.sleepMs,
          cpuMs: context.simulatedCost.cpuMs,
        },
        recvSizeBytes: context.recvSizeBytes,
        idleTimeoutMs: context.idleTimeoutMs,
        whyNothingIsShared: rooms?.whyNothingIsShared,
      })
      : [exec[0], exec.slice(1)];
    this.#process = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      // A session of its own: Ctrl-C at the terminal goes to the server only, which lets clients finish.
      detached: true,
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#output = this.#process.stdout.getReader({ mode: "byob" });
    if (rooms !== undefined && this.runsUs) this.#join(rooms.hub);
  }

  #join(hub: RoomHub): void {
    const pipe = new FramedPipe<ToChild, FromChild>(
      (bytes) => this.#input.write(bytes),
      (message) => {
        if (message.kind === "abort") this.#connection?.abort();
        else this.#end?.hear(message);
      },
    );
    this.#pipe = pipe;
    this.#end = new HubEnd(hub, (message) => pipe.tell(message));
  }

  /** The child has a client from now on. */
  take(connection: Connection): void {
    this.#connection = connection;
    const { id, peer } = connection;
    this.#pipe?.tell({ kind: "client", id, peer });
    // What is no message, a handler has written itself: then the child is ended.
    const running = this.#pipe?.run(this.#chunks()).catch(() => this.#kill());
    this.#running = running?.then(() => this.#end?.end());
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Resolves when the process has ended. */
  get ended(): Promise<unknown> {
    return this.#process.status;
  }

  /** Resolves when the child can serve. Any other program is ready when it runs. */
  async ready(): Promise<void> {
    if (!this.runsUs) return;
    const bytes = await this.#read();
    if (bytes?.[0] !== READY_BYTE) throw new Error("the child process did not become ready");
    this.#first = bytes.subarray(1);
  }

  /**
   * Whether the client may be waiting for the child. This executable ends a silent client itself. Of
   * any other program we know only that a client that spoke last may wait for an answer.
   */
  get mayOwe(): boolean {
    return !this.isSending && (this.runsUs || this.#clientSpokeLast);
  }

  /** Whether the child, whose output has ended, ended because its client was silent. */
  async endedForSilence(): Promise<boolean> {
    return this.runsUs && (await this.#process.status).code === SILENT_STATUS;
  }

  /** Its client is gone, and there is no end of stream that says so. */
  reset(): void {
    this.#pipe?.tell({ kind: "reset" });
  }

  /** @returns false when the child takes no more */
  async write(bytes: Uint8Array): Promise<boolean> {
    this.#clientSpokeLast = true;
    if (this.#pipe !== undefined) return await this.#pipe.send(bytes);
    try {
      await this.#input.write(bytes);
      return true;
    } catch {
      return false; // it has closed its input or ended; its status says how
    }
  }

  async closeInput(): Promise<void> {
    if (this.#inputClosed) return;
    this.#inputClosed = true;
    // It is still to hear of others, and to be told what of its output has been sent.
    if (this.#pipe !== undefined) return this.#pipe.tell({ kind: "end" });
    try {
      await this.#input.close();
    } catch {
      // Closed from the other side.
    }
  }

  /** Yields what the child writes, until it closes its output. A chunk is good until the next. */
  async *output(): AsyncGenerator<Uint8Array> {
    const pipe = this.#pipe;
    if (pipe === undefined) return yield* this.#chunks();
    for (let bytes; (bytes = await pipe.receive()) !== undefined;) {
      this.#clientSpokeLast = false;
      yield bytes;
      pipe.took(bytes.length);
    }
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    if (this.#first !== undefined && this.#first.length > 0) yield this.#first;
    for (let bytes; (bytes = await this.#read()) !== undefined;) {
      this.#clientSpokeLast = false;
      yield bytes;
    }
  }

  async #read(): Promise<Uint8Array | undefined> {
    const { value, done } = await this.#output.read(new Uint8Array(this.#buffer));
    if (value !== undefined) this.#buffer = value.buffer; // the read has transferred it
    return done ? undefined : value;
  }

  #kill(): void {
    this.#endedByUs = true;
    // The child leads a session of its own, so its own children end with it.
    const group = Deno.build.os === "windows" ? this.#process.pid : -this.#process.pid;
    try {
      Deno.kill(group, "SIGKILL");
    } catch {
      // It has just ended by itself.
    }
  }

  /**
   * Waits for the child to end, and ends it if it does not.
   *
   * @param peer its client, if it had one, to be named if the child ended badly
   */
  async end(peer: Address | undefined): Promise<void> {
    const timer = setTimeout(() => this.#kill(), END_MS);
    // A child that is blocked on its full output would not notice that its input ends.
    const rest = this.#running ?? this.#output.cancel().catch(() => {});
    this.closeInput();
    if (this.#pipe !== undefined) this.#input.close().catch(() => {});
    const { success, signal, code } = await this.#process.status;
    clearTimeout(timer);
    await rest;
    if (success || this.#endedByUs || peer === undefined) return;
    if (this.runsUs && code === SILENT_STATUS) return;
    const { pid } = this.#process;
    this.#context.notify({
      kind: "child-ended",
      peer: formatAddress(peer),
      pid,
      signal,
      code,
    });
  }
}
