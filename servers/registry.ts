/**
 * The models by name, and what the command line must know of them before they are loaded.
 *
 * @module
 */

import type { Model } from "./context/context.ts";
import type { SocketKind } from "./context/protocol.ts";

/** Who serves a client. */
export type ServedBy = "caller" | "process" | "thread" | "loop" | "coroutine";

interface Entry {
  readonly servedBy: ServedBy;
  /** What it waits in: the names of the calls. */
  readonly waitsIn: string;
  readonly port: number;
  /** The socket kinds that it serves on. */
  readonly sockets: readonly SocketKind[];
  load(): Promise<Model>;
}

const DEFAULT_PORT = 7788;
const BOTH: readonly SocketKind[] = ["deno", "libc"];

const ENTRIES = {
  blocking: {
    servedBy: "caller",
    waitsIn: "accept, recv, send",
    port: DEFAULT_PORT,
    sockets: BOTH,
    load: async () => (await import("./blocking.ts")).blocking,
  },
  process: {
    servedBy: "process",
    waitsIn: "recv, send",
    port: DEFAULT_PORT,
    sockets: BOTH,
    load: async () => (await import("./process.ts")).process,
  },
  thread: {
    servedBy: "thread",
    waitsIn: "recv, send",
    port: DEFAULT_PORT,
    sockets: BOTH,
    load: async () => (await import("./thread.ts")).thread,
  },
  threadpool: {
    servedBy: "thread",
    waitsIn: "recv, send",
    port: DEFAULT_PORT,
    sockets: BOTH,
    load: async () => (await import("./threadpool.ts")).threadpool,
  },
  nonblocking: {
    servedBy: "loop",
    waitsIn: "-",
    port: DEFAULT_PORT,
    sockets: BOTH,
    load: async () => (await import("./nonblocking.ts")).nonblocking,
  },
  select: {
    servedBy: "loop",
    waitsIn: "select",
    port: DEFAULT_PORT,
    sockets: BOTH,
    load: async () => (await import("./select.ts")).select,
  },
  "select-queue": {
    servedBy: "loop",
    waitsIn: "select",
    port: 9999,
    sockets: BOTH,
    load: async () => (await import("./select_queue.ts")).selectQueue,
  },
  poll: {
    servedBy: "loop",
    waitsIn: "poll",
    port: DEFAULT_PORT,
    sockets: BOTH,
    load: async () => (await import("./poll.ts")).poll,
  },
  epoll: {
    servedBy: "loop",
    waitsIn: "epoll_wait",
    port: DEFAULT_PORT,
    sockets: BOTH,
    load: async () => (await import("./epoll.ts")).epoll,
  },
  coroutine: {
    servedBy: "coroutine",
    waitsIn: "-",
    port: DEFAULT_PORT,
    sockets: BOTH,
    load: async () => (await import("./coroutine.ts")).coroutine,
  },
  greenlet: {
    servedBy: "coroutine",
    waitsIn: "epoll_wait",
    port: DEFAULT_PORT,
    sockets: BOTH,
    load: async () => (await import("./greenlet.ts")).greenlet,
  },
  gevent: {
    servedBy: "coroutine",
    waitsIn: "epoll_wait",
    port: DEFAULT_PORT,
    sockets: BOTH,
    load: async () => (await import("./gevent.ts")).gevent,
  },
  async: {
    servedBy: "coroutine",
    waitsIn: "await",
    port: DEFAULT_PORT,
    sockets: ["deno"],
    load: async () => (await import("./async.ts")).async,
  },
} as const satisfies Record<string, Entry>;

/** The name of a model, as `serve` takes it. */
export type ModelName = keyof typeof ENTRIES;

/** All names, in the order in which the text teaches the models. */
export const MODEL_NAMES = Object.keys(ENTRIES) as ModelName[]; // keys() forgets the names

/** What is known of a model without loading it. */
export function modelEntry(name: ModelName): Entry {
  return ENTRIES[name];
}

/** Whether `name` is that of a model. */
export function isModelName(name: string): name is ModelName {
  return Object.hasOwn(ENTRIES, name);
}
