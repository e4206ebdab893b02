/**
 * What a server has to do with workers: with those that its page starts, and as one of them.
 *
 * @module
 */

import { keepsState, speaksUnasked } from "../handlers/traits.ts";
import type { Session } from "../handlers/session.ts";
import type { Recorder } from "../metrics/recorder.ts";
import type { Connection, Listener, Sockets } from "../sockets/interface.ts";
import type { Observed } from "../sockets/observer.ts";
import { Mutex, MUTEX_BYTES } from "../context/mutex.ts";
import type { FromServer, ServerSetup } from "../context/protocol.ts";
import type { ThreadRooms } from "../context/room_port.ts";
import type { WorkerContext } from "../context/worker_context.ts";
import type { WorkersPlan } from "../context/workers.ts";
import type { LibcLedHandles } from "../workers/libc/led_handles.ts";
import { modelEntry } from "../registry.ts";
import { hasSystemCalls, systemCalls } from "../system/system_calls.ts";
import type { StartedWorkers } from "../workers/workers.ts";

/** @param transfer what the message hands over; none by default */
export type Tell = (message: FromServer, transfer?: Transferable[]) => void;

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

/** Who waits for the lock waits for a client, too. */
export function lockOf(
  { worker }: ServerSetup,
  recorder: Recorder,
): Pick<Mutex, "acquire" | "release"> {
  const lock = new Mutex(worker?.lock ?? new SharedArrayBuffer(MUTEX_BYTES), worker?.number ?? 1);
  return {
    acquire() {
      recorder.waiting();
      lock.acquire();
    },
    release: () => lock.release(),
  };
}

/** Joins the rooms of a thread to those of the others while it does not block in accept or for the lock. */
export function openWhileServing(
  rooms: ThreadRooms,
  listener: Listener,
  lock: Pick<Mutex, "acquire">,
): void {
  const [accept, acquire] = [listener.accept.bind(listener), lock.acquire];
  lock.acquire = () => {
    rooms.close();
    acquire();
  };
  listener.accept = async () => {
    rooms.close();
    const connection = await accept();
    if (connection !== null) await rooms.open();
    return connection;
  };
}

/** Where the clients of a server, or of one of its workers, come from. */
export async function makeListener(
  { model, listen, worker }: ServerSetup,
  sockets: Sockets,
  recorder: Recorder,
): Promise<Listener> {
  const clients = worker?.clients;
  if (clients === undefined) {
    if (!modelEntry(model).workersListen || !hasSystemCalls()) return sockets.listen(listen);
    const { ClaimedPort } = await import("../sockets/libc/bound_sockets.ts");
    return new ClaimedPort(systemCalls(), listen);
  }
  if (clients.from === "port") {
    const { host, port } = clients;
    return sockets.listen({ ...listen, host, port, reusePort: true });
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
export async function makeHandles(
  { worker, handler: { name }, rooms }: ServerSetup,
  sockets: Sockets,
  listener: Listener,
  newSession: (client: Connection) => Session,
): Promise<LibcLedHandles | undefined> {
  if (worker?.clients.from !== "listener" || worker.clients.led === undefined) return undefined;
  const { LibcLedHandles } = await import("../workers/libc/led_handles.ts");
  const { clients: { led }, number } = worker;
  const handles = LibcLedHandles.open(
    ...[led, sockets, listener, number, newSession] as const,
    ...[keepsState(name), speaksUnasked(name)] as const,
  );
  if (rooms === undefined) return handles;
  const { EventLoopTurns } = await import("../context/event_loop_turns.ts");
  return new EventLoopTurns().beforeEach(handles, "follow", "wait");
}

/** Asks the supervisor for the workers of a page. */
export async function startWorkers(
  { sockets, listen }: ServerSetup,
  context: WorkerContext,
  plan: WorkersPlan,
  tell: Tell,
): Promise<StartedWorkers> {
  const makeSources = sockets === "deno"
    ? (await import("../workers/deno/client_sources.ts")).denoSources
    : (await import("../workers/libc/client_sources.ts")).libcSources;
  const { StartedWorkers } = await import("../workers/workers.ts");
  return StartedWorkers.start(context, plan, listen, makeSources, tell);
}
