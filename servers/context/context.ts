/**
 * What a model is given to work with, and what it is.
 *
 * @module
 */

import type { SimulatedCost } from "../handlers/simulated_cost.ts";
import type { HandlerChoice } from "../handlers/handlers.ts";
import type { Session } from "../handlers/session.ts";
import type { SharedMemory } from "../metrics/memory.ts";
import type { Address, Connection, Listener, Sockets } from "../sockets/interface.ts";
import type { ChildLimit } from "./child_limit.ts";
import type { ThreadPlan, Threads } from "./threads.ts";

/** The name of a model, as `serve` takes it. */
export type ModelName =
  | "blocking"
  | "process"
  | "thread"
  | "threadpool"
  | "nonblocking"
  | "select"
  | "select-queue"
  | "poll"
  | "epoll"
  | "coroutine"
  | "greenlet"
  | "gevent"
  | "async";

/** Who serves a client. */
export type ServedBy = "caller" | "process" | "thread" | "loop" | "coroutine";

/** A way of serving: returns when the server was stopped and it has no more to do. */
export type Model = (context: ServerContext) => Promise<void>;

/** The flags that only some models have. */
export interface ModelOptions {
  /** How `epoll` reports. */
  readonly trigger: "edge" | "level";
  /** How long `nonblocking` sleeps between two rounds. */
  readonly pauseMs: number;
  /** How many threads or processes are kept ready. */
  readonly spare: number;
  /** What `process` runs for a client: a program and its arguments; ourselves if empty. */
  readonly exec: readonly string[];
  /** Whether `epoll` reports once and is asked again for more. */
  readonly oneshot: boolean;
  /** How many threads `threadpool` has. */
  readonly threads: number;
}

/** The server as the page of a model sees it. */
export interface ServerContext {
  readonly sockets: Sockets;
  readonly listener: Listener;
  readonly recvSizeBytes: number;
  readonly options: ModelOptions;
  readonly handler: HandlerChoice;
  /** See `dismissIdle()`, which children that serve clients do for themselves. */
  readonly idleTimeoutMs: number;
  /** What the handler is made to cost now. */
  readonly simulatedCost: SimulatedCost;
  /** What its workers need as well when the server is watched. */
  readonly watching: Watching | undefined;
  /** How many descriptors this process may have. */
  readonly descriptorLimit: number;
  /** True until the server was told to stop and the last client is gone. */
  readonly running: boolean;
  newSession(connection: Pick<Connection, "id">): Session;
  /** The thread or process of this number serves the client from now on. */
  dispatched(connection: Connection, worker: number): void;
  /** Starts threads, and resolves when those that are to wait for clients do. */
  startThreads(plan: ThreadPlan): Promise<Threads>;
  /** Puts this whole thread to sleep. */
  sleepThread(ms: number): void;
  /** Stops the server, as Ctrl-C does. */
  stop(): void;
  /** Says why a client was let go; a reset is the client's own affair and passes in silence. */
  clientFailed(connection: Connection, error: unknown): void;
  /** Tells the supervisor something that people should know. */
  notify(notice: Notice): void;
  /** Who starts child processes that inherit a client; only where sockets can be inherited. */
  readonly childService: ChildService | undefined;
}

/** The memory that a server shares with those who watch it. */
export interface Watching {
  readonly controls: SharedMemory;
  readonly trace: SharedMemory;
}

/** The supervisor's part in child processes, as the server sees it. */
export interface ChildService {
  readonly seats: ChildLimit;
  /** Has children started that wait for a client; when they are ready, the seats say so. */
  prepareSpares(): void;
  /** Has a child serve the client, for whom a seat was taken. */
  serve(client: ClientForChild): void;
}

/** A client on its way to a child process. Plain data. */
export interface ClientForChild {
  /** See {@linkcode Connection.id}. */
  readonly id: number;
  readonly peer: Address;
  /** Its socket in this process; whoever starts the child closes it. */
  readonly descriptor: number;
}

/** What a server has to say beyond counters and trace. Plain data: it crosses to the supervisor. */
export type Notice =
  | { readonly kind: "out-of-descriptors"; readonly limit: number }
  | {
    readonly kind: "beyond-fd-setsize";
    readonly descriptor: number;
    readonly fdSetSize: number;
  }
  /** The backlog is shorter than what was asked for. */
  | { readonly kind: "backlog-limited"; readonly wanted: number; readonly max: number }
  | { readonly kind: "accept-failed"; readonly reason: string }
  | { readonly kind: "client-failed"; readonly peer: string; readonly reason: string }
  | {
    readonly kind: "child-ended";
    readonly peer: string;
    readonly pid: number;
    readonly signal: string | null;
    readonly code: number;
  }
  | {
    /** A coroutine has kept the thread that it shares. */
    readonly kind: "held-up";
    readonly who: string;
    readonly heldMs: number;
    /** How often that has happened since it was last told. */
    readonly untold: number;
  }
  | { readonly kind: "clients-limited"; readonly max: number; readonly limit: number };
