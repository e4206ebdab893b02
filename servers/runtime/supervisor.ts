/**
 * The supervisor: starts the server, listens to signals, and reports what happens. It never touches a
 * client, so it can answer a signal while the model blocks.
 *
 * @module
 */

import { RefusedError } from "../../cli/errors.ts";
import type { Notice } from "../context/context.ts";
import type { ClosableClients } from "../context/closable_clients.ts";
import type { RoomsOfThreads } from "../context/room_port.ts";
import { describeFailure } from "./descriptions.ts";
import { type ClientWatch, watchClients } from "./client_watch.ts";
import type { FromServer, ServerSetup, ToServer } from "../context/protocol.ts";
import { sharesRooms } from "../handlers/handlers.ts";
import { hasChildren, hasLoop, modelEntry, whyNothingIsShared } from "../registry.ts";
import { Controls } from "../metrics/controls.ts";
import { openMemory } from "../metrics/memory.ts";
import { readCounters } from "../metrics/counters.ts";
import { longestBacklog } from "../system/proc.ts";
import { describeErrorEvent } from "../system/thrown.ts";
import { maxThreads } from "../context/worker_limit.ts";
import { DescriptorTable } from "../sockets/libc/descriptor_table.ts";
import { resetAllOwn } from "../sockets/deno/descriptors.ts";
import type { ProcessMemory } from "../metrics/process_memory.ts";
import type { ForkingServer } from "./forking_server.ts";
import { DescriptorRoom } from "../workers/descriptor_room.ts";
import { ThreadWorkers } from "../workers/deno/thread_workers.ts";
import { ClientThreads } from "../workers/libc/client_threads.ts";
import { Log } from "./log.ts";
import { ModelWorkers } from "./model_workers.ts";
import { createSharing } from "./memories.ts";
import { readResourceUsage } from "./resource_usage.ts";
import { Stop, type Stoppable } from "./stop.ts";
import { SAID_ONCE, serverSetup, type Supervision } from "./supervision.ts";
import type { View } from "./view.ts";
import { CrossThreadCloser } from "./cross_thread_closer.ts";

/**
 * Runs a server until it is stopped by a signal or by its model.
 *
 * @throws {RefusedError} when it cannot start or its server fails
 */
export async function supervise(supervision: Supervision): Promise<void> {
  const { setup, reporter } = supervision;
  const isWatched = supervision.openView !== undefined;
  const { memories, processMemory } = await createSharing(setup, isWatched);
  const stats = openMemory(memories.stats);
  const trace = openMemory(memories.trace);
  const log = supervision.log && new Log(trace, stats, reporter, supervision.log);
  const startedMs = performance.now();
  const isThisProcess = processMemory === undefined;
  const closer = setup.sockets === "libc" && isThisProcess
    ? new CrossThreadCloser(memories.descriptors)
    : undefined;
  const server = new RunningServer(supervision, serverSetup(setup, memories), closer);
  const stop = new Stop(server, stats, supervision);
  if (processMemory !== undefined) await server.watchForking(processMemory);
  else await server.joinRooms();
  server.onCutOff = () => stop.clientsAreCutOff();
  stop.listenToSignals(); // before the server tells its address: Ctrl-C may follow at once
  server.start(stop, log);
  try {
    await server.stopped;
  } finally {
    await server.view?.end();
    await server.end();
    log?.close();
    stop.end(); // last: before that, a signal would still act on the server
  }
  const usage = supervision.stats ? readResourceUsage(hasChildren(setup.model)) : undefined;
  reporter.totals(readCounters(stats), performance.now() - startedMs, usage);
}

/** The supervisor's end of a server, with the threads and children that it cannot make itself. */
class RunningServer implements Stoppable {
  /** Rejects when the server cannot start, or fails. */
  readonly stopped: Promise<void>;
  isListening = false;
  #port: number | undefined = undefined;
  /** Called when this thread has cut off all clients that were left. */
  onCutOff: () => void = () => {};

  readonly #stopped: () => void;
  readonly #supervision: Supervision;
  readonly #setup: ServerSetup;
  readonly #fail: (error: RefusedError) => void;
  readonly #worker: Worker;
  readonly #said = new Set<string>();
  readonly #watches: ClientWatch[] = [];
  readonly view: View | undefined = undefined;
  readonly #room: DescriptorRoom;
  /** The threads that make no calls on sockets, and those that make the system's. */
  readonly #threadWorkers: ThreadWorkers;
  #threads: ClientThreads | undefined = undefined;
  #forking: ForkingServer | undefined = undefined;
  #workers: ModelWorkers | undefined = undefined;
  /** Given when there are several threads whose clients meet. */
  #rooms: RoomsOfThreads | undefined = undefined;
  #isStopping = false;

  /** @param closer given when the server uses the system's sockets */
  constructor(supervision: Supervision, setup: ServerSetup, closer: CrossThreadCloser | undefined) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.stopped = promise;
    this.#stopped = resolve;
    this.#fail = reject;
    this.#supervision = supervision;
    this.#setup = setup;
    const { count } = new DescriptorTable(setup.descriptors);
    this.#room = new DescriptorRoom(count, acceptorsOf(setup));
    this.#threadWorkers = new ThreadWorkers(this.#room, (reason) => this.#failed(reason));
    const file = setup.processMemory === undefined ? "worker.ts" : "forking_worker.ts";
    this.#worker = new Worker(new URL(`./${file}`, import.meta.url), { type: "module" });
    if (closer !== undefined) this.watch(closer);
    if (setup.controls !== undefined) {
      this.view = supervision.openView?.({
        setup,
        stats: openMemory(setup.stats),
        trace: openMemory(setup.trace),
        controls: new Controls(openMemory(setup.controls)),
        messages: supervision.messages,
        wakeLoop: this.#loopWaker(closer),
      });
    }
  }

  /** Ends idle clients from this thread, and all of them when the server stops. */
  watch<Client>(clients: ClosableClients<Client>): void {
    const { idleTimeoutMs } = this.#setup;
    this.#watches.push(watchClients(clients, idleTimeoutMs, () => this.onCutOff()));
  }

  /** A server on Deno's sockets has an event loop, and ends its clients itself. */
  get answers(): boolean {
    return this.#watches.length === 0;
  }

  /** Ends the server by force. A reset tells clients that they did not get everything. */
  giveUp(): void {
    if (this.#port !== undefined) resetAllOwn(this.#port);
    this.#stopped();
  }

  /**
   * A function that asks the server's loop for a sign of life. A thread that blocks in the system's calls
   * has no loop, unless it waits for all its sockets at once.
   */
  #loopWaker(closer: CrossThreadCloser | undefined): (() => void) | undefined {
    if (this.#setup.sockets === "deno") return () => this.#tell({ kind: "answer" });
    const { servedBy, waitsIn } = modelEntry(this.#setup.model);
    const hasReadinessCall = hasLoop(servedBy) && waitsIn !== "-";
    return closer && hasReadinessCall ? () => closer.wakeLoop() : undefined;
  }

  /** The code for a server that forks is loaded only where there is one. */
  async watchForking(memory: ProcessMemory): Promise<void> {
    const { ForkingServer } = await import("./forking_server.ts");
    this.#forking = await ForkingServer.of(memory, this.#setup, (clients) => this.watch(clients));
  }

  /** The code that joins the rooms of several threads is loaded only where clients meet. */
  async joinRooms(): Promise<void> {
    const { model, handler } = this.#setup;
    const why = whyNothingIsShared(model);
    if (why === undefined || !sharesRooms(handler.name)) return;
    const { RoomsOfThreads } = await import("../context/room_port.ts");
    this.#rooms = this.#threadWorkers.roomsOfThreads = new RoomsOfThreads(why);
  }

  /**
   * @param stop begun when the model asks for its end
   * @param log begun when the server listens, so that the line `listening` comes first
   */
  start(stop: Stop, log: Log | undefined): void {
    this.#worker.onmessage = ({ data }: MessageEvent<FromServer>) => this.#hear(data, stop, log);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#failed(describeErrorEvent(event));
    };
    this.#worker.postMessage({ kind: "start", setup: this.#setup } satisfies ToServer);
  }

  endClients(graceMs: number): void {
    this.#isStopping = true;
    this.view?.stopping();
    for (const { shutdown } of this.#watches) shutdown.begin(graceMs);
    if (this.answers) this.#tell({ kind: "stop", graceMs });
  }

  /** Tells the server, and its workers. */
  #tell(message: ToServer): void {
    this.#worker.postMessage(message);
    this.#workers?.tell(message);
  }

  async end(): Promise<void> {
    for (const { shutdown, stopClosingIdle } of this.#watches) {
      shutdown.end();
      stopClosingIdle();
    }
    await this.#forking?.end(this.isListening);
    this.#worker.terminate();
    this.#threadWorkers.endAll();
    this.#threads?.end();
    this.#workers?.end();
  }

  #hear(data: FromServer, stop: Stop, log: Log | undefined): void {
    const { setup, reporter, messages } = this.#supervision;
    switch (data.kind) {
      case "listening":
        this.isListening = true;
        this.#port = data.port;
        reporter.listening(data, setup.model, setup.sockets);
        this.#checkBacklog();
        log?.begin();
        this.view?.listening(data).catch(this.#fail);
        return;
      case "failed":
        return this.#fail(new RefusedError(describeFailure(data.failure, setup.listen, messages)));
      case "stop-heard":
        return stop.heard();
      case "stop-asked":
        return stop.begin();
      case "notice":
        return this.#notice(data.notice);
      case "thread-wanted":
        return this.#threadWorkers.start(data.number, data.port);
      case "handler-thread-wanted":
      case "sender-wanted":
        return void this.#threadWorkers.startForLoop(data, this.#setup);
      case "thread-over":
        return this.#threadWorkers.end(data.number);
      case "threads-wanted": {
        const outcomes = { notice: this.#notice, failed: this.#failed };
        this.#threads = new ClientThreads(data.wanted, this.#setup, this.#rooms, outcomes);
        return;
      }
      case "workers-wanted": {
        const isStopping = () => this.#isStopping;
        this.#workers = new ModelWorkers(
          data.shares,
          this.#setup,
          isStopping,
          this.#room,
          this.#rooms,
          {
            notice: this.#notice,
            hear: (message) => this.#hear(message, stop, log),
            wait: () => this.#worker.postMessage({ kind: "workers-wait" } satisfies ToServer),
            ended: () => this.#worker.postMessage({ kind: "workers-ended" } satisfies ToServer),
          },
        );
        return;
      }
      case "client-came":
        return this.#threads?.clientCame();
      case "program-started":
        return this.#forking?.programStarted(data.pid);
      case "program-ended":
        return this.#forking?.programEnded(data.pid);
      case "process-started":
        return this.#forking?.started(data.pid);
      case "process-ended":
        return this.#forking?.ended();
      case "stopped":
        return this.#stopped();
      case "crashed":
        return this.#failed(data.detail);
    }
  }

  #checkBacklog(): void {
    const { backlog: wanted } = this.#setup.listen;
    const max = longestBacklog();
    if (wanted > max) this.#notice({ kind: "backlog-limited", wanted, max });
  }

  readonly #notice = (notice: Notice): void => {
    if (SAID_ONCE.includes(notice.kind) && this.#said.has(notice.kind)) return;
    this.#said.add(notice.kind);
    this.#supervision.reporter.notice(notice);
    this.view?.notice(notice);
  };

  readonly #failed = (reason: string): void => {
    this.#fail(new RefusedError(this.#supervision.messages.serve.serverFailed(reason)));
  };
}

/**
 * How many accepts may be under way that nobody can keep from taking a descriptor: on Deno's sockets, one
 * of each thread that listens.
 */
function acceptorsOf({ sockets, model, options, descriptorLimit }: ServerSetup): number {
  if (sockets !== "deno") return 0;
  if (modelEntry(model).workersListen !== true) return 1;
  return Math.min(options.workers, maxThreads(descriptorLimit));
}
