import { endWorkers, startWorker } from "../../servers/system/worker_life.ts";

/** What the thread says. */
export type FromEchoThread =
  | { readonly kind: "ready" }
  /** It serves no longer: because of the error that is named, or since the stream is at its end. */
  | { readonly kind: "ended"; readonly error: string | null };

/** A thread of this process that serves a descriptor by sending back what comes. */
export class EchoThread implements Disposable {
  readonly #worker: Worker;
  #onMessage: (message: FromEchoThread) => void = () => {};

  private constructor() {
    this.#worker = startWorker(new URL("./echo_worker.ts", import.meta.url));
    this.#worker.onmessage = ({ data }: MessageEvent<FromEchoThread>) => this.#onMessage(data);
  }

  /** Resolves when the thread can be given a descriptor. */
  static async start(): Promise<EchoThread> {
    const thread = new EchoThread();
    await thread.#next();
    return thread;
  }

  /** Has it serve `descriptor`, which it closes. @returns the error that ended it, if one did */
  async serve(descriptor: number): Promise<string | null> {
    const ended = this.#next();
    this.#worker.postMessage(descriptor);
    const message = await ended;
    return message.kind === "ended" ? message.error : null;
  }

  [Symbol.dispose](): void {
    endWorkers([this.#worker]);
  }

  #next(): Promise<FromEchoThread> {
    return new Promise((resolve) => this.#onMessage = resolve);
  }
}
