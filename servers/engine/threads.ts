import { Headroom } from "./headroom.ts";
import type { Engine } from "./model.ts";
import type { HandlerChoice } from "../handlers/handlers.ts";

/** 6 for a Worker of Deno 2.9 and 7 for one of Deno 2.5, counted on Linux, and one for its client. */
const DESCRIPTORS_PER_THREAD = 8;

/** What a client's thread wants done with its connection. */
export type Call = { name: "recv" } | { name: "send"; bytes: Uint8Array };

/** What a client's thread says. */
export type FromThread = Call | { name: "ready" } | { name: "done" } | {
  name: "failed";
  reason: string;
};

/** What a client's thread is told. */
export type ToThread =
  | { name: "prepare"; handler: HandlerChoice; recvSizeBytes: number }
  | { name: "received"; bytes: Uint8Array }
  | { name: "sent" };

/** The threads of an engine: those that serve, and those that wait for their client. */
export class Threads {
  readonly #engine: Engine;
  readonly #spares: ClientThread[] = [];
  readonly #headroom: Headroom;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#headroom = new Headroom(engine, DESCRIPTORS_PER_THREAD);
  }

  /** Starts as many threads as are to wait, and resolves when all are ready. */
  async prepareSpares(): Promise<void> {
    this.#refill();
    await Promise.all(this.#spares.map((spare) => spare.ready));
  }

  /** Resolves when {@linkcode take} can give a thread. */
  async available(): Promise<void> {
    if (this.#spares.length === 0) await this.#headroom.free();
  }

  /** A thread for one client, which was waiting if one was. */
  take(): ClientThread {
    const taken = this.#spares.shift() ?? this.#start();
    this.#refill();
    return taken;
  }

  /** Ends those that still wait. */
  end(): void {
    for (const spare of this.#spares.splice(0)) spare.end();
  }

  #refill(): void {
    const { options, running } = this.#engine;
    while (running && this.#spares.length < options.spare && !this.#headroom.isFull) {
      this.#spares.push(this.#start());
    }
  }

  #start(): ClientThread {
    this.#headroom.take();
    return new ClientThread(this.#engine, () => {
      this.#headroom.giveBack();
      this.#refill();
    });
  }
}

/** The main thread's end of a client's thread. */
export class ClientThread {
  /** Resolves when the Worker runs and has its handler. */
  readonly ready: Promise<void>;
  /** Resolves if the thread fails, whatever it has been doing for its client. */
  readonly failed: Promise<void>;

  readonly #worker: Worker;
  readonly #onEnded: () => void;
  readonly #said: Exclude<FromThread, { name: "ready" }>[] = [];
  #listener: (() => void) | undefined = undefined;
  #ended = false;

  constructor(engine: Engine, onEnded: () => void) {
    this.#onEnded = onEnded;
    const { handler, recvSizeBytes } = engine;
    const readiness = Promise.withResolvers<void>();
    const failure = Promise.withResolvers<void>();
    this.ready = readiness.promise;
    this.failed = failure.promise;
    this.#worker = new Worker(new URL("./client_worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromThread>) => {
      if (data.name === "failed") failure.resolve();
      if (data.name === "ready") readiness.resolve();
      else this.#hear(data);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault(); // its client's affair, not the engine's
      readiness.resolve();
      failure.resolve();
      this.#hear({ name: "failed", reason: event.message });
    };
    this.#tell({ name: "prepare", handler, recvSizeBytes }, []);
  }

  /**
   * What the thread asks for, one after another, until it is done with its client. It asks for the
   * next only when the last is done, so nothing piles up here.
   *
   * @throws when the thread failed
   */
  async *calls(): AsyncGenerator<Call> {
    for (;;) {
      const next = this.#said.shift();
      if (next === undefined) {
        await new Promise<void>((resolve) => this.#listener = resolve);
      } else if (next.name === "failed") throw new Error(next.reason);
      else if (next.name === "done") return;
      else yield next;
    }
  }

  /** Answers a `recv`; no bytes are the end of the stream. The thread owns `bytes` from now on. */
  received(bytes: Uint8Array<ArrayBuffer>): void {
    this.#tell({ name: "received", bytes }, [bytes.buffer]);
  }

  /** Answers a `send`. */
  sent(): void {
    this.#tell({ name: "sent" }, []);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#worker.terminate();
    this.#onEnded();
  }

  #hear(message: Exclude<FromThread, { name: "ready" }>): void {
    this.#said.push(message);
    this.#listener?.();
  }

  #tell(message: ToThread, transfer: Transferable[]): void {
    this.#worker.postMessage(message, transfer);
  }
}
