import type { ForkedChildren, Model, PreforkedChildren } from "../context/context.ts";
import type { FromServer, ServerSetup, SharedProcessMemory } from "../context/protocol.ts";
import type { WorkerContext } from "../context/worker_context.ts";
import type { Rooms } from "../handlers/rooms.ts";
import type { Handler } from "../handlers/session.ts";
import type { Recorder } from "../metrics/recorder.ts";
import { modelEntry } from "../registry.ts";
import type { Sockets } from "../sockets/interface.ts";
import { FORKING_DESCRIPTORS } from "./forking_protocol.ts";

/** The parts of a server that its children have a copy of. */
export interface PartsToFork {
  readonly handler: Handler;
  readonly recorder: Recorder;
  readonly sockets: Sockets;
  readonly rooms: Rooms;
  tell(message: FromServer): void;
}

/** What a server that forks makes its children with: one for each client, or those beforehand. */
export interface Forking {
  readonly forEach?: (context: WorkerContext) => ForkedChildren;
  readonly beforehand?: (context: WorkerContext) => PreforkedChildren;
  /** Has V8 optimize the code that the children will run. */
  rehearse(model: Model, context: WorkerContext): Promise<void>;
}

/**
 * Loads the code that makes children, before the first client comes.
 *
 * @param processMemory what the server shares with its children
 * @throws {HandlerError} when the handler cannot be used in a child
 * @throws {SystemCallError} when the system refuses the memory that they share
 */
export async function prepareToFork(
  setup: ServerSetup,
  processMemory: SharedProcessMemory,
  parts: PartsToFork,
): Promise<Forking> {
  if (modelEntry(setup.model).forks === "beforehand") {
    const { preparePreforkedChildren } = await import("../workers/libc/prepare_preforking.ts");
    const { messages } = FORKING_DESCRIPTORS;
    const prepare = preparePreforkedChildren(setup, processMemory, { ...parts, messages });
    const { children, rehearse } = await prepare;
    return { beforehand: children, rehearse };
  }
  const { prepareForkedChildren } = await import("../workers/libc/prepare_forking.ts");
  const { children, rehearse } = await prepareForkedChildren(setup, processMemory, parts);
  return { forEach: children, rehearse };
}
