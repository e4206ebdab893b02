import type { Connection } from "../../sockets/interface.ts";
import { DenoThread } from "./thread.ts";
import { maxThreads, WorkerLimit } from "../../context/worker_limit.ts";
import type { WorkerContext } from "../../context/worker_context.ts";
import { REFILL_PAUSE_MS, type ThreadPlan, type Threads } from "../../context/threads.ts";

/** Threads whose clients' sockets, and their queue, stay with the main thread. */
export class DenoThreads implements Threads {
  readonly #context: WorkerContext;
  readonly #plan: ThreadPlan;
  readonly #workerLimit: WorkerLimit;
  readonly #all = new Set<DenoThread>();
  readonly #idle: DenoThread[] = [];
  readonly #queue: Connection[] = [];
  #onTaken: () => void = () => {};
  #isWatching = false;
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;

  private constructor(context: WorkerContext, plan: ThreadPlan) {
    this.#context = context;
    this.#plan = plan;
    this.#workerLimit = new WorkerLimit(context, maxThreads(context.descriptorLimit));
  }

  /** Starts the threads that wait for clients, and resolves when all are ready. */
  static async start(context: WorkerContext, plan: ThreadPlan): Promise<DenoThreads> {
    const threads = new DenoThreads(context, plan);
    threads.#refill();
    await Promise.all(threads.#idle.map(({ ready }) => ready));
    return threads;
  }

  put(connection: Connection): void {
    this.#queue.push(connection);
    this.#dispatch();
    this.#refillLater();
  }

  async room(): Promise<void> {
    if (this.#plan.clientsEach === "one") {
      if (this.#idle.length === 0) await this.#workerLimit.free();
      return;
    }
    const { sockets } = this.#context;
    while (this.#queue.length >= this.#all.size && sockets.connections.size > 0) {
      this.#watchForEnd();
      await new Promise<void>((resolve) => this.#onTaken = resolve);
    }
  }

  /** When all clients were cut off, the queue needs no thread any more. */
  async #watchForEnd(): Promise<void> {
    if (this.#isWatching) return;
    this.#isWatching = true;
    await this.#context.sockets.allClosed();
    this.#isWatching = false;
    this.#onTaken();
  }

  async end(): Promise<void> {
    await this.#context.sockets.allClosed();
    clearTimeout(this.#timer);
    for (const thread of this.#all) thread.end();
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const thread = this.#idle.shift() ?? this.#startAnother();
      if (thread === undefined) return;
      this.#work(thread);
    }
  }

  /** Has a thread serve the next client, and those after it until the queue is empty. */
  async #work(thread: DenoThread): Promise<void> {
    let isWhole = true;
    for (let next; isWhole && (next = this.#queue.shift()) !== undefined;) {
      this.#onTaken();
      this.#context.dispatched(next, thread.number);
      isWhole = await thread.serve(next) && this.#plan.clientsEach === "many";
    }
    if (isWhole) {
      this.#idle.push(thread);
      return;
    }
    this.#dismiss(thread);
  }

  /** Ends a thread, and starts another one in its place if one is wanted. */
  #dismiss(thread: DenoThread): void {
    thread.end();
    this.#all.delete(thread);
    this.#workerLimit.giveBack(thread.number);
    if (this.#plan.clientsEach === "many") this.#refill();
    else this.#refillLater();
    this.#dispatch();
  }

  /** A thread whose handler fails after its client has gone gets no other client. */
  readonly #brokeWhileIdle = (thread: DenoThread): void => {
    const index = this.#idle.indexOf(thread);
    if (index < 0) return;
    this.#idle.splice(index, 1);
    this.#dismiss(thread);
  };

  #refillLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#refill();
    }, REFILL_PAUSE_MS);
  }

  /** Starts threads until as many wait for clients as the plan says. */
  #refill(): void {
    const { count, clientsEach } = this.#plan;
    const members = clientsEach === "one" ? this.#idle : this.#all;
    const size = () => members instanceof Set ? members.size : members.length;
    while (this.#context.sockets.serving && size() < count) {
      if (this.#workerLimit.isFull) {
        if (clientsEach === "many") this.#workerLimit.reportFull();
        return;
      }
      this.#idle.push(this.#start());
    }
  }

  /** Starts a thread for a client when none is free, if there may be another one. */
  #startAnother(): DenoThread | undefined {
    return this.#plan.clientsEach === "one" && !this.#workerLimit.isFull
      ? this.#start()
      : undefined;
  }

  #start(): DenoThread {
    const number = this.#workerLimit.take();
    const { clientsEach } = this.#plan;
    const thread = new DenoThread(this.#context, number, clientsEach, this.#brokeWhileIdle);
    this.#all.add(thread);
    return thread;
  }
}
