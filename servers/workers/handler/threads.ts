import type { BoundClient, HandlerThreads } from "../../context/handler_threads.ts";
import type { FromServer } from "../../context/protocol.ts";
import { maxThreads } from "../../context/worker_limit.ts";
import type { WorkerContext } from "../../context/worker_context.ts";
import type { Connection } from "../../sockets/interface.ts";
import { type Mailbox, makeMailbox } from "./mailbox.ts";
import { createShared, SHARED } from "./channel.ts";
import { HandlerThreadEnd, RemoteClient } from "./thread_end.ts";

type Tell = (message: FromServer, transfer?: Transferable[]) => void;

/** The threads that run the handler, in the thread of the loop. */
export class LoopsHandlerThreads implements HandlerThreads {
  readonly mailbox: Mailbox;
  readonly #context: WorkerContext;
  readonly #tell: Tell;
  readonly #memory = createShared();
  readonly #shared = new Int32Array(this.#memory);
  readonly #threads: HandlerThreadEnd[] = [];
  /** The index of the thread that got the last client. */
  #last = -1;
  /** By number. */
  readonly #clients = new Map<number, RemoteClient>();

  private constructor(context: WorkerContext, mailbox: Mailbox, tell: Tell) {
    this.#context = context;
    this.#tell = tell;
    this.mailbox = mailbox;
  }

  /**
   * Starts the threads, and blocks until all can serve.
   *
   * @throws {Error} when one of them cannot begin
   */
  static async start(context: WorkerContext, tell: Tell): Promise<LoopsHandlerThreads> {
    const mailbox = await makeMailbox(context.sockets);
    const threads = new LoopsHandlerThreads(context, mailbox, tell);
    const count = Math.min(context.options.workers, maxThreads(context.descriptorLimit));
    for (let number = 1; number <= count; number++) threads.#threads.push(threads.#begin(number));
    for (const thread of threads.#threads) thread.waitUntilReady();
    return threads;
  }

  get queued(): number {
    return Atomics.load(this.#shared, SHARED.queued);
  }

  bind(connection: Connection): BoundClient {
    const thread = this.#leastBusy();
    this.#context.dispatched(connection, thread.number);
    const client = new RemoteClient(connection, thread, () => this.#clients.delete(connection.id));
    thread.clients.add(client);
    this.#clients.set(connection.id, client);
    return client;
  }

  /** The thread with the fewest clients, and of several, the next in turn. */
  #leastBusy(): HandlerThreadEnd {
    const threads = this.#threads;
    let least = (this.#last + 1) % threads.length;
    for (let step = 1; step < threads.length; step++) {
      const index = (this.#last + 1 + step) % threads.length;
      if (threads[index].clients.size < threads[least].clients.size) least = index;
    }
    return threads[this.#last = least];
  }

  *answered(): Generator<BoundClient> {
    // Before looking: what a thread answers after that wakes the loop again.
    Atomics.store(this.#shared, SHARED.rung, 0);
    for (const [index, thread] of this.#threads.entries()) {
      for (const number of thread.answers()) {
        const client = this.#clients.get(number);
        if (client === undefined) continue; // it left before it had its answer
        client.answered(thread.kind, thread.payload);
        yield client;
      }
      yield* thread.clientsWithRoom();
      if (thread.failure !== undefined) yield* this.#replace(index, thread, thread.failure);
    }
  }

  #begin(number: number): HandlerThreadEnd {
    const { recvSizeBytes } = this.#context;
    const thread = new HandlerThreadEnd(number, this.#memory, recvSizeBytes);
    const doorbell = this.mailbox.doorbell();
    this.#tell(
      { kind: "handler-thread-wanted", wanted: { number, channel: thread.channel, doorbell } },
      typeof doorbell === "number" ? [] : [doorbell],
    );
    return thread;
  }

  /** A thread has ended. So do its clients, since their sessions were in it. Another takes its place. */
  *#replace(index: number, thread: HandlerThreadEnd, failure: Error): Generator<BoundClient> {
    if (!thread.isReady) throw failure; // and so would the next one be
    this.#tell({ kind: "thread-over", number: thread.number });
    this.#threads[index] = this.#begin(thread.number);
    Atomics.sub(this.#shared, SHARED.queued, thread.takeQueued());
    for (const client of [...thread.clients]) {
      client.fail(failure);
      yield client;
    }
  }
}
