import type { HandlerChoice } from "../../handlers/handlers.ts";
import { type Connection, INTERRUPTED } from "../../sockets/interface.ts";
import type { Watching, WorkerContext } from "../../context/worker_context.ts";

/** A call that a client's thread asks for, on its connection. */
type ServedCall =
  | { readonly name: "recv" }
  | { readonly name: "send"; readonly bytes: Uint8Array }
  /** The thread lets its client go because of this error. */
  | { readonly name: "failed"; readonly error: Error };

/** What a client's thread says while it has a client. */
type Call =
  | ServedCall
  /** It has closed the connection. */
  | { readonly name: "done"; readonly canServeAnother: boolean }
  /** The thread itself has failed and can serve no client any more. */
  | { readonly name: "broken"; readonly error: Error };

/** What a client's thread says at any time, whatever call is under way. */
type Aside =
  /** The session may have something to send unasked. */
  | { readonly name: "interruptible" }
  /** It has, so the `recv` that is under way is to end. */
  | { readonly name: "interrupt" }
  /** The client does not take what it is sent. */
  | { readonly name: "abort" };

/** A message from a client's thread. */
export type FromThread =
  | Call
  | Aside
  /** The supervisor says this in its place: the system allows no more threads. */
  | { readonly name: "refused" }
  /** Its code runs, and it loads the handler. */
  | { readonly name: "begun" }
  | { readonly name: "ready" };

/** A message to a client's thread. */
export type ToThread =
  | {
    readonly name: "prepare";
    readonly handler: HandlerChoice;
    readonly recvSizeBytes: number;
    readonly number: number;
    readonly watching: Watching | undefined;
  }
  /** There is a client to serve. */
  | { readonly name: "client"; readonly client: Pick<Connection, "id" | "peer"> }
  | { readonly name: "received"; readonly bytes: Uint8Array }
  | { readonly name: "interrupted" }
  | { readonly name: "sent" }
  /** The call that it waits for has failed. The main thread has reported that. */
  | { readonly name: "lost" };

/**
 * The main thread's end of a client's thread. Deno's sockets stay with the thread that opened them, so
 * this end makes the calls that the thread asks for, and passes the bytes as transferables.
 */
export class DenoThread {
  /** Resolves when its code runs: to whether the system has allowed it. */
  readonly begun: Promise<boolean>;
  /** Resolves when it has its handler, or has failed. */
  readonly ready: Promise<void>;

  readonly #context: WorkerContext;
  readonly #port: MessagePort;
  readonly #buffer: Uint8Array;
  readonly #calls: Call[] = [];
  #onCall: () => void = () => {};
  #onBroken: (error: Error) => void = () => {};
  #brokenBy: Error | undefined = undefined;
  /** The client that it serves. */
  #connection: Connection | undefined = undefined;
  /** What interrupts the `recv` from it. */
  readonly #interrupting = { isWaiting: false, onWaiting: () => {} };
  readonly #brokeWhileIdle: () => void;

  /**
   * @param number its number in the trace
   * @param port through which it talks with this thread
   * @param brokeWhileIdle called when the thread fails while it has no client
   */
  constructor(
    context: WorkerContext,
    readonly number: number,
    port: MessagePort,
    brokeWhileIdle: (thread: DenoThread) => void,
  ) {
    this.#context = context;
    this.#brokeWhileIdle = () => brokeWhileIdle(this);
    this.#onBroken = this.#brokeWhileIdle;
    const { handler, recvSizeBytes, watching } = context;
    this.#buffer = new Uint8Array(recvSizeBytes);
    const begun = Promise.withResolvers<boolean>();
    const ready = Promise.withResolvers<void>();
    this.begun = begun.promise;
    this.ready = ready.promise;
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<FromThread>) => {
      begun.resolve(data.name !== "refused");
      if (data.name === "begun" || data.name === "refused") return;
      ready.resolve();
      if (data.name !== "ready") this.#hear(data);
    };
    this.#tell({ name: "prepare", handler, recvSizeBytes, number, watching }, []);
  }

  /**
   * Gives the thread a client, and resolves when it has served it and the connection is closed.
   *
   * @returns whether the thread can serve another one
   */
  async serve(connection: Connection): Promise<boolean> {
    // The thread may fail while the connection waits in recv on its behalf, until the client ends it.
    this.#onBroken = (error) => {
      this.#context.clientFailed(connection, error);
      connection.finish();
    };
    if (this.#brokenBy !== undefined) this.#onBroken(this.#brokenBy);
    this.#connection = connection;
    const { id, peer } = connection;
    this.#tell({ name: "client", client: { id, peer } }, []);
    try {
      for (;;) {
        const call = await this.#nextCall();
        if (call.name === "done") return call.canServeAnother;
        if (call.name === "broken") return false;
        await this.#carryOut(call, connection);
      }
    } finally {
      connection.close();
      this.#connection = undefined;
      this.#onBroken = this.#brokeWhileIdle;
    }
  }

  /** Hears and tells nothing any more. */
  close(): void {
    this.#port.close();
  }

  /** The thread makes one call at a time, so the list stays short. */
  async #nextCall(): Promise<Call> {
    for (;;) {
      const call = this.#calls.shift();
      if (call !== undefined) return call;
      await new Promise<void>((resolve) => this.#onCall = resolve);
    }
  }

  async #carryOut(call: ServedCall, connection: Connection): Promise<void> {
    try {
      if (call.name === "failed") throw call.error;
      if (call.name === "send") {
        await connection.send(call.bytes);
        this.#tell({ name: "sent" }, []);
      } else {
        const count = await connection.recv(this.#buffer);
        this.#interrupting.isWaiting = false;
        if (count === INTERRUPTED) return this.#tell({ name: "interrupted" }, []);
        const bytes = this.#buffer.slice(0, count);
        this.#tell({ name: "received", bytes }, [bytes.buffer]);
      }
    } catch (error) {
      this.#context.clientFailed(connection, error);
      if (call.name !== "failed") this.#tell({ name: "lost" }, []);
    }
  }

  #hear(call: Call | Aside): void {
    if (call.name === "interruptible") return this.#connection?.interruptBy(this.#interrupting);
    if (call.name === "abort") return this.#connection?.abort();
    if (call.name === "interrupt") {
      this.#interrupting.isWaiting = true;
      return this.#interrupting.onWaiting();
    }
    if (call.name === "broken") {
      this.#brokenBy = call.error;
      this.#onBroken(call.error);
    }
    this.#calls.push(call);
    this.#onCall();
  }

  #tell(message: ToThread, transfer: Transferable[]): void {
    this.#port.postMessage(message, transfer);
  }
}
