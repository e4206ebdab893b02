/**
 * The models by name, and what others must know of each before it is loaded.
 *
 * @module
 */

import type { Model, ModelName, ModelOptions, ServedBy } from "./context/context.ts";
import type { SocketKind } from "./context/protocol.ts";

interface Entry {
  readonly servedBy: ServedBy;
  /** What it waits in: the names of the calls. */
  readonly waitsIn: string;
  /** Where it listens unless told otherwise. */
  readonly port: number;
  /** The socket kinds that it serves on. */
  readonly sockets: readonly SocketKind[];
  /**
   * Whether its server forks, on the system's sockets: a child for each client, or children that serve
   * many clients each, beforehand.
   */
  readonly forks?: "for each" | "beforehand";
  /** Whether its workers accept their clients themselves. */
  readonly workersAccept?: true;
  /** Whether each of its workers listens, so that its page has no more than the port. */
  readonly workersListen?: true;
  /** The page whose loop it runs, if that is not its own. */
  readonly loopOf?: ModelName;
  /** The file of its page, where there are several. */
  page?(options: ModelOptions, sockets: SocketKind): string;
  load(options: ModelOptions, sockets: SocketKind): Promise<Model>;
  /** What each of its workers runs, if the model starts them with `startWorkers`. */
  loadWorker?(options: ModelOptions, sockets: SocketKind): Promise<Model>;
}

/** What holds for a model whose row says nothing else. */
const USUAL: Pick<Entry, "port" | "sockets"> = { port: 7788, sockets: ["deno", "libc"] };

/** A row for each model, in the order in which the text teaches them. */
const ROWS: Readonly<
  Record<ModelName, Omit<Entry, keyof typeof USUAL> & Partial<typeof USUAL>>
> = {
  blocking: {
    servedBy: "caller",
    waitsIn: "accept, recv, send",
    load: async () => (await import("./blocking.ts")).blocking,
  },
  process: {
    servedBy: "process",
    waitsIn: "recv, send",
    forks: "for each",
    page: (_, sockets) => sockets === "deno" ? "process_relay.ts" : "process.ts",
    load: async (_, sockets) =>
      sockets === "deno"
        ? (await import("./process_relay.ts")).processRelay
        : (await import("./process.ts")).process,
  },
  thread: {
    servedBy: "thread",
    waitsIn: "recv, send",
    load: async () => (await import("./thread.ts")).thread,
  },
  threadpool: {
    servedBy: "thread",
    waitsIn: "recv, send",
    load: async () => (await import("./threadpool.ts")).threadpool,
  },
  prefork: {
    servedBy: "process",
    waitsIn: "accept, recv, send",
    workersAccept: true,
    sockets: ["libc"],
    forks: "beforehand",
    load: async () => (await import("./prefork.ts")).prefork,
  },
  prethread: {
    servedBy: "thread",
    waitsIn: "accept, recv, send",
    workersAccept: true,
    sockets: ["libc"],
    load: async () => (await import("./prethread.ts")).prethread,
    loadWorker: async () => (await import("./prethread.ts")).prethreadWorker,
  },
  nonblocking: {
    servedBy: "loop",
    waitsIn: "-",
    load: async () => (await import("./nonblocking.ts")).nonblocking,
  },
  select: {
    servedBy: "loop",
    waitsIn: "select",
    load: async () => (await import("./select.ts")).select,
  },
  "select-queue": {
    servedBy: "loop",
    waitsIn: "select",
    port: 9999,
    load: async () => (await import("./select_queue.ts")).selectQueue,
  },
  poll: {
    servedBy: "loop",
    waitsIn: "poll",
    load: async () => (await import("./poll.ts")).poll,
  },
  epoll: {
    servedBy: "loop",
    waitsIn: "epoll_wait",
    page: ({ oneshot }) => oneshot ? "epoll_oneshot.ts" : "epoll.ts",
    load: async ({ oneshot }) =>
      oneshot
        ? (await import("./epoll_oneshot.ts")).epollOneshot
        : (await import("./epoll.ts")).epoll,
  },
  reuseport: {
    servedBy: "loops",
    waitsIn: "epoll_wait",
    workersAccept: true,
    workersListen: true,
    load: async () => (await import("./reuseport.ts")).reuseport,
    loadWorker: async () => (await import("./reuseport.ts")).reuseportWorker,
  },
  workers: {
    servedBy: "loops",
    waitsIn: "epoll_wait",
    workersAccept: true,
    sockets: ["libc"],
    forks: "beforehand",
    load: async () => (await import("./workers.ts")).workers,
  },
  reactors: {
    servedBy: "loops",
    waitsIn: "epoll_wait",
    sockets: ["libc"],
    load: async () => (await import("./reactors.ts")).reactors,
    loadWorker: async () => (await import("./reactors.ts")).reactorsWorker,
  },
  "leader-followers": {
    servedBy: "threads",
    waitsIn: "epoll_wait",
    workersAccept: true,
    sockets: ["libc"],
    load: async () => (await import("./leader_followers.ts")).leaderFollowers,
    loadWorker: async () => (await import("./leader_followers.ts")).leaderFollowersWorker,
  },
  offload: {
    servedBy: "sharedThread",
    waitsIn: "epoll_wait",
    load: async () => (await import("./offload.ts")).offload,
  },
  pipeline: {
    servedBy: "sharedThread",
    waitsIn: "epoll_wait",
    sockets: ["libc"],
    load: async () => (await import("./pipeline.ts")).pipeline,
  },
  uring: {
    servedBy: "loop",
    waitsIn: "io_uring_enter",
    sockets: ["libc"],
    load: async () => (await import("./uring.ts")).uring,
  },
  coroutine: {
    servedBy: "coroutine",
    waitsIn: "-",
    load: async () => (await import("./coroutine.ts")).coroutine,
  },
  greenlet: {
    servedBy: "coroutine",
    waitsIn: "epoll_wait",
    load: async () => (await import("./greenlet.ts")).greenlet,
  },
  gevent: {
    servedBy: "coroutine",
    waitsIn: "epoll_wait",
    load: async () => (await import("./gevent.ts")).gevent,
  },
  async: {
    servedBy: "coroutine",
    waitsIn: "await",
    sockets: ["deno"],
    load: async () => (await import("./async.ts")).async,
  },
};

/** All names, in the order in which the text teaches the models. */
export const MODEL_NAMES = Object.keys(ROWS) as ModelName[]; // keys() forgets the names

/** What is known of a model without loading it. */
export function modelEntry(name: ModelName): Entry {
  return { ...USUAL, ...ROWS[name] };
}

/** Whether a loop, or each of several, waits for many clients at once. */
export function hasLoop(servedBy: ServedBy): boolean {
  return ["loop", "loops", "sharedThread", "coroutine"].includes(servedBy);
}

/** Whether all clients are served by one thread, which may keep something for all of them. */
export function servesInOneThread(name: ModelName): boolean {
  return ["caller", "loop", "coroutine"].includes(modelEntry(name).servedBy);
}

/** Whether the server asks for threads, that serve its clients, or run their handler. */
export function hasThreads(name: ModelName): boolean {
  return ["thread", "threads", "loops", "sharedThread"].includes(modelEntry(name).servedBy);
}

/**
 * Why clients of this model share no map, for who asks for it; `undefined` where they do.
 */
export function whyNothingIsShared(model: ModelName): string | undefined {
  if (servesInOneThread(model)) return undefined;
  const able = MODEL_NAMES.filter(servesInOneThread);
  return `${model} serves its clients in several threads or processes, which share no map: ` +
    `use broadcast() and members(), or one of ${able.join(", ")}`;
}

/** Whether clients are served by child processes. */
export function hasChildren(name: ModelName): boolean {
  const { servedBy, forks } = modelEntry(name);
  return servedBy === "process" || forks !== undefined;
}

/** Whether `name` is that of a model. */
export function isModelName(name: string): name is ModelName {
  return Object.hasOwn(ROWS, name);
}
