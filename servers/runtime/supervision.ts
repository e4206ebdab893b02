/**
 * What a server is supervised with.
 *
 * @module
 */

import type { Messages } from "../../cli/messages.ts";
import type { Notice } from "../context/context.ts";
import type { ServerSetup } from "../context/protocol.ts";
import { Controls } from "../metrics/controls.ts";
import { openMemory } from "../metrics/memory.ts";
import type { LogOptions } from "./log.ts";
import type { Memories } from "./memories.ts";
import type { Reporter } from "./reporter.ts";
import type { View, WatchedServer } from "./view.ts";

/** Notices that are reported only once, however often they come. */
export const SAID_ONCE: readonly Notice["kind"][] = [
  "out-of-descriptors",
  "beyond-fd-setsize",
  "clients-limited",
  "too-many-processes",
  "too-many-threads",
  "workers-limited",
  "workers-missing",
];

/** The options of `supervise()`. */
export interface Supervision {
  readonly setup: Omit<ServerSetup, keyof Memories>;
  readonly graceMs: number;
  readonly log: LogOptions | undefined;
  /** Whether the totals include the resources that the server used. */
  readonly stats: boolean;
  readonly reporter: Reporter;
  readonly messages: Messages;
  /** Opens a view of the server, if one is wanted. */
  readonly openView?: (server: WatchedServer) => View;
}

/** When a server is watched, only the controls hold the simulated cost of its handler. */
export function serverSetup(setup: Supervision["setup"], memories: Memories): ServerSetup {
  if (memories.controls === undefined) return { ...setup, ...memories };
  new Controls(openMemory(memories.controls)).setSimulatedCost(setup.handler);
  return { ...setup, ...memories, handler: { ...setup.handler, sleepMs: 0, cpuMs: 0 } };
}
