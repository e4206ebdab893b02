import { DescriptorTable } from "../../sockets/libc/descriptor_table.ts";
import type { Connection } from "../../sockets/interface.ts";
import { LibcConnection } from "../../sockets/libc/connection.ts";
import { ClientQueue, createQueueMemory } from "../client_queue.ts";
import { planWithin } from "../../context/worker_limit.ts";
import type { WorkerContext } from "../../context/worker_context.ts";
import type { FromServer } from "../../context/protocol.ts";
import { type ThreadPlan, type Threads, wantedThreads } from "../../context/threads.ts";

/** How often to look whether the server is stopped before its threads are ready. */
const STOP_POLL_INTERVAL_MS = 50;

/**
 * Threads that have their clients' descriptors, and make the system's calls themselves.
 *
 * This thread blocks in accept, and a Worker starts only while the event loop of its maker turns. So
 * the supervisor makes the threads, and all the rest goes through the {@linkcode ClientQueue}.
 */
export class LibcThreads implements Threads {
  readonly #context: WorkerContext;
  readonly #wish: ThreadPlan;
  /** The wish, as far as there are descriptors. */
  readonly #plan: ThreadPlan;
  readonly #queue: ClientQueue;
  readonly #tell: (message: FromServer) => void;

  private constructor(
    context: WorkerContext,
    wish: ThreadPlan,
    tell: (message: FromServer) => void,
  ) {
    this.#context = context;
    this.#wish = wish;
    this.#tell = tell;
    this.#plan = planWithin(context.descriptorLimit, wish);
    this.#queue = new ClientQueue(createQueueMemory(this.#plan.most + this.#plan.queue));
  }

  /** Has the threads started that wait for clients, and blocks until all do that the system allows. */
  static start(
    context: WorkerContext,
    wish: ThreadPlan,
    descriptors: SharedArrayBuffer,
    tell: (message: FromServer) => void,
  ): LibcThreads {
    const threads = new LibcThreads(context, wish, tell);
    const queue = threads.#queue;
    const plan = threads.#plan;
    const table = new DescriptorTable(descriptors);
    tell({ kind: "threads-wanted", wanted: { plan, queue: queue.memory } });
    if (wish.spare > plan.most) context.clientsLimited(plan.most);
    const count = wantedThreads(plan, 0, plan.spare);
    while (!queue.waitForThreads(count, STOP_POLL_INTERVAL_MS) && !table.stopping);
    return threads;
  }

  put(connection: Connection): void {
    if (!(connection instanceof LibcConnection)) throw new Error("a connection of another kind");
    const { id, peer } = connection;
    const queue = this.#queue;
    queue.put({ fd: connection.detach(), id, peer });
    const wanted = wantedThreads(this.#plan, queue.unfinished, this.#plan.spare);
    if (queue.threads < wanted && queue.callSupervisor()) this.#tell({ kind: "client-came" });
  }

  room(): void {
    const { most, queue } = this.#plan;
    if (this.#queue.unfinished >= most && most < this.#wish.most) {
      this.#context.clientsLimited(most);
    }
    this.#queue.waitUntilFewerThan(most + queue);
  }

  end(): void {
    this.#queue.close();
    this.#queue.waitUntilFewerThan(1);
  }
}
