/**
 * What the page of a model is given: sockets, sessions, and the workers that it asks for.
 *
 * @module
 */

import { isHandlerFile, keepsState } from "../handlers/handlers.ts";
import type { Handler, Session } from "../handlers/session.ts";
import type { Controls } from "../metrics/controls.ts";
import { openMemory } from "../metrics/memory.ts";
import { type RareEvents, Recorder } from "../metrics/recorder.ts";
import { COUNTER, openCounters } from "../metrics/counters.ts";
import { isOutOfDescriptors } from "../sockets/accept_errors.ts";
import { DescriptorTable } from "../sockets/libc/descriptor_table.ts";
import { type Connection, ConnectionReset, formatAddress } from "../sockets/interface.ts";
import type { Address, Listener, Sockets } from "../sockets/interface.ts";
import type { Observed, Observer } from "../sockets/observer.ts";
import type { ForkedChildren, Notice } from "../context/context.ts";
import { Mutex, MUTEX_BYTES } from "../context/mutex.ts";
import type { FromServer, ServerSetup } from "../context/protocol.ts";
import type { ThreadPlan, Threads } from "../context/threads.ts";
import type { WorkersPlan } from "../context/workers.ts";
import { describeThrown } from "../system/thrown.ts";
import type { WorkerContext } from "../context/worker_context.ts";
import { WatchedSession } from "../context/watched_session.ts";
import type { LibcLedHandles } from "../workers/libc/led_handles.ts";
import { StartedWorkers } from "../workers/workers.ts";

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

/** @param transfer what the message hands over; none by default */
export type Tell = (message: FromServer, transfer?: Transferable[]) => void;

/** A context, and what only the server itself does with it. */
export interface ServerParts {
  readonly context: WorkerContext;
  readonly workers: WorkersOfServer;
  /** Of a worker that fails: resets its clients, and lets others go on. */
  abandon(): void;
}

/** The workers that the page has started, if it has. */
export class WorkersOfServer {
  #started: StartedWorkers | undefined = undefined;

  /** @returns the workers, when all of them wait for clients */
  async start(workers: StartedWorkers): Promise<StartedWorkers> {
    this.#started = workers;
    await workers.ready;
    return workers;
  }

  /** The supervisor says so of all of them. */
  hear(kind: "workers-wait" | "workers-ended"): void {
    if (kind === "workers-wait") this.#started?.wait();
    else this.#started?.end();
  }
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
  const newSession = ({ id }: Pick<Connection, "id">) =>
    watched(beginSession(handler), setup, recorder, id, controls);
  const handles = await makeHandles(setup, sockets, listener, newSession);
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const makeForkedChildren = await prepareToFork(setup, outside, recorder, sockets);
  const context: WorkerContext = {
    sockets,
    listener,
    recvSizeBytes: setup.listen.recvSizeBytes,
    options: setup.options,
    handler: setup.handler,
    idleTimeoutMs: setup.idleTimeoutMs,
    get simulatedCost() {
      return controls ?? setup.handler;
    },
    descriptorLimit: setup.descriptorLimit,
    watching: setup.controls && { controls: setup.controls, trace: setup.trace },
    newSession,
    startThreads: (plan) => startThreads(setup, context, plan, tell),
    startWorkers: async (plan) => {
      const started = await workers.start(await startWorkers(setup, context, plan, tell));
      if (plan.listener !== "handed") recorder.waiting(); // otherwise the page waits
      return started;
    },
    lock,
    get handles() {
      if (handles === undefined) throw new Error("nobody leads here");
      return handles;
    },
    startChildren: async () => {
      const { DenoChildren } = await import("../workers/deno/children.ts");
      return await DenoChildren.start(context);
    },
    forkedChildren: () => {
      if (makeForkedChildren === undefined) throw new Error("this server cannot fork");
      return makeForkedChildren(context);
    },
    dispatched: (connection, worker, pid) => recorder.dispatched(connection, worker, pid),
    sleepThread: (ms) => void Atomics.wait(sleeper, 0, 0, ms),
    stop: () => tell({ kind: "stop-asked" }),
    clientFailed: (connection, error) => reportFailed(setup, connection, error, notify),
    notify,
    clientsLimited: (max) => notify({ kind: "clients-limited", max, limit: setup.descriptorLimit }),
  };
  const abandon = () => {
    sockets.abandon();
    lock.release();
    handles?.abandon();
  };
  return { context, workers, abandon };
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
  const [stats, trace] = [openMemory(setup.stats), openMemory(setup.trace)];
  return new Recorder(stats, trace, rareEvents, number, number, controls);
}

/** Who waits for the lock waits for a client, too. */
function lockOf({ worker }: ServerSetup, recorder: Recorder): Pick<Mutex, "acquire" | "release"> {
  const lock = new Mutex(worker?.lock ?? new SharedArrayBuffer(MUTEX_BYTES), worker?.number ?? 1);
  return {
    acquire() {
      recorder.waiting();
      lock.acquire();
    },
    release: () => lock.release(),
  };
}

async function makeListener(
  { listen, worker }: ServerSetup,
  sockets: Sockets,
  recorder: Recorder,
): Promise<Listener> {
  const clients = worker?.clients;
  if (clients === undefined) return sockets.listen(listen);
  if (clients.from === "port") {
    return sockets.listen({ ...listen, port: clients.port, reusePort: true });
  }
  if (clients.from === "listener") {
    return sockets.listen({ ...listen, inherited: clients.listener });
  }
  const { HandedListener } = await import("../workers/libc/handed_clients.ts");
  const { LibcSockets } = await import("../sockets/libc/sockets.ts");
  if (!(sockets instanceof LibcSockets)) throw new Error("only the system's sockets are handed on");
  const taken = (client: Observed) => recorder.dispatched(client);
  return sockets.attend(new HandedListener(clients, sockets, taken));
}

/** Of a thread that takes turns with others at waiting. */
async function makeHandles(
  { worker, handler: { name } }: ServerSetup,
  sockets: Sockets,
  listener: Listener,
  newSession: (client: Connection) => Session,
): Promise<LibcLedHandles | undefined> {
  if (worker?.clients.from !== "listener" || worker.clients.led === undefined) return undefined;
  const { LibcLedHandles } = await import("../workers/libc/led_handles.ts");
  const { clients: { led }, number } = worker;
  const handles = LibcLedHandles.open(led, sockets, listener, number, newSession, keepsState(name));
  if (!isHandlerFile(name)) return handles;
  const { EventLoopTurns } = await import("../context/event_loop_turns.ts");
  return new EventLoopTurns().beforeEach(handles, "follow", "wait");
}

async function startWorkers(
  { sockets, listen }: ServerSetup,
  context: WorkerContext,
  plan: WorkersPlan,
  tell: Tell,
): Promise<StartedWorkers> {
  const makeSources = sockets === "deno"
    ? (await import("../workers/deno/client_sources.ts")).denoSources
    : (await import("../workers/libc/client_sources.ts")).libcSources;
  return StartedWorkers.start(context, plan, listen, makeSources, tell);
}

async function startThreads(
  { sockets, descriptors }: ServerSetup,
  context: WorkerContext,
  plan: ThreadPlan,
  tell: Tell,
): Promise<Threads> {
  if (sockets === "deno") {
    const { DenoThreads } = await import("../workers/deno/threads.ts");
    return await DenoThreads.start(context, plan, tell);
  }
  const { LibcThreads } = await import("../workers/libc/threads.ts");
  return LibcThreads.start(context, plan, descriptors, tell);
}

/** The code that forks is loaded only where it is used, and before the first client comes. */
async function prepareToFork(
  setup: ServerSetup,
  { handler, tell }: Outside,
  recorder: Recorder,
  sockets: Sockets,
): Promise<((context: WorkerContext) => ForkedChildren) | undefined> {
  if (setup.processMemory === undefined) return undefined;
  const { prepareForkedChildren } = await import("../workers/libc/prepare_forking.ts");
  return await prepareForkedChildren(setup, setup.processMemory, {
    ...{ handler, recorder, sockets, tell },
    newSession: () => beginSession(handler),
  });
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
  if (isHandlerFile(setup.handler.name) && setup.processMemory === undefined) {
    const { EventLoopTurns } = await import("../context/event_loop_turns.ts");
    new EventLoopTurns().before(sockets);
  }
  return sockets;
}

function watched(
  session: Session,
  { handler }: ServerSetup,
  recorder: Recorder,
  client: number,
  controls: Controls | undefined,
): Session {
  if (controls === undefined) return session;
  const maySleep = isHandlerFile(handler.name);
  return new WatchedSession(session, controls, recorder, client, maySleep);
}

/** A session. When the handler cannot begin one, it is one that fails at the first bytes. */
function beginSession(handler: Handler): Session {
  try {
    return handler();
  } catch (error) {
    return {
      onData() {
        throw error;
      },
    };
  }
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
