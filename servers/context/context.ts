/**
 * What a model is given to work with, and what it is.
 *
 * @module
 */

import type { Session } from "../handlers/session.ts";
import type { CompletionQueue } from "../sockets/completions.ts";
import type { Connection, Listener, Sockets } from "../sockets/interface.ts";
import type { HandlerThreads } from "./handler_threads.ts";
import type { Mutex } from "./mutex.ts";
import type { ThreadPlan, Threads } from "./threads.ts";
import type { LedHandles, Workers, WorkersPlan } from "./workers.ts";

/** The name of a model, as `serve` takes it. */
export type ModelName =
  | "blocking"
  | "process"
  | "thread"
  | "threadpool"
  | "prefork"
  | "prethread"
  | "nonblocking"
  | "select"
  | "select-queue"
  | "poll"
  | "epoll"
  | "reuseport"
  | "workers"
  | "reactors"
  | "leader-followers"
  | "offload"
  | "pipeline"
  | "uring"
  | "coroutine"
  | "greenlet"
  | "gevent"
  | "async";

/** What serves a client. */
export type ServedBy =
  | "caller"
  | "process"
  | "thread"
  | "sharedThread"
  | "loop"
  | "loops"
  | "threads"
  | "coroutine";

/** A way of serving clients: resolves when the server was stopped and has no client left. */
export type Model = (context: ServerContext) => Promise<void>;

/** The options that only some models have. */
export interface ModelOptions {
  /** How `epoll` reports. */
  readonly trigger: "edge" | "level";
  /** How long `nonblocking` sleeps between two rounds. */
  readonly pauseMs: number;
  /** How many threads or processes are kept ready. */
  readonly spare: number;
  /** How many threads of `thread` that have served a client may wait for the next one. */
  readonly keep: number;
  /** The program and arguments that `process` runs for a client; if empty, this executable. */
  readonly exec: readonly string[];
  /** Whether `epoll` reports a socket once and is then asked again. */
  readonly oneshot: boolean;
  /** How many threads `threadpool` has. */
  readonly threads: number;
  /** How many workers a model has that starts them beforehand. */
  readonly workers: number;
  /**
   * How the clients find one of several that would accept them: all of these wait in accept, or who has a
   * lock, or the parent accepts and passes them on.
   */
  readonly accept: "shared" | "lock" | "pass";
  /** Which of its loops `reactors` hands the next client to. */
  readonly hand: "round-robin" | "least-busy";
  /** Which of the `workers` that wait the system wakes for a client. */
  readonly wake: "all" | "exclusive";
  /** How many messages may wait for the handler of `pipeline`. */
  readonly queue: number;
}

/** The server as the page of a model sees it. */
export interface ServerContext {
  readonly sockets: Sockets;
  readonly listener: Listener;
  readonly recvSizeBytes: number;
  readonly options: ModelOptions;
  newSession(connection: Connection): Session;
  /** Starts threads, and resolves when those that are to wait for clients do. */
  startThreads(plan: ThreadPlan): Promise<Threads>;
  /** Starts workers, and resolves when all of them wait for clients. */
  startWorkers(plan: WorkersPlan): Promise<Workers>;
  /** In a worker that takes turns with others at waiting: what it waits for. */
  ledHandles(): LedHandles;
  /** In a worker: the lock that it shares with the other workers. */
  readonly lock: Pick<Mutex, "acquire" | "release">;
  /**
   * Starts `options.workers` threads that run the handler, and resolves when all can serve.
   *
   * @param answersGo to the loop, or to a thread of its own that sends them
   */
  startHandlerThreads(answersGo: "to the loop" | "to a sender"): Promise<HandlerThreads>;
  /** Makes child processes possible, and resolves when the spare ones are ready. On Deno's sockets. */
  startChildren(): Promise<Children>;
  /** Makes it possible to fork. On the system's sockets. */
  forkedChildren(): ForkedChildren;
  /** Makes it possible to fork children before clients come. On the system's sockets. */
  preforkedChildren(): PreforkedChildren;
  /** Requests that are completed in place of sockets that become ready. On the system's sockets. */
  completions(): Promise<CompletionQueue>;
  /**
   * Turns a client away, since the server has too much to do, and counts that. Its connection is reset,
   * unless the protocol of the handler has words for it.
   */
  refuse(connection: Connection): void;
  /** Puts this whole thread to sleep. */
  sleepThread(ms: number): void;
  /** Stops the server, as Ctrl-C does. */
  stop(): void;
  /** Reports why a client was let go. A reset is the client's own affair and is not reported. */
  clientFailed(connection: Connection, error: unknown): void;
  /** Reports something that people should know. */
  notify(notice: Notice): void;
}

/** Children that this process carries bytes to and from: those that serve, and those that wait. */
export interface Children {
  /**
   * Gives a child a client of its own: one that was waiting, or a new one. A failure is reported and
   * does not come back here.
   */
  serve(connection: Connection): void;
  /** Waits until {@linkcode serve} may be called. */
  available(): void | Promise<void>;
  /** Waits until the last client was served and the last child has ended. */
  end(): void | Promise<void>;
}

/** What {@linkcode ForkedChildren.accept} gives when a child has ended, as `EINTR` says it, accept(2). */
export const INTERRUPTED = "interrupted";

/** The children of a server that forks. */
export interface ForkedChildren {
  /** Blocks until a client comes, or a child has ended; `null` once the server is stopping. */
  accept(): Connection | typeof INTERRUPTED | null;
  /**
   * fork(2). When that fails, the client is let go and the failure is reported.
   *
   * @returns in the child, what it has; in the parent, `undefined`
   */
  fork(connection: Connection): ForkedChild | undefined;
  /** Closes the parent's copy of a connection. The client notices nothing. */
  closeCopy(connection: Connection): void;
  /** wait(2) for a child that has ended, without blocking. @returns whether there was one */
  wait(): boolean;
  /** Blocks until the last child has ended, and has waited for all. */
  waitForAll(): void;
}

/** What the child of a fork has. */
export interface ForkedChild {
  /** The client, which the child alone serves. */
  readonly connection: Connection;
  readonly session: Session;
  /** To receive into. */
  readonly buffer: Uint8Array;
  /** Closes every descriptor but the connection's and the standard ones. */
  closeInherited(): void;
  sleep(ms: number): void;
  /** Why the client cannot be served. A reset is the client's own affair. */
  failed(error: unknown): void;
  /** Closes the connection and ends the process, _exit(2). */
  exit(): never;
}

/** Children that are forked before clients come and serve many each, in the process that forks them. */
export interface PreforkedChildren {
  /** Whether the server is not stopping. */
  readonly serving: boolean;
  /** Whether there are fewer children than `--workers`; not for a second after the system has refused one. */
  readonly isOneMissing: boolean;
  /**
   * fork(2). A failure is reported.
   *
   * @returns in the child, what it has; in the parent, `undefined`
   */
  fork(): PreforkedChild | undefined;
  /** Blocks until a child has ended, which it waits for, wait(2), or the server is stopping. */
  wait(): void;
  /**
   * {@linkcode wait}, or until a client comes while a child is free.
   *
   * @returns the client, to be passed; `null` when there is none
   */
  accept(): Connection | null;
  /** Sends the connection to a free child, SCM_RIGHTS of unix(7), and closes the parent's copy. */
  pass(connection: Connection): void;
  /** Blocks until the last child has ended. */
  waitForAll(): void;
}

/** One of {@linkcode PreforkedChildren}, as it sees itself. */
export interface PreforkedChild {
  /** Its own: what it counts, traces and reports is that of this process. */
  readonly context: ServerContext;
  /** The parent's listener, which all children have inherited. */
  readonly listener: Listener;
  /** To receive into. */
  readonly buffer: Uint8Array;
  /** Blocks until no other child has the lock, fcntl(2), or the server is stopping. */
  lock(): void;
  unlock(): void;
  /** Tells the parent that this child is free, and blocks until it passes a client; `null` at the end. */
  receiveClient(): Connection | null;
  /** Reports what went wrong beyond a client. */
  failed(error: unknown): void;
  /** Closes what is left and ends the process, _exit(2). */
  exit(): void;
}

/** A report beyond counters and trace. Plain data: it crosses to the supervisor. */
export type Notice =
  | { readonly kind: "out-of-descriptors"; readonly limit: number }
  | {
    readonly kind: "beyond-fd-setsize";
    readonly descriptor: number;
    readonly fdSetSize: number;
  }
  /** The system allows only a shorter backlog. */
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
    /** How often that has happened since the last notice. */
    readonly untold: number;
  }
  | {
    /** A worker of the model has failed, and another one takes its place. */
    readonly kind: "worker-failed";
    readonly worker: number;
    readonly reason: string;
  }
  /** There are descriptors for only so many workers. */
  | {
    readonly kind: "workers-limited";
    readonly wanted: number;
    readonly max: number;
    readonly limit: number;
  }
  | {
    /** A worker process has ended before its time. */
    readonly kind: "worker-ended";
    readonly pid: number;
    readonly signal: string | null;
    readonly code: number;
    /** The first of the clients that it had. */
    readonly peers: readonly string[];
    readonly clients: number;
  }
  /** The system allows no more processes. */
  | { readonly kind: "too-many-processes" }
  /** The system allows no more threads. */
  | { readonly kind: "too-many-threads" }
  /** The same, where they are forked beforehand. */
  | { readonly kind: "workers-missing"; readonly workers: number; readonly wanted: number }
  | { readonly kind: "clients-limited"; readonly max: number; readonly limit: number };
