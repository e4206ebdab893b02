/**
 * The server: runs a model, in a Worker or in a process of its own, because the model may block its
 * thread for good reason and the supervisor must still answer Ctrl-C.
 *
 * @module
 */

import { HandlerError } from "../handlers/handler_error.ts";
import { isHandlerFile, makeHandler } from "../handlers/handlers.ts";
import type { Handler, Session } from "../handlers/session.ts";
import { modelEntry } from "../registry.ts";
import { Controls } from "../metrics/controls.ts";
import { openMemory } from "../metrics/memory.ts";
import { type RareEvents, Recorder } from "../metrics/recorder.ts";
import { COUNTER, openCounters } from "../metrics/counters.ts";
import { isOutOfDescriptors } from "../sockets/accept_errors.ts";
import { DescriptorTable } from "../sockets/libc/descriptor_table.ts";
import { HostLookupError } from "../sockets/libc/host_lookup.ts";
import { type Connection, ConnectionReset, formatAddress } from "../sockets/interface.ts";
import type { Address, Sockets } from "../sockets/interface.ts";
import type { Observer } from "../sockets/observer.ts";
import { SystemCallError } from "../system/system_call_error.ts";
import { clientsOf, closeIdle, GracefulShutdown } from "./graceful_shutdown.ts";
import type { Model, Notice } from "../context/context.ts";
import type { FromServer, ServerSetup } from "../context/protocol.ts";
import type { StartFailure, ToServer } from "../context/protocol.ts";
import type { ThreadPlan, Threads } from "../context/threads.ts";
import { describeThrown, messageOf, withStack } from "../system/thrown.ts";
import type { WorkerContext } from "../context/worker_context.ts";
import { prepareToFork } from "./prepare_to_fork.ts";
import { WatchedSession } from "../context/watched_session.ts";

/** Sends a message to the supervisor. */
let tell: Tell = () => {};

/** @param transfer what the message hands over; none by default */
type Tell = (message: FromServer, transfer?: Transferable[]) => void;

/** The server's own block of the counters, and its number in the trace. */
const SERVER = 0;

/** Only on Deno's sockets: a server that blocks in the system's calls is ended by the supervisor. */
let shutdown: GracefulShutdown<Connection> | undefined;
/** The grace of a stop that came before the server had started. */
let pendingGraceMs: number | undefined;
/** Given when the server is watched. */
let controls: Controls | undefined;

/**
 * Begins to be a server.
 *
 * @param toSupervisor sends a message to the supervisor
 * @returns takes a message from the supervisor
 */
export function beServer(
  toSupervisor: Tell,
): (message: ToServer) => Promise<void> {
  tell = toSupervisor;
  // An error that a handler file throws from a timer or a promise ends the server, with a line.
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    tell({ kind: "crashed", detail: describeThrown(event.reason) });
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    tell({ kind: "crashed", detail: describeThrown(event.error) });
  });
  return hear;
}

async function hear(message: ToServer): Promise<void> {
  if (message.kind === "start") await start(message.setup);
  else if (message.kind === "answer") controls?.answer();
  else if (shutdown === undefined) pendingGraceMs = message.graceMs;
  else {
    tell({ kind: "stop-heard" });
    shutdown.begin(message.graceMs);
  }
}

async function start(setup: ServerSetup): Promise<void> {
  if (setup.controls !== undefined) controls = new Controls(openMemory(setup.controls));
  let handler: Handler;
  let model: Model;
  let context: WorkerContext;
  try {
    const isFile = isHandlerFile(setup.handler.name);
    if (isFile && setup.processMemory === undefined) {
      (await import("../handlers/shared_thread.ts")).shareWithHandler();
    }
    handler = await makeHandler(setup.handler);
    if (isFile) handler(); // a file that makes no session fails now
    model = await modelEntry(setup.model).load(setup.options, setup.sockets);
    context = await makeContext(setup, handler);
    await context.rehearse(model);
  } catch (error) {
    tell({ kind: "failed", failure: explainFailure(error) });
    return;
  }
  const { sockets } = context;
  const stopClosingIdle = setup.sockets === "deno" ? manageClients(sockets, setup) : () => {};
  try {
    await model(context);
    await sockets.allClosed();
    tell({ kind: "stopped" });
  } catch (error) {
    tell({ kind: "crashed", detail: describeThrown(error) });
  }
  stopClosingIdle();
}

/** Ends idle clients, and prepares the end of the server. @returns a function that stops both */
function manageClients(sockets: Sockets, { idleTimeoutMs }: ServerSetup): () => void {
  const clients = clientsOf(sockets);
  shutdown = new GracefulShutdown(clients);
  if (pendingGraceMs !== undefined) shutdown.begin(pendingGraceMs);
  const stopClosingIdle = closeIdle(clients, idleTimeoutMs);
  return () => {
    shutdown?.end();
    stopClosingIdle();
  };
}

async function makeContext(setup: ServerSetup, handler: Handler): Promise<WorkerContext> {
  const notify = (notice: Notice) => tell({ kind: "notice", notice });
  const recorder = makeRecorder(setup, notify, () => listener.address);
  const sockets = await makeSockets(setup, recorder);
  const listener = sockets.listen(setup.listen);
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const newSession = () => beginSession(handler);
  const forking = await prepareToFork(setup, { handler, recorder, sockets, tell, newSession });
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
    newSession: ({ id }) => watched(beginSession(handler), setup, recorder, id),
    startThreads: (plan) => startThreads(setup, context, plan),
    startChildren: async () => {
      const { DenoChildren } = await import("../workers/deno/children.ts");
      return await DenoChildren.start(context);
    },
    forkedChildren: () => {
      if (forking?.children === undefined) {
        throw new Error("this server does not fork for each client");
      }
      return forking.children(context);
    },
    preforkedChildren: () => {
      if (forking?.beforehand === undefined) throw new Error("this server forks for each client");
      return forking.beforehand.children(context);
    },
    rehearse: (model) => forking?.beforehand?.rehearse(model, context),
    dispatched: (connection, worker, pid) => recorder.dispatched(connection, worker, pid),
    sleepThread: (ms) => void Atomics.wait(sleeper, 0, 0, ms),
    stop: () => tell({ kind: "stop-asked" }),
    clientFailed: (connection, error) => reportFailed(setup, connection, error, notify),
    notify,
    clientsLimited: (max) => notify({ kind: "clients-limited", max, limit: setup.descriptorLimit }),
  };
  return context;
}

/** @param addressOf called when the model waits for its first client */
function makeRecorder(
  { stats, trace, descriptorLimit: limit, listen: { descriptorsBelow: fdSetSize } }: ServerSetup,
  notify: (notice: Notice) => void,
  addressOf: () => Address,
): Recorder {
  const rareEvents: RareEvents = {
    beganToWait: () => tell({ kind: "listening", ...addressOf() }),
    outOfDescriptors: () => notify({ kind: "out-of-descriptors", limit }),
    beyondFdSetSize: (descriptor) => notify({ kind: "beyond-fd-setsize", descriptor, fdSetSize }),
    acceptFailed: (error) => notify({ kind: "accept-failed", reason: error.message }),
  };
  return new Recorder(openMemory(stats), openMemory(trace), rareEvents, SERVER, SERVER, controls);
}

async function startThreads(
  { sockets, descriptors }: ServerSetup,
  context: WorkerContext,
  plan: ThreadPlan,
): Promise<Threads> {
  if (sockets === "deno") {
    const { DenoThreads } = await import("../workers/deno/threads.ts");
    return await DenoThreads.start(context, plan, tell);
  }
  const { LibcThreads } = await import("../workers/libc/threads.ts");
  return LibcThreads.start(context, plan, descriptors, tell);
}

/** The code of a kind of sockets is loaded only where it is used. */
async function makeSockets(
  setup: ServerSetup,
  observer: Observer,
): Promise<Sockets> {
  if (setup.sockets === "deno") {
    const { DenoSockets } = await import("../sockets/deno/sockets.ts");
    return new DenoSockets(observer);
  }
  const { LibcSockets } = await import("../sockets/libc/sockets.ts");
  const { systemCalls } = await import("../system/system_calls.ts");
  const table = new DescriptorTable(setup.descriptors);
  const calls = systemCalls(openCounters(openMemory(setup.stats)).subarray(COUNTER.systemCalls));
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

/** The meaning of errors of bind(2). */
const REASONS: Readonly<Record<string, Exclude<StartFailure["reason"], "handler">>> = {
  EADDRINUSE: "address-in-use",
  EADDRNOTAVAIL: "address-not-here",
  EACCES: "permission",
};

function explainFailure(error: unknown): StartFailure {
  if (error instanceof HandlerError) {
    return { reason: "handler", path: error.path, detail: withStack(error.reason, error) };
  }
  const detail = messageOf(error);
  if (error instanceof HostLookupError) return { reason: "no-such-host", detail };
  if (error instanceof SystemCallError) {
    return { reason: REASONS[error.code] ?? "other", detail: describeThrown(error) };
  }
  if (error instanceof Deno.errors.AddrInUse) return { reason: "address-in-use", detail };
  if (error instanceof Deno.errors.AddrNotAvailable) return { reason: "address-not-here", detail };
  if (error instanceof Deno.errors.PermissionDenied) return { reason: "permission", detail };
  // Deno gives the resolver's errors no class and no code of their own, getaddrinfo(3).
  if (/lookup|resolve/.test(detail)) return { reason: "no-such-host", detail };
  return { reason: "other", detail: describeThrown(error) };
}
