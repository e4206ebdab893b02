/**
 * The supervisor: starts the server, listens to signals, and reports what happens. It never touches a
 * client, so it can answer a signal while the model blocks.
 *
 * @module
 */

import { RefusedError } from "../../cli/errors.ts";
import type { ModelName, Notice } from "../context/context.ts";
import type { ClosableClients } from "../context/closable_clients.ts";
import { describeFailure } from "./descriptions.ts";
import { type ClientWatch, watchClients } from "./client_watch.ts";
import type { FromServer, ServerSetup, ToServer } from "../context/protocol.ts";
import { hasChildren, hasLoop, hasThreads, modelEntry } from "../registry.ts";
import { Controls } from "../metrics/controls.ts";
import { openMemory } from "../metrics/memory.ts";
import { readCounters } from "../metrics/counter_totals.ts";
import { longestBacklog } from "../system/proc.ts";
import { describeErrorEvent } from "../system/thrown.ts";
import { endWorkers, startWorker } from "../system/worker_life.ts";
import { resetAllOwn } from "../sockets/deno/descriptors.ts";
import type { ProcessMemory } from "../metrics/process_memory.ts";
import type { CrossThreadCloser } from "./cross_thread_closer.ts";
import type { ForkingServer } from "./forking_server.ts";
import { Log } from "./log.ts";
import { createSharing } from "./memories.ts";
import type { ResourceUsage } from "./resource_usage.ts";
import { Stop, type Stoppable } from "./stop.ts";
import type { ServerThreads } from "./server_threads.ts";
import { SAID_ONCE, serverSetup, type Supervision } from "./supervision.ts";
import type { View } from "./view.ts";

/**
 * Runs a server until it is stopped by a signal or by its model.
 *
 * @throws {RefusedError} when it cannot start or its server fails
 * @throws {OutOfThreadsError} when the system allows fewer threads than it needs to start
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
    ? await openCloser(memories.descriptors)
    : undefined;
  const server = new RunningServer(supervision, serverSetup(setup, memories), closer);
  const stop = new Stop(server, stats, supervision);
  if (processMemory !== undefined) await server.watchForking(processMemory);
  else if (hasThreads(setup.model)) await server.loadThreads();
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
  const usage = supervision.stats ? await resourceUsage(setup.model) : undefined;
  reporter.totals(readCounters(stats), performance.now() - startedMs, usage);
}

/** The code is loaded only where calls block, and so are ended from outside. */
async function openCloser(descriptors: SharedArrayBuffer): Promise<CrossThreadCloser> {
  return new (await import("./cross_thread_closer.ts")).CrossThreadCloser(descriptors);
}

async function resourceUsage(model: ModelName): Promise<ResourceUsage> {
  return (await import("./resource_usage.ts")).readResourceUsage(hasChildren(model));
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
  readonly #fail: (error: Error) => void;
  readonly #worker: Worker;
  readonly #said = new Set<string>();
  readonly #watches: ClientWatch[] = [];
  readonly view: View | undefined = undefined;
  #threads: ServerThreads | undefined = undefined;
  #forking: ForkingServer | undefined = undefined;
  #isStopping = false;
  #onMessage: (message: FromServer) => void = () => {};

  /** @param closer given when the server uses the system's sockets */
  constructor(supervision: Supervision, setup: ServerSetup, closer: CrossThreadCloser | undefined) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.stopped = promise;
    this.#stopped = resolve;
    this.#fail = reject;
    this.#supervision = supervision;
    this.#setup = setup;
    const file = setup.processMemory === undefined ? "worker.ts" : "forking_worker.ts";
    this.#worker = startWorker(new URL(`./${file}`, import.meta.url));
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

  /** The code for a server that has threads is loaded only where there is one. */
  async loadThreads(): Promise<void> {
    const { ServerThreads } = await import("./server_threads.ts");
    this.#threads = await ServerThreads.of(this.#setup, {
      notice: this.#notice,
      failed: this.#failed,
      refused: this.#fail,
      hear: (message) => this.#onMessage(message),
      tellServer: (message) => this.#worker.postMessage(message),
      isStopping: () => this.#isStopping,
    });
  }

  /**
   * @param stop begun when the model asks for its end
   * @param log begun when the server listens, so that the line `listening` comes first
   */
  start(stop: Stop, log: Log | undefined): void {
    this.#onMessage = (message) => this.#hear(message, stop, log);
    this.#worker.onmessage = ({ data }: MessageEvent<FromServer>) => this.#onMessage(data);
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
    this.#threads?.tell(message);
  }

  async end(): Promise<void> {
    for (const { shutdown, stopClosingIdle } of this.#watches) {
      shutdown.end();
      stopClosingIdle();
    }
    await this.#forking?.end(this.isListening);
    endWorkers([this.#worker]);
    this.#threads?.end();
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
      default:
        return this.#threads?.hear(data);
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
