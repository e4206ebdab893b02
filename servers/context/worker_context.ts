import type { HandlerChoice } from "../handlers/handlers.ts";
import type { SimulatedCost } from "../handlers/simulated_cost.ts";
import type { SharedMemory } from "../metrics/memory.ts";
import type { Connection } from "../sockets/interface.ts";
import type { Model, ServerContext } from "./context.ts";

/** The server as its threads and child processes see it: they need more than the page of a model. */
export interface WorkerContext extends ServerContext {
  readonly handler: HandlerChoice;
  /** See `closeIdle()`. Children that serve clients do it themselves. */
  readonly idleTimeoutMs: number;
  /** What the handler is made to cost now. */
  readonly simulatedCost: SimulatedCost;
  /** Memory that workers need as well when the server is watched. */
  readonly watching: Watching | undefined;
  /** How many descriptors this process may have. */
  readonly descriptorLimit: number;
  /** The thread or process of this number serves the client from now on; a process has a `pid`. */
  dispatched(connection: Connection, worker: number, pid?: number): void;
  /** The thread of this number serves nobody any more. */
  threadEnded(number: number): void;
  /** Has a model that forks run for clients that are played, before the first client comes. */
  rehearse(model: Model): Promise<void> | undefined;
  /** Reports that no more than `max` clients can be served at a time. */
  clientsLimited(max: number): void;
}

/** The memory that a server shares with its live view. */
export interface Watching {
  readonly controls: SharedMemory;
  readonly trace: SharedMemory;
}
