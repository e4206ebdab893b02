import type { LoopsThreadWanted, ServerSetup } from "../../context/protocol.ts";
import { describeErrorEvent } from "../../system/thrown.ts";

/**
 * The Workers of threads that do not make the calls on their clients' sockets. The supervisor has them: one that is made
 * in a Worker, as the server is, takes Deno 2.9 a second to begin, and another one to end.
 */
export class ThreadWorkers {
  readonly #workers = new Map<number, Worker>();

  /** @param failed called when a thread could not begin, and neither would another one */
  constructor(private readonly failed: (reason: string) => void) {}

  /**
   * Starts a thread.
   *
   * @param number by which it is to be ended
   * @param port through which it talks with the server
   */
  start(number: number, port: MessagePort): void {
    const worker = this.#add(number, new URL("./client_worker.ts", import.meta.url));
    worker.postMessage(port, [port]);
  }

  /** Starts a thread that runs the handler for a loop, or the one that sends what those answer. */
  startForLoop({ kind, wanted }: LoopsThreadWanted, server: ServerSetup): void {
    const { handler, stats, trace, controls, descriptors } = server;
    const file = kind === "sender-wanted" ? "send_worker.ts" : "worker.ts";
    const worker = this.#add(wanted.number, new URL(`../handler/${file}`, import.meta.url));
    const setup = { handler, stats, trace, controls, descriptors, wanted };
    const { doorbell } = wanted;
    worker.postMessage(setup, typeof doorbell === "number" ? [] : [doorbell]);
  }

  #add(number: number, file: URL): Worker {
    const worker = new Worker(file, { type: "module" });
    worker.onerror = (event) => {
      event.preventDefault();
      this.failed(describeErrorEvent(event));
    };
    this.#workers.set(number, worker);
    return worker;
  }

  /** Ends a thread, with timers that a handler has left behind. */
  end(number: number): void {
    this.#workers.get(number)?.terminate();
    this.#workers.delete(number);
  }

  endAll(): void {
    for (const number of this.#workers.keys()) this.end(number);
  }
}
