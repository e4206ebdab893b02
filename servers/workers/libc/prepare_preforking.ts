import { ChildTable } from "../../context/child_table.ts";
import type { Model } from "../../context/context.ts";
import { WorkersMemory } from "../../context/forked_workers.ts";
import type { ServerSetup, SharedProcessMemory } from "../../context/protocol.ts";
import type { WorkerContext } from "../../context/worker_context.ts";
import { HandlerError } from "../../handlers/handler_error.ts";
import { isHandlerFile } from "../../handlers/handlers.ts";
import { needsEventLoop } from "../../handlers/traits.ts";
import type { Rooms } from "../../handlers/rooms.ts";
import type { Handler } from "../../handlers/session.ts";
import { Controls } from "../../metrics/controls.ts";
import { openMemory } from "../../metrics/memory.ts";
import { mapProcessMemory } from "../../metrics/process_memory.ts";
import { openProcessTrace } from "../../metrics/process_trace.ts";
import type { Recorder } from "../../metrics/recorder.ts";
import type { Sockets } from "../../sockets/interface.ts";
import { LibcListener } from "../../sockets/libc/listener.ts";
import { LibcSockets } from "../../sockets/libc/sockets.ts";
import { FileLock } from "../../system/file_lock.ts";
import { signalSet } from "../../system/signals.ts";
import { systemCalls } from "../../system/system_calls.ts";
import { FINISH_SIGNAL } from "../child_protocol.ts";
import { childRoomsFor } from "./prepare_rooms.ts";
import { playedSessions } from "./played_client.ts";
import { rehearsePreforking } from "./rehearse_preforking.ts";
import { LibcPreforkedChildren, type Preforking } from "./preforked_children.ts";

/** The parts of a server that its children have a copy of. */
interface ServerParts {
  readonly recorder: Recorder;
  readonly sockets: Sockets;
  /** Where messages to the supervisor go; children write theirs as well. */
  readonly messages: number;
  readonly handler: Handler;
  readonly rooms: Rooms;
}

/** What comes before the children. */
export interface Preparation {
  /** Makes it possible to fork them. */
  children(context: WorkerContext): LibcPreforkedChildren;
  /** Has V8 optimize the code that they will run. */
  rehearse(model: Model, context: WorkerContext): Promise<void>;
}

/**
 * Does what takes time before the children are forked.
 *
 * @returns what is done once there is a listener
 * @throws {HandlerError} when the handler needs an event loop
 * @throws {SystemCallError} when the memory cannot be mapped
 */
export async function preparePreforkedChildren(
  setup: ServerSetup,
  { descriptor, sizes }: SharedProcessMemory,
  { recorder, sockets, messages, handler, rooms }: ServerParts,
): Promise<Preparation> {
  if (!(sockets instanceof LibcSockets)) throw new Error("only the system's sockets are inherited");
  const { model, handler: { name }, options, descriptorLimit } = setup;
  const isFile = isHandlerFile(name);
  if (isFile && await needsEventLoop(name)) {
    throw new HandlerError(name, `it needs an event loop, and the children of ${model} have none`);
  }
  const memory = mapProcessMemory(descriptor, sizes);
  const isWatched = setup.controls !== undefined;
  const childRooms = await childRoomsFor(setup, rooms, Infinity);
  const relay = childRooms && new (await import("./room_relay.ts")).RoomRelay(systemCalls());
  const callCount = new Float64Array(1);
  const calls = systemCalls(callCount);
  let forking: Preforking | undefined;
  const prepare = (context: WorkerContext): Preforking => {
    if (!(context.listener instanceof LibcListener)) throw new Error("a listener of another kind");
    return forking ??= {
      ...{ context, recorder, handler, rooms, childRooms, relay },
      servesOneAtATime: model === "prefork",
      listener: context.listener,
      isHandlerFile: isFile,
      count: options.workers,
      passesClients: model === "prefork" && options.accept === "pass",
      lock: model === "prefork" && options.accept === "lock" ? new FileLock() : undefined,
      kept: [messages],
      ...{ calls, callCount },
      buffer: new Uint8Array(setup.listen.recvSizeBytes),
      stats: openMemory(memory.stats),
      trace: openProcessTrace(memory.trace),
      controls: isWatched ? new Controls(openMemory(memory.controls)) : undefined,
      workers: new WorkersMemory(memory.workers, { workers: options.workers, descriptorLimit }),
      table: new ChildTable(openMemory(memory.children)),
      descriptors: sockets.table,
      signals: signalSet([FINISH_SIGNAL]),
    };
  };
  return {
    children: (context) => new LibcPreforkedChildren(prepare(context)),
    rehearse: (load, context) =>
      rehearsePreforking(load, prepare(context), playedSessions(setup.handler, handler)),
  };
}
