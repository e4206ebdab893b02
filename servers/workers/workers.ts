import { MUTEX_BYTES } from "../context/mutex.ts";
import type { FromServer, WorkerShare } from "../context/protocol.ts";
import type { WorkerContext } from "../context/worker_context.ts";
import { maxThreads } from "../context/worker_limit.ts";
import type { HandedTo, Workers, WorkersPlan } from "../context/workers.ts";
import type { ListenOptions } from "../sockets/interface.ts";

/** What differs between the socket kinds: where the clients of each worker come from. */
export interface ClientSources {
  /** One for each worker. */
  readonly all: readonly WorkerShare["clients"][];
  /** Those that the page hands clients to. */
  readonly handedTo: readonly HandedTo[];
  /** The page accepts no more clients. */
  close(): void;
}

/** Makes the {@linkcode ClientSources} of `plan.count` workers. */
export type MakeSources = (
  plan: WorkersPlan,
  context: WorkerContext,
  listen: ListenOptions,
) => ClientSources;

/**
 * Workers as their page has them. The supervisor starts them, for a page may block its thread, and has
 * another one take the place of one that fails.
 */
export class StartedWorkers implements Workers {
  readonly all: readonly HandedTo[];
  readonly #sources: ClientSources;
  readonly #wait = Promise.withResolvers<void>();
  readonly #end = Promise.withResolvers<void>();

  private constructor(sources: ClientSources) {
    this.#sources = sources;
    this.all = sources.handedTo;
  }

  /** Asks the supervisor for workers. The result hears of them by {@linkcode wait} and {@linkcode end}. */
  static start(
    context: WorkerContext,
    wish: WorkersPlan,
    listen: ListenOptions,
    makeSources: MakeSources,
    tell: (message: FromServer) => void,
  ): StartedWorkers {
    const { descriptorLimit: limit } = context;
    const plan = { ...wish, count: Math.min(wish.count, maxThreads(limit)) };
    if (plan.count < wish.count) {
      context.notify({ kind: "workers-limited", wanted: wish.count, max: plan.count, limit });
    }
    const sources = makeSources(plan, context, listen);
    const lock = new SharedArrayBuffer(MUTEX_BYTES);
    const shares = sources.all.map((clients, index) => ({ number: index + 1, lock, clients }));
    tell({ kind: "workers-wanted", shares });
    return new StartedWorkers(sources);
  }

  /** Resolves when all workers wait for clients. */
  get ready(): Promise<void> {
    return this.#wait.promise;
  }

  /** All workers wait for clients. */
  wait(): void {
    this.#wait.resolve();
  }

  /** All workers have ended. */
  end(): void {
    this.#end.resolve();
  }

  async ended(): Promise<void> {
    this.#sources.close();
    await this.#end.promise;
  }
}
