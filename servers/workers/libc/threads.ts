import { DescriptorTable } from "../../sockets/libc/descriptor_table.ts";
import type { Connection } from "../../sockets/interface.ts";
import { LibcConnection } from "../../sockets/libc/connection.ts";
import { ClientQueue, createQueueMemory } from "../client_queue.ts";
import { maxThreads } from "../../context/worker_limit.ts";
import type { WorkerContext } from "../../context/worker_context.ts";
import type { FromServer } from "../../context/protocol.ts";
import type { ThreadPlan, Threads } from "../../context/threads.ts";

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
  readonly #plan: ThreadPlan;
  readonly #queue: ClientQueue;
  readonly #tell: (message: FromServer) => void;
  readonly #max: number;

  private constructor(
    context: WorkerContext,
    plan: ThreadPlan,
    tell: (message: FromServer) => void,
  ) {
    this.#context = context;
    this.#tell = tell;
    this.#max = maxThreads(context.descriptorLimit);
    this.#plan = { ...plan, count: Math.min(plan.count, this.#max) };
    const isPool = plan.clientsEach === "many";
    this.#queue = new ClientQueue(createQueueMemory(isPool ? this.#plan.count : this.#max));
    if (isPool && plan.count > this.#max) context.clientsLimited(this.#max);
  }

  /** Has the threads started that wait for clients, and blocks until all do. */
  static start(
    context: WorkerContext,
    plan: ThreadPlan,
    descriptors: SharedArrayBuffer,
    tell: (message: FromServer) => void,
  ): LibcThreads {
    const threads = new LibcThreads(context, plan, tell);
    const queue = threads.#queue;
    const table = new DescriptorTable(descriptors);
    const wanted = { plan: threads.#plan, max: threads.#max, queue: queue.memory };
    tell({ kind: "threads-wanted", wanted });
    while (!queue.waitForThreads(wanted.plan.count, STOP_POLL_INTERVAL_MS)) {
      if (table.stopping) break;
    }
    return threads;
  }

  put(connection: Connection): void {
    if (!(connection instanceof LibcConnection)) throw new Error("a connection of another kind");
    const { id, peer } = connection;
    this.#queue.put({ fd: connection.detach(), id, peer });
    if (this.#plan.clientsEach === "one" && this.#queue.callSupervisor()) {
      this.#tell({ kind: "client-came" });
    }
  }

  room(): void {
    if (this.#plan.clientsEach === "many") {
      this.#queue.waitUntilShorterThan(this.#plan.count);
      return;
    }
    if (this.#queue.unfinished >= this.#max) this.#context.clientsLimited(this.#max);
    this.#queue.waitUntilFewerThan(this.#max);
  }

  end(): void {
    this.#queue.close();
    this.#queue.waitUntilFewerThan(1);
  }
}
