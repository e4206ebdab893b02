import type { WorkerContext } from "../../context/worker_context.ts";
import { type Address, formatAddress } from "../../sockets/interface.ts";
import { READY_BYTE, SILENT_STATUS } from "../child_protocol.ts";
import { childCommand } from "../child_role.ts";

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

  /** @throws when the process cannot be started, for example for want of descriptors */
  constructor(context: WorkerContext, readonly number: number) {
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

  /** @returns false when the child takes no more */
  async write(bytes: Uint8Array): Promise<boolean> {
    this.#clientSpokeLast = true;
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
    try {
      await this.#input.close();
    } catch {
      // Closed from the other side.
    }
  }

  /** Yields what the child writes, until it closes its output. A chunk is good until the next. */
  async *output(): AsyncGenerator<Uint8Array> {
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
    const rest = this.#output.cancel().catch(() => {});
    this.closeInput();
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
