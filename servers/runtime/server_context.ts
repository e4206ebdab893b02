/**
 * What the page of a model is given: sockets, sessions, and the workers that it asks for.
 *
 * @module
 */

import { isHandlerFile } from "../handlers/handlers.ts";
import { refuse } from "../handlers/refusal.ts";
import { Rooms } from "../handlers/rooms.ts";
import type { Handler, Session } from "../handlers/session.ts";
import type { Controls } from "../metrics/controls.ts";
import { openMemory } from "../metrics/memory.ts";
import type { RareEvents } from "../metrics/rare_recorder.ts";
import { Recorder } from "../metrics/recorder.ts";
import { openProcessTrace } from "../metrics/process_trace.ts";
import { TraceWriter } from "../metrics/trace.ts";
import { COUNTER, openCounters } from "../metrics/counters.ts";
import { isOutOfDescriptors } from "../sockets/accept_errors.ts";
import { DescriptorTable } from "../sockets/libc/descriptor_table.ts";
import { type Connection, ConnectionReset, formatAddress } from "../sockets/interface.ts";
import type { Address, Sockets } from "../sockets/interface.ts";
import type { Observer } from "../sockets/observer.ts";
import type { ModelName, Notice } from "../context/context.ts";
import type { ThreadRooms } from "../context/room_port.ts";
import type { ServerSetup } from "../context/protocol.ts";
import { Sessions } from "../context/sessions.ts";
import { modelEntry, whyNothingIsShared } from "../registry.ts";
import type { Forking, PartsToFork } from "./prepare_to_fork.ts";
import { startersOf } from "./starting.ts";
import { describeThrown } from "../system/thrown.ts";
import type { WorkerContext } from "../context/worker_context.ts";
import {
  lockOf,
  makeHandles,
  makeListener,
  openWhileServing,
  type Tell,
  WorkersOfServer,
} from "./server_workers.ts";

/** The server's own block of the counters, and its number in the trace. */
const SERVER = 0;

/** What the context of a server, or of one of its workers, needs from outside. */
export interface Outside {
  readonly handler: Handler;
  /** Given when the server is watched. */
  readonly controls: Controls | undefined;
  /** Sends a message to the supervisor. */
  readonly tell: Tell;
}

/** A context, and what only the server itself does with it. */
export interface ServerParts {
  readonly context: WorkerContext;
  readonly workers: WorkersOfServer;
  /** Of a worker that fails: resets its clients, and lets others go on. No client is accepted until the
   * supervisor resumes that, see {@linkcode ClientCount.pause}. */
  abandon(): void | Promise<void>;
}

/**
 * Makes sockets, and the context that the page of the model is given.
 *
 * @throws whatever listening throws
 */
export async function makeContext(setup: ServerSetup, outside: Outside): Promise<ServerParts> {
  const { handler, controls, tell } = outside;
  const notify = (notice: Notice) => tell({ kind: "notice", notice });
  const recorder = makeRecorder(setup, outside, notify, () => listener.address);
  const sockets = await makeSockets(setup, recorder);
  const listener = await makeListener(setup, sockets, recorder);
  const workers = new WorkersOfServer();
  const lock = lockOf(setup, recorder);
  const joined = await makeRooms(setup);
  const { rooms } = joined;
  if ("open" in joined && servesOneAtATime(setup.model)) openWhileServing(joined, listener, lock);
  const sessions = new Sessions(
    handler,
    rooms,
    (connection, error) => reportFailed(setup, connection, error, notify),
  );
  const watch = controls && await sessionWatcher(setup, recorder, controls);
  const newSession = (connection: Connection) => {
    const session = sessions.begin(connection);
    return watch === undefined ? session : watch(session, connection);
  };
  const handles = await makeHandles(setup, sockets, listener, newSession);
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const forking = await forkingOf(setup, { handler, recorder, sockets, rooms, tell });
  const context: WorkerContext = {
    sockets,
    listener,
    ...settingsOf(setup),
    get simulatedCost() {
      return controls ?? setup.handler;
    },
    newSession,
    ...startersOf(setup, () => context, { workers, recorder, rooms, sockets, forking, tell }),
    lock,
    ledHandles: () => {
      if (handles === undefined) throw new Error("nobody leads here");
      return handles;
    },
    ...reportsOf(setup, recorder, tell),
    sleepThread: (ms) => void Atomics.wait(sleeper, 0, 0, ms),
    clientFailed: (connection, error) => sessions.failed(connection, error),
  };
  const abandon = () => {
    // What it gives back is for the worker that takes its place, so that others accept no clients with it.
    new DescriptorTable(setup.descriptors).count.pause();
    const abandoned = sockets.abandon();
    lock.release();
    handles?.abandon();
    return abandoned;
  };
  return { context, workers, abandon };
}

/** What a page reports by its context. */
function reportsOf(
  { handler, descriptorLimit: limit }: ServerSetup,
  recorder: Recorder,
  tell: Tell,
) {
  const notify = (notice: Notice) => tell({ kind: "notice", notice });
  return {
    notify,
    dispatched: recorder.dispatched.bind(recorder),
    threadEnded: recorder.ended.bind(recorder),
    refuse: (connection: Connection) => {
      recorder.shed();
      refuse(connection, handler.name);
    },
    stop: () => tell({ kind: "stop-asked" }),
    clientsLimited: (max: number) => notify({ kind: "clients-limited", max, limit }),
  };
}

/** What the context has of the settings of the server. */
function settingsOf({ listen: { recvSizeBytes }, ...setup }: ServerSetup) {
  const { options, handler, idleTimeoutMs, descriptorLimit, controls, trace } = setup;
  const watching = controls && { controls, trace };
  return { recvSizeBytes, options, handler, idleTimeoutMs, descriptorLimit, watching };
}

/** @param addressOf called when the model waits for its first client */
function makeRecorder(
  setup: ServerSetup,
  { controls, tell }: Outside,
  notify: (notice: Notice) => void,
  addressOf: () => Address,
): Recorder {
  const { descriptorLimit: limit, listen: { descriptorsBelow: fdSetSize } } = setup;
  const table = new DescriptorTable(setup.descriptors);
  const rareEvents: RareEvents = {
    beganToWait: () => tell({ kind: "listening", ...addressOf() }),
    outOfDescriptors: () => notify({ kind: "out-of-descriptors", limit }),
    beyondFdSetSize: (descriptor) => notify({ kind: "beyond-fd-setsize", descriptor, fdSetSize }),
    acceptFailed: (error) => notify({ kind: "accept-failed", reason: error.message }),
    isIdle: () => table.count.open === 0,
  };
  const number = setup.worker?.number ?? SERVER;
  const forks = setup.processMemory !== undefined;
  const trace = forks ? openProcessTrace(setup.trace) : new TraceWriter(openMemory(setup.trace));
  return new Recorder(openMemory(setup.stats), trace, rareEvents, number, number, controls);
}

/** The code of a kind of sockets is loaded only where it is used. */
async function makeSockets(
  setup: ServerSetup,
  observer: Observer,
): Promise<Sockets> {
  const number = setup.worker?.number ?? SERVER;
  const table = new DescriptorTable(setup.descriptors, number);
  if (setup.sockets === "deno") {
    const { DenoSockets } = await import("../sockets/deno/sockets.ts");
    return new DenoSockets(observer, table.count);
  }
  const { LibcSockets } = await import("../sockets/libc/sockets.ts");
  const { systemCalls } = await import("../system/system_calls.ts");
  const counters = openCounters(openMemory(setup.stats), number);
  const calls = systemCalls(counters.subarray(COUNTER.systemCalls));
  const sockets = new LibcSockets(observer, table, setup.listen.recvSizeBytes, calls);
  // The child of a fork has no event loop.
  const hasPromises = isHandlerFile(setup.handler.name) && setup.processMemory === undefined;
  if (hasPromises || setup.rooms !== undefined) {
    const { runEventLoop } = await import("../sockets/libc/run_event_loop.ts");
    runEventLoop(sockets);
  }
  return sockets;
}

/** Loaded only for a server that is watched. */
async function sessionWatcher(
  { handler }: ServerSetup,
  recorder: Recorder,
  controls: Controls,
): Promise<(session: Session, client: Connection) => Session> {
  const { WatchedSession } = await import("../context/watched_session.ts");
  const maySleep = isHandlerFile(handler.name);
  return (session, { id }) => new WatchedSession(session, controls, recorder, id, maySleep);
}

/** Loaded only for a server that forks. */
async function forkingOf(setup: ServerSetup, parts: PartsToFork): Promise<Forking | undefined> {
  const { processMemory } = setup;
  if (processMemory === undefined) return undefined;
  const { prepareToFork } = await import("./prepare_to_fork.ts");
  return await prepareToFork(setup, processMemory, parts);
}

/** Where the clients meet. */
async function makeRooms({ model, rooms }: ServerSetup): Promise<ThreadRooms | { rooms: Rooms }> {
  if (rooms !== undefined) {
    const joined = new (await import("../context/room_port.ts")).ThreadRooms(rooms);
    // A thread that blocks in accept hears nothing; it joins the others when it has a client.
    if (!servesOneAtATime(model)) await joined.open();
    return joined;
  }
  return { rooms: Rooms.sharingNothing(whyNothingIsShared(model)) };
}

/** Whether a worker of the model blocks until its next client comes. */
function servesOneAtATime(model: ModelName): boolean {
  return modelEntry(model).servedBy === "thread";
}

function reportFailed(
  { descriptorLimit }: ServerSetup,
  connection: Connection,
  thrown: unknown,
  notify: (notice: Notice) => void,
): void {
  const error = connection.explain(thrown);
  if (error instanceof ConnectionReset) return;
  if (isOutOfDescriptors(error)) {
    notify({ kind: "out-of-descriptors", limit: descriptorLimit });
    return;
  }
  notify({
    kind: "client-failed",
    peer: formatAddress(connection.peer),
    reason: describeThrown(error),
  });
}
