import { ChildTable, maxChildren } from "../../context/child_table.ts";
import type { Model } from "../../context/context.ts";
import type { FromServer, ServerSetup, SharedProcessMemory } from "../../context/protocol.ts";
import type { WorkerContext } from "../../context/worker_context.ts";
import { isHandlerFile } from "../../handlers/handlers.ts";
import { needsEventLoop } from "../../handlers/traits.ts";
import type { Rooms } from "../../handlers/rooms.ts";
import type { Handler } from "../../handlers/session.ts";
import { openMemory } from "../../metrics/memory.ts";
import { mapProcessMemory } from "../../metrics/process_memory.ts";
import type { Recorder } from "../../metrics/recorder.ts";
import type { Sockets } from "../../sockets/interface.ts";
import { LibcSockets } from "../../sockets/libc/sockets.ts";
import { fork } from "../../system/fork.ts";
import { systemCalls } from "../../system/system_calls.ts";
import { signalSet } from "../../system/signals.ts";
import { FINISH_SIGNAL } from "../child_protocol.ts";
import { type Forking, LibcForkedChildren } from "./forked_children.ts";
import { childRoomsFor, rehearseRooms } from "./prepare_rooms.ts";
import { playedSessions } from "./played_client.ts";
import { type PlayedParts, rehearseForking } from "./rehearse_forking.ts";
import { ClientServing } from "./own_client.ts";

/** The parts of a server that its children have a copy of. */
interface ServerParts {
  readonly handler: Handler;
  readonly recorder: Recorder;
  readonly sockets: Sockets;
  readonly rooms: Rooms;
  tell(message: FromServer): void;
}

/** What comes before the first client. */
export interface Preparation {
  /** Makes it possible to fork. */
  children(context: WorkerContext): LibcForkedChildren;
  /** Has V8 optimize the code that the children will run. */
  rehearse(model: Model, context: WorkerContext): Promise<void>;
}

/**
 * Does what takes time before the first client comes.
 *
 * @returns what is done once there is a listener
 * @throws {HandlerError} when the handler's file cannot be used
 * @throws {SystemCallError} when the memory cannot be mapped
 */
export async function prepareForkedChildren(
  setup: ServerSetup,
  { descriptor, sizes }: SharedProcessMemory,
  { handler, recorder, sockets, rooms, tell }: ServerParts,
): Promise<Preparation> {
  if (!(sockets instanceof LibcSockets)) throw new Error("only the system's sockets are inherited");
  const { descriptorLimit, idleTimeoutMs, listen: { recvSizeBytes } } = setup;
  const { name } = setup.handler;
  const isWatched = setup.controls !== undefined;
  const isFile = isHandlerFile(name);
  const makeCommand = isFile && await needsEventLoop(name)
    ? (await import("../child_role.ts")).childCommand
    : undefined;
  const childRooms = await childRoomsFor(setup, rooms, idleTimeoutMs);
  const memory = mapProcessMemory(descriptor, sizes);
  const serving = new ClientServing(
    memory,
    { recvSizeBytes, idleTimeoutMs, isWatched },
    descriptorLimit,
    childRooms,
  );
  const relay = childRooms && new (await import("./room_relay.ts")).RoomRelay(systemCalls());
  if (childRooms !== undefined && relay !== undefined) rehearseRooms(childRooms, relay);
  const forkingIn = (context: WorkerContext, played?: PlayedParts): Forking => ({
    ...{ context, setup, recorder, memory, sizes, serving, isWatched, handler, rooms, childRooms },
    ...{ relay, makeCommand, fork },
    descriptors: sockets.table,
    signals: signalSet([FINISH_SIGNAL]),
    isHandlerFile: isFile,
    records: serving.records,
    table: new ChildTable(openMemory(memory.children)),
    maxChildren: maxChildren(descriptorLimit),
    programStarted: (pid) => tell({ kind: "program-started", pid }),
    programEnded: (pid) => tell({ kind: "program-ended", pid }),
    ...played,
  });
  return {
    children: (context) => new LibcForkedChildren(forkingIn(context)),
    rehearse: async (model, context) => {
      if (makeCommand !== undefined || setup.options.exec.length > 0) return; // other programs
      const played = playedSessions(setup.handler, handler);
      const forkingWith = (parts: PlayedParts) => forkingIn(context, parts);
      await rehearseForking(model, context, forkingWith, played);
    },
  };
}
