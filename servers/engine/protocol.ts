/**
 * What the supervisor and the engine say to each other. All of it is rare: what happens often goes
 * through shared memory.
 *
 * @module
 */

import type { HandlerChoice } from "../handlers/handlers.ts";
import type { ModelName } from "../registry.ts";
import type { ListenOptions } from "../sockets/interface.ts";
import type { SharedMemory } from "../shared_memory/memory.ts";
import type { ClientForChild, ModelOptions, Notice } from "./model.ts";

/** The socket kinds by name. */
export type SocketKind = "deno" | "libc";

/** Everything an engine needs to know. */
export interface EngineSetup {
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
  /** Of `ChildSeats`, when children inherit their clients. */
  readonly childSeats: SharedArrayBuffer | undefined;
}

/** From the supervisor to the engine. */
export type ToEngine =
  | { readonly kind: "start"; readonly setup: EngineSetup }
  /** Stop; clients have `graceMs` to finish. Said again, it shortens the grace. */
  | { readonly kind: "stop"; readonly graceMs: number };

/** From the engine to the supervisor. */
export type FromEngine =
  | { readonly kind: "listening"; readonly host: string; readonly port: number }
  | { readonly kind: "failed"; readonly failure: StartFailure }
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

/** Why an engine did not start. */
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
