import type { HandlerChoice } from "../handlers/handlers.ts";
import type { SimulatedCost } from "../handlers/simulated_cost.ts";
import type { SharedMemory } from "../metrics/memory.ts";
import type { Address, Connection } from "../sockets/interface.ts";
import type { ChildLimit } from "./child_limit.ts";
import type { ServerContext } from "./context.ts";

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
  /** The thread or process of this number serves the client from now on. */
  dispatched(connection: Connection, worker: number): void;
  /** Reports that no more than `max` clients can be served at a time. */
  clientsLimited(max: number): void;
  /** Starts child processes that inherit a client; `undefined` where sockets cannot be inherited. */
  readonly childService: ChildService | undefined;
}

/** The memory that a server shares with its live view. */
export interface Watching {
  readonly controls: SharedMemory;
  readonly trace: SharedMemory;
}

/** The supervisor's part in child processes, as the server sees it. */
export interface ChildService {
  readonly limit: ChildLimit;
  /** Has children started that wait for a client; when they are ready, the limit says so. */
  prepareSpares(): void;
  /** Has a child serve the client, for which a permit was taken. */
  serve(client: ClientForChild): void;
}

/** A client on its way to a child process. Plain data. */
export interface ClientForChild {
  /** See {@linkcode Connection.id}. */
  readonly id: number;
  readonly peer: Address;
  /** Its socket in this process, which is closed here when the child has it. */
  readonly descriptor: number;
}
