import { describeErrorEvent } from "../../system/thrown.ts";

/**
 * The Workers of the threads of a server on Deno's sockets. The supervisor has them: one that is made
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
    const worker = new Worker(new URL("./client_worker.ts", import.meta.url), {
      type: "module",
    });
    worker.onerror = (event) => {
      event.preventDefault();
      this.failed(describeErrorEvent(event));
    };
    worker.postMessage(port, [port]);
    this.#workers.set(number, worker);
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
