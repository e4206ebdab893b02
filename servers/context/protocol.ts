/**
 * What the supervisor and the server say to each other. All of it is rare: what happens often goes
 * through shared memory.
 *
 * @module
 */

import type { HandlerChoice } from "../handlers/handlers.ts";
import type { ListenOptions } from "../sockets/interface.ts";
import type { SharedMemory } from "../metrics/memory.ts";
import type { ModelName, ModelOptions, Notice } from "./context.ts";
import type { ThreadPlan } from "./threads.ts";
import type { ClientForChild } from "./worker_context.ts";

/** The socket kinds by name. */
export type SocketKind = "deno" | "libc";

/** Everything a server needs to know. */
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
  /** Of `ChildLimit`, when children inherit their clients. */
  readonly childLimit: SharedArrayBuffer | undefined;
  /** Of `Controls`, when the server is watched; then the handler has no other burden than theirs. */
  readonly controls: SharedMemory | undefined;
}

/** Threads that a server wants which cannot make them itself, because it blocks. */
export interface ThreadsWanted {
  readonly plan: ThreadPlan;
  /** How many there may be. */
  readonly max: number;
  /** Of a `ClientQueue`, out of which they take their clients. */
  readonly queue: SharedArrayBuffer;
}

/** Everything that a client's thread on the system's sockets needs to know. */
export interface ThreadSetup
  extends Pick<ServerSetup, "handler" | "stats" | "trace" | "descriptors" | "controls"> {
  readonly recvSizeBytes: number;
  readonly clientsEach: ThreadPlan["clientsEach"];
  readonly queue: SharedArrayBuffer;
  /** Which block of the counters is this thread's. */
  readonly statsBlock: number;
}

/** From a client's thread to the supervisor. */
export type FromThread =
  | { readonly kind: "notice"; readonly notice: Notice }
  /** It has served its client, or there are no more. */
  | { readonly kind: "ended" }
  /** It could not begin. */
  | { readonly kind: "failed"; readonly reason: string };

/** From the supervisor to the server. */
export type ToServer =
  | { readonly kind: "start"; readonly setup: ServerSetup }
  /** Stop; clients have `graceMs` to finish. Said again, it shortens the grace. */
  | { readonly kind: "stop"; readonly graceMs: number }
  /** Give a sign of life, through the controls. */
  | { readonly kind: "answer" };

/** From the server to the supervisor. */
export type FromServer =
  | { readonly kind: "listening"; readonly host: string; readonly port: number }
  | { readonly kind: "failed"; readonly failure: StartFailure }
  | { readonly kind: "threads-wanted"; readonly wanted: ThreadsWanted }
  /** A client is in their queue; said again only when the last time was heard. */
  | { readonly kind: "client-came" }
  /** What was said of the end has been heard. */
  | { readonly kind: "stop-heard" }
  /** A model asks to be stopped. */
  | { readonly kind: "stop-asked" }
  | { readonly kind: "notice"; readonly notice: Notice }
  /** Children are to be started that wait for a client. */
  | { readonly kind: "prepare-spares" }
  /** A client is to be served by a child process. */
  | { readonly kind: "client-for-child"; readonly client: ClientForChild }
  | { readonly kind: "stopped" }
  /** The model itself has failed, which no client should be able to bring about. */
  | { readonly kind: "crashed"; readonly detail: string };

/** Why a server did not start. */
export type StartFailure =
  | { readonly reason: "handler"; readonly path: string; readonly detail: string }
  | {
    readonly reason:
      | "address-in-use"
      | "no-such-host"
      | "permission"
      | "address-not-here"
      | "other";
    readonly detail: string;
  };
