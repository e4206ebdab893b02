import type { Connection } from "../../sockets/interface.ts";
import { DenoThread } from "./thread.ts";
import { planWithin } from "../../context/worker_limit.ts";
import type { FromServer } from "../../context/protocol.ts";
import type { WorkerContext } from "../../context/worker_context.ts";
import { type ThreadPlan, type Threads, wantedThreads } from "../../context/threads.ts";
import { mostIdle } from "../queued_clients.ts";
import { ThreadStarter } from "../thread_starter.ts";

/** Tells the supervisor something. */
type Tell = (message: FromServer, transfer?: Transferable[]) => void;

/** Threads whose clients' sockets, and their queue, stay with the main thread. */
export class DenoThreads implements Threads {
  readonly #context: WorkerContext;
  readonly #wish: ThreadPlan;
  /** The wish, as far as there are descriptors. */
  readonly #plan: ThreadPlan;
  readonly #tell: Tell;
  readonly #starter: ThreadStarter;
  readonly #all = new Set<DenoThread>();
  /** Those that wait for a client. The one that has waited longest gets the next. */
  readonly #idle: DenoThread[] = [];
  readonly #queue: Connection[] = [];
  /** How many clients are served or in the queue, and the most that there were. */
  #unfinished = 0;
  #everBusy = 0;
  #onChange: () => void = () => {};
  #isWatching = false;
  /** Whether the system has ever allowed no more threads. */
  #isRefused = false;

  private constructor(context: WorkerContext, wish: ThreadPlan, tell: Tell) {
    this.#context = context;
    this.#tell = tell;
    this.#wish = wish;
    this.#plan = planWithin(context.descriptorLimit, wish);
    const unfinished = () => context.sockets.serving ? this.#unfinished : -Infinity;
    this.#starter = new ThreadStarter(this.#plan, unfinished, (number) => this.#start(number));
  }

  /** Starts the threads that wait for clients, and resolves when all are ready that the system allows. */
  static async start(context: WorkerContext, wish: ThreadPlan, tell: Tell): Promise<DenoThreads> {
    const threads = new DenoThreads(context, wish, tell);
    if (wish.spare > threads.#plan.most) context.clientsLimited(threads.#plan.most);
    const count = wantedThreads(threads.#plan, 0, wish.spare);
    const areMissing = () => threads.#idle.length < count && !threads.#isRefused;
    while (areMissing() && context.sockets.serving) await threads.#change();
    return threads;
  }

  put(connection: Connection): void {
    this.#queue.push(connection);
    this.#everBusy = Math.max(this.#everBusy, ++this.#unfinished);
    this.#dispatch();
    this.#starter.clientCame();
  }

  async room(): Promise<void> {
    const { most, queue } = this.#plan;
    if (this.#unfinished >= most && most < this.#wish.most) this.#context.clientsLimited(most);
    const { sockets } = this.#context;
    while (this.#unfinished >= most + queue && sockets.connections.size > 0) {
      this.#watchForEnd();
      await this.#change();
    }
  }

  async end(): Promise<void> {
    await this.#context.sockets.allClosed();
    this.#starter.end();
    for (const thread of this.#all) this.#end(thread);
  }

  /** Resolves when a thread has become ready, or a client is served. */
  #change(): Promise<void> {
    return new Promise((resolve) => this.#onChange = resolve);
  }

  /** When all clients were cut off, the queue needs no thread any more. */
  async #watchForEnd(): Promise<void> {
    if (this.#isWatching) return;
    this.#isWatching = true;
    await this.#context.sockets.allClosed();
    this.#isWatching = false;
    this.#onChange();
  }

  #dispatch(): void {
    while (this.#queue.length > 0 && this.#idle.length > 0) {
      const [connection, thread] = [this.#queue.shift(), this.#idle.shift()];
      if (connection !== undefined && thread !== undefined) this.#work(thread, connection);
    }
  }

  /** Has a thread serve a client, and keeps it if it may wait for the next one. */
  async #work(thread: DenoThread, connection: Connection): Promise<void> {
    this.#context.dispatched(connection, thread.number);
    const canServeAnother = await thread.serve(connection);
    this.#unfinished--;
    if (canServeAnother && this.#plan.keep > 0) this.#waitForClient(thread);
    else this.#dismiss(thread);
    this.#onChange();
  }

  #waitForClient(thread: DenoThread): void {
    this.#idle.push(thread);
    this.#dispatch();
    if (this.#idle.length > mostIdle(this.#plan, this.#everBusy)) this.#dismissIdle(thread);
  }

  #dismiss(thread: DenoThread): void {
    this.#end(thread);
    this.#all.delete(thread);
    this.#starter.threadEnded();
  }

  #end(thread: DenoThread): void {
    thread.close();
    this.#context.threadEnded(thread.number);
    this.#tell({ kind: "thread-over", number: thread.number });
  }

  /** Also of a thread whose handler fails after its client has gone: it gets no other one. */
  readonly #dismissIdle = (thread: DenoThread): void => {
    const index = this.#idle.indexOf(thread);
    if (index < 0) return;
    this.#idle.splice(index, 1);
    this.#dismiss(thread);
  };

  /** Resolves when the code of the thread runs: to whether the system has allowed it. */
  async #start(number: number): Promise<boolean> {
    const { port1, port2 } = new MessageChannel();
    const thread = new DenoThread(this.#context, number, port1, this.#dismissIdle);
    this.#tell({ kind: "thread-wanted", number, port: port2 }, [port2]);
    this.#all.add(thread);
    thread.ready.then(() => {
      this.#waitForClient(thread);
      this.#onChange();
    });
    if (await thread.begun) return true;
    this.#all.delete(thread);
    thread.close();
    this.#isRefused = true;
    this.#onChange();
    return false;
  }
}
