import type {
  HandlerThreadSetup,
  HandlerThreadWanted,
  ServerSetup,
} from "../../context/protocol.ts";
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

  /** Starts a thread that runs the handler for clients whose sockets the loop has. */
  startForLoop(wanted: HandlerThreadWanted, server: ServerSetup): void {
    const { number, doorbell } = wanted;
    const { handler, stats, trace, controls } = server;
    const setup: HandlerThreadSetup = { handler, stats, trace, controls, wanted };
    const worker = this.#add(number, new URL("../handler/worker.ts", import.meta.url));
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
