/**
 * The messages between the supervisor and the Worker of the server. All of them are rare: what happens
 * often goes through shared memory.
 *
 * @module
 */

import type { HandlerChoice } from "../handlers/handlers.ts";
import type { Address, InheritedListener, ListenOptions } from "../sockets/interface.ts";
import type { SharedMemory } from "../metrics/memory.ts";
import type { ProcessMemorySizes } from "../metrics/process_memory.ts";
import type { ModelName, ModelOptions, Notice } from "./context.ts";
import type { RoomsOfThread } from "./room_port.ts";
import type { ThreadPlan } from "./threads.ts";

/** The socket kinds by name. */
export type SocketKind = "deno" | "libc";

/** The settings of a server, and the memory that it shares. */
export interface ServerSetup {
  readonly model: ModelName;
  readonly sockets: SocketKind;
  readonly listen: ListenOptions;
  readonly handler: HandlerChoice;
  readonly options: ModelOptions;
  readonly idleTimeoutMs: number;
  readonly descriptorLimit: number;
  readonly stats: SharedMemory;
  /** Of a `DescriptorTable`, when the socket kind is `libc`. */
  readonly descriptors: SharedArrayBuffer;
  readonly trace: SharedMemory;
  /** What all of that lies in, when the server forks. */
  readonly processMemory: SharedProcessMemory | undefined;
  /** Of `Controls`, when the server is watched; then they alone hold the simulated cost. */
  readonly controls: SharedMemory | undefined;
  /** Given when this is not the server itself, but one of its workers. */
  readonly worker?: WorkerShare;
  /** Given to a worker whose clients meet those of other threads. */
  readonly rooms?: RoomsOfThread;
}

/** What a worker of a model has, beside what it shares with the server. */
export interface WorkerShare {
  /** From 1 on: of its block of counters, its records in the trace, and its place in other tables. */
  readonly number: number;
  /** Of the {@linkcode Mutex} of all workers. */
  readonly lock: SharedArrayBuffer;
  /** Where its clients come from. */
  readonly clients:
    | ({ readonly from: "port" } & Address)
    | {
      readonly from: "listener";
      readonly listener: InheritedListener;
      readonly led?: LedBy;
    }
    | ({ readonly from: "page" } & HandedClients);
}

/** What threads use that take turns at waiting. */
export interface LedBy {
  /** Of a `Team`. */
  readonly memory: SharedArrayBuffer;
  readonly threads: number;
  /** Of the epoll, of the listener in it, and of what wakes the leader, which is in it as well. */
  readonly epoll: number;
  readonly listener: number;
  readonly waker: number;
}

/** How the page of a model hands clients to a worker. */
export interface HandedClients {
  /** Of a `ClientQueue`. */
  readonly queue: SharedArrayBuffer;
  /** Readable while clients are in the queue, eventfd(2). */
  readonly descriptor: number;
  /** Where the page accepts them. */
  readonly address: Address;
}

/** Memory that a server in a process of its own shares with its supervisor. */
export interface SharedProcessMemory {
  /** The descriptor that stands for it in the process of the supervisor. */
  readonly descriptor: number;
  readonly sizes: ProcessMemorySizes;
}

/** Threads that a server asks its supervisor for, because it blocks and cannot make them itself. */
export interface ThreadsWanted {
  readonly plan: ThreadPlan;
  /** Of a `ClientQueue`, out of which they take their clients. */
  readonly queue: SharedArrayBuffer;
}

/** The settings of a client's thread on the system's sockets, and the memory that it shares. */
export interface ThreadSetup extends Pick<ServerSetup, "handler" | "descriptors" | "controls"> {
  readonly stats: SharedArrayBuffer;
  readonly trace: SharedArrayBuffer;
  readonly recvSizeBytes: number;
  readonly plan: ThreadPlan;
  readonly queue: SharedArrayBuffer;
  /** The number of this thread in the trace. */
  readonly number: number;
  /** The block of counters that this thread writes. */
  readonly statsBlock: number;
  /** Given when its client meets those of other threads. */
  readonly rooms?: RoomsOfThread;
}

/** The memory of a thread that runs the handler. */
export interface HandlerThreadChannel {
  readonly shared: SharedArrayBuffer;
  readonly own: SharedArrayBuffer;
  readonly requests: SharedArrayBuffer;
  readonly answers: SharedArrayBuffer;
}

/** A thread that runs the handler for clients whose sockets the server's loop has. */
export interface HandlerThreadWanted {
  /** Its number in the trace, and of its block of counters. */
  readonly number: number;
  readonly channel: HandlerThreadChannel;
  /** By which it wakes the loop: the descriptor of an eventfd, or where to post a message. */
  readonly doorbell: number | MessagePort;
  /** By which the loop wakes it, when its event loop turns while it waits. */
  readonly waker: MessagePort | undefined;
}

/** What is transferred with it. */
export function portsOf({ doorbell, waker }: HandlerThreadWanted): MessagePort[] {
  return [doorbell, waker].filter((port) => port instanceof MessagePort);
}

/** A loop wants a thread. */
export type LoopsThreadWanted =
  | { readonly kind: "handler-thread-wanted"; readonly wanted: HandlerThreadWanted }
  | { readonly kind: "sender-wanted"; readonly wanted: SenderWanted };

/** The settings of a thread that runs the handler, and the memory that it shares. */
export interface HandlerThreadSetup
  extends Pick<ServerSetup, "handler" | "stats" | "trace" | "controls" | "rooms"> {
  readonly wanted: HandlerThreadWanted;
}

/** The thread that sends what the threads that run the handler have answered. */
export interface SenderWanted {
  /** The number of its block of counters. */
  readonly number: number;
  /** The rings that it reads. */
  readonly answers: readonly SharedArrayBuffer[];
  /** The ring by which it tells the loop what is done. */
  readonly results: SharedArrayBuffer;
  /** What it shares with the threads, and with the loop. */
  readonly shared: SharedArrayBuffer;
  readonly loopShared: SharedArrayBuffer;
  /** The descriptors of the eventfd that wakes it, and of the one by which it wakes the loop. */
  readonly waitsFor: number;
  readonly doorbell: number;
}

/** The settings of that thread, and the memory that it shares. */
export interface SenderSetup extends Pick<ServerSetup, "stats" | "trace" | "descriptors"> {
  readonly wanted: SenderWanted;
}

/** A message from a client's thread to the supervisor. */
export type FromThread =
  /** Its code runs. */
  | { readonly kind: "begun" }
  | { readonly kind: "notice"; readonly notice: Notice }
  /** It is not kept, or there are no more clients. */
  | { readonly kind: "ended" }
  /** It could not begin. */
  | { readonly kind: "failed"; readonly reason: string };

/** A message from the supervisor to the server. */
export type ToServer =
  | { readonly kind: "start"; readonly setup: ServerSetup }
  /** Stop; clients have `graceMs` to finish. Sent again, it shortens the grace. */
  | { readonly kind: "stop"; readonly graceMs: number }
  /** All workers wait for clients, or all have ended. */
  | { readonly kind: "workers-wait" }
  | { readonly kind: "workers-ended" }
  /** Give a sign of life, through the controls. */
  | { readonly kind: "answer" };

/** A message from the server to the supervisor. */
export type FromServer =
  | { readonly kind: "listening"; readonly host: string; readonly port: number }
  | { readonly kind: "failed"; readonly failure: StartFailure }
  /** Start a thread that talks with the server through this port. */
  | { readonly kind: "thread-wanted"; readonly number: number; readonly port: MessagePort }
  | LoopsThreadWanted
  /** It has no client, and gets none any more. */
  | { readonly kind: "thread-over"; readonly number: number }
  | { readonly kind: "threads-wanted"; readonly wanted: ThreadsWanted }
  /** Start a worker with each of these. */
  | { readonly kind: "workers-wanted"; readonly shares: readonly WorkerShare[] }
  /** A client is in the queue, and threads are missing; sent again only when the last was answered. */
  | { readonly kind: "client-came" }
  /** The server has received `stop`. */
  | { readonly kind: "stop-heard" }
  /** A model asks to be stopped. */
  | { readonly kind: "stop-asked" }
  | { readonly kind: "notice"; readonly notice: Notice }
  /** Another program serves a client, and must not outlive the supervisor. */
  | { readonly kind: "program-started"; readonly pid: number }
  | { readonly kind: "program-ended"; readonly pid: number }
  | { readonly kind: "stopped" }
  /** The server is a process, which loads what it needs. */
  | { readonly kind: "process-started"; readonly pid: number }
  /** The process of the server has ended. */
  | { readonly kind: "process-ended" }
  /** The model itself has failed, which no client should be able to cause. */
  | {
    readonly kind: "crashed";
    readonly detail: string;
    /** Whether no client is accepted until the supervisor resumes that, see `ClientCount.pause()`. */
    readonly hasPaused?: boolean;
  };

/** Why a server did not start. */
export type StartFailure =
  | { readonly reason: "handler"; readonly path: string; readonly detail: string }
  | {
    readonly reason:
      | "address-in-use"
      | "no-such-host"
      | "permission"
      | "address-not-here"
      | "children-cannot-close"
      | "other";
    readonly detail: string;
  };
