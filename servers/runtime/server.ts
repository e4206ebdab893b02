/**
 * The server: runs a model, in a Worker or in a process of its own, because the model may block its
 * thread for good reason and the supervisor must still answer Ctrl-C.
 *
 * @module
 */

import { HandlerError } from "../handlers/handler_error.ts";
import { isHandlerFile, makeHandler } from "../handlers/handlers.ts";
import { Rooms } from "../handlers/rooms.ts";
import type { Handler, HandlerClient } from "../handlers/session.ts";
import { modelEntry } from "../registry.ts";
import { Controls } from "../metrics/controls.ts";
import { openMemory } from "../metrics/memory.ts";
import { HostLookupError } from "../sockets/libc/host_lookup.ts";
import type { Connection, Sockets } from "../sockets/interface.ts";
import { SystemCallError } from "../system/system_interface.ts";
import type { GracefulShutdown } from "./graceful_shutdown.ts";
import type { Model } from "../context/context.ts";
import type { ServerSetup, StartFailure, ToServer } from "../context/protocol.ts";
import { describeThrown, hearUncaught, messageOf, withStack } from "../system/thrown.ts";
import { makeContext, type ServerParts } from "./server_context.ts";
import type { Tell } from "./server_workers.ts";

/** Sends a message to the supervisor. */
let tell: Tell = () => {};

/** Only on Deno's sockets: a server that blocks in the system's calls is ended by the supervisor. */
let shutdown: GracefulShutdown<Connection> | undefined;
/** The grace of a stop that came before the server had started. */
let pendingGraceMs: number | undefined;
/** Given when the server is watched. */
let controls: Controls | undefined;
/** Given once it listens. */
let parts: ServerParts | undefined;
let isWorker = false;
let hasAbandoned = false;
/** Ends this thread. */
let endThread = () => {};

/**
 * Begins to be a server, or a worker of one.
 *
 * @param toSupervisor sends a message to the supervisor
 * @param end ends this thread; a worker that fails needs it
 * @returns takes a message from the supervisor
 */
export function beServer(
  toSupervisor: Tell,
  end: () => void = () => {},
): (message: ToServer) => Promise<void> {
  tell = toSupervisor;
  endThread = end;
  // An error that a handler file throws from a timer or a promise ends the server, with a line.
  hearUncaught(crash);
  return hear;
}

async function hear(message: ToServer): Promise<void> {
  if (message.kind === "start") await start(message.setup);
  else if (message.kind === "answer") controls?.answer();
  else if (message.kind !== "stop") parts?.workers.hear(message.kind);
  else if (shutdown === undefined) pendingGraceMs = message.graceMs;
  else {
    tell({ kind: "stop-heard" });
    shutdown.begin(message.graceMs);
  }
}

/** The server has failed. Of a worker, only its own clients end with it: another one takes its place. */
async function crash(thrown: unknown): Promise<void> {
  if (hasAbandoned) return; // it is ending
  const detail = describeThrown(thrown);
  const abandoned = isWorker ? parts : undefined;
  hasAbandoned = abandoned !== undefined;
  try {
    const ending = abandoned?.abandon();
    if (ending !== undefined) await ending; // else at once: the model may block this thread next
  } finally {
    tell({ kind: "crashed", detail, hasPaused: abandoned !== undefined });
  }
  if (isWorker) endThread();
}

async function start(setup: ServerSetup): Promise<void> {
  isWorker = setup.worker !== undefined;
  if (setup.controls !== undefined) {
    controls = new Controls(openMemory(setup.controls), setup.worker?.number);
  }
  let handler: Handler;
  let model: Model;
  try {
    const isFile = isHandlerFile(setup.handler.name);
    if (isFile && setup.processMemory === undefined) {
      (await import("../handlers/shared_thread.ts")).shareWithHandler();
    }
    handler = await makeHandler(setup.handler);
    if (isFile) handler(nobody()); // a file that makes no session fails now
    const entry = modelEntry(setup.model);
    const load = isWorker ? entry.loadWorker : entry.load;
    if (load === undefined) throw new Error(`${setup.model} has no workers`);
    model = await load(setup.options, setup.sockets);
    parts = await makeContext(setup, { handler, controls, tell });
    await parts.context.rehearse(model);
  } catch (error) {
    tell({ kind: "failed", failure: explainFailure(error) });
    return;
  }
  const { context, context: { sockets } } = parts;
  const stopClosingIdle = setup.sockets === "deno" ? await manageClients(sockets, setup) : () => {};
  try {
    await model(context);
    await sockets.allClosed();
    tell({ kind: "stopped" });
  } catch (error) {
    crash(error);
  }
  stopClosingIdle();
}

/** A client that is alone in the world. */
function nobody(): HandlerClient {
  return { id: 0, peer: { host: "127.0.0.1", port: 0 }, rooms: new Rooms() };
}

/** Ends idle clients, and prepares the end of the server. @returns a function that stops both */
async function manageClients(
  sockets: Sockets,
  { idleTimeoutMs }: ServerSetup,
): Promise<() => void> {
  const { clientsOf, closeIdle, GracefulShutdown } = await import("./graceful_shutdown.ts");
  const clients = clientsOf(sockets);
  shutdown = new GracefulShutdown(clients);
  if (pendingGraceMs !== undefined) shutdown.begin(pendingGraceMs);
  const stopClosingIdle = closeIdle(clients, idleTimeoutMs);
  return () => {
    shutdown?.end();
    stopClosingIdle();
  };
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
    if (error.call === "close_range") return { reason: "children-cannot-close", detail };
    return { reason: REASONS[error.code] ?? "other", detail: describeThrown(error) };
  }
  if (error instanceof Deno.errors.AddrInUse) return { reason: "address-in-use", detail };
  if (error instanceof Deno.errors.AddrNotAvailable) return { reason: "address-not-here", detail };
  if (error instanceof Deno.errors.PermissionDenied) return { reason: "permission", detail };
  // Deno gives the resolver's errors no class and no code of their own, getaddrinfo(3).
  if (/lookup|resolve/.test(detail)) return { reason: "no-such-host", detail };
  return { reason: "other", detail: describeThrown(error) };
}
