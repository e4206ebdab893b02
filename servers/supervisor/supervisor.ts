/**
 * The supervisor: starts the engine, listens to signals, and says what happens. It never touches a
 * client, so it answers whatever the model is doing.
 *
 * @module
 */

import { RefusedError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import type { Notice } from "../engine/model.ts";
import { type Clients, dismissIdle, Farewell } from "../engine/farewell.ts";
import type { EngineSetup, FromEngine, StartFailure, ToEngine } from "../engine/protocol.ts";
import { modelEntry } from "../registry.ts";
import { openMemory } from "../shared_memory/memory.ts";
import { readCounters } from "../shared_memory/stats.ts";
import { formatAddress, type ListenOptions } from "../sockets/interface.ts";
import type { ChildProcesses, ChildSharing } from "./child_processes.ts";
import { ClientThreads } from "./client_threads.ts";
import { Log } from "./log.ts";
import { createSharing, type Memories } from "./memories.ts";
import type { Reporter } from "./reporter.ts";
import { readResourceUsage } from "./resource_usage.ts";
import { Warden } from "./warden.ts";

/** How much longer than the grace an engine may take before it is ended from outside. */
const OVERDUE_MS = 4_000;
const LINES_PER_SECOND = 20;
/** The same thing about descriptors is said once, however often it happens. */
const SAID_ONCE: readonly Notice["kind"][] = ["out-of-descriptors", "beyond-fd-setsize"];
const VERBOSE_LINES_PER_SECOND = 1_000;

/** How a server is run, beyond what its engine must know. */
export interface Supervision {
  readonly setup: Omit<EngineSetup, keyof Memories>;
  readonly graceMs: number;
  readonly log: "none" | "normal" | "verbose";
  /** Whether what the server took is told at the end. */
  readonly stats: boolean;
  readonly reporter: Reporter;
  readonly messages: Messages;
}

/**
 * Runs a server until it is stopped by a signal or by its model.
 *
 * @throws {RefusedError} when it cannot start or its engine fails
 */
export async function supervise(supervision: Supervision): Promise<void> {
  const { setup, reporter } = supervision;
  const { memories, withChildren } = await createSharing(setup);
  const stats = openMemory(memories.stats);
  const log = startLog(supervision, openMemory(memories.trace));
  const startedMs = performance.now();
  const engine = new RunningEngine(supervision, { ...setup, ...memories });
  if (setup.sockets === "libc") engine.watch(new Warden(memories.descriptors));
  if (withChildren !== undefined) await engine.startChildren(withChildren);
  const stop = new Stop(supervision, (graceMs) => engine.endClients(graceMs), stats, engine.giveUp);
  engine.start(stop);
  stop.listenToSignals();
  try {
    await engine.stopped;
  } finally {
    stop.end();
    await engine.end();
    log?.close();
  }
  const usage = supervision.stats
    ? readResourceUsage(modelEntry(setup.model).servant === "process")
    : undefined;
  reporter.totals(readCounters(stats), performance.now() - startedMs, usage);
}

/** The supervisor's end of an engine, with the threads and children that it cannot make itself. */
class RunningEngine {
  /** Rejects when the engine cannot start, or fails. */
  readonly stopped: Promise<void>;
  readonly giveUp: () => void;

  readonly #supervision: Supervision;
  readonly #setup: EngineSetup;
  readonly #fail: (error: RefusedError) => void;
  readonly #worker = new Worker(new URL("../engine/engine_worker.ts", import.meta.url), {
    type: "module",
  });
  readonly #said = new Set<string>();
  readonly #watches: Watch[] = [];
  #threads: ClientThreads | undefined = undefined;
  #children: ChildProcesses | undefined = undefined;

  constructor(supervision: Supervision, setup: EngineSetup) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.stopped = promise;
    this.giveUp = resolve;
    this.#fail = reject;
    this.#supervision = supervision;
    this.#setup = setup;
  }

  /** Ends these clients from here when the server stops, and before that those that are idle. */
  watch<Client>(clients: Clients<Client>): void {
    this.#watches.push(watch(clients, this.#setup));
  }

  /** As all that is for children, this is loaded only where there are some. */
  async startChildren(sharing: ChildSharing): Promise<void> {
    const { ChildProcesses } = await import("./child_processes.ts");
    this.#children = new ChildProcesses(this.#setup, sharing, this.#notice);
    this.watch(this.#children);
  }

  /** @param stop what is begun when the model asks for its end */
  start(stop: Stop): void {
    this.#worker.onmessage = ({ data }: MessageEvent<FromEngine>) => this.#hear(data, stop);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#failed(event.message);
    };
    tell(this.#worker, { kind: "start", setup: this.#setup });
  }

  endClients(graceMs: number): void {
    for (const { farewell } of this.#watches) farewell.begin(graceMs);
    // An engine that nobody watches from here has an event loop, and does it itself.
    if (this.#watches.length === 0) tell(this.#worker, { kind: "stop", graceMs });
  }

  async end(): Promise<void> {
    for (const { farewell, stopDismissing } of this.#watches) {
      farewell.end();
      stopDismissing();
    }
    this.#worker.terminate();
    this.#threads?.end();
    await this.#children?.end();
  }

  #hear(data: FromEngine, stop: Stop): void {
    const { setup, reporter, messages } = this.#supervision;
    switch (data.kind) {
      case "listening":
        return reporter.listening(data, setup.model, setup.sockets);
      case "failed":
        return this.#fail(new RefusedError(explain(data.failure, setup.listen, messages)));
      case "stop-asked":
        return stop.begin();
      case "notice":
        return this.#notice(data.notice);
      case "threads-wanted": {
        const outcomes = { notice: this.#notice, failed: this.#failed };
        this.#threads = new ClientThreads(data.wanted, this.#setup, outcomes);
        return;
      }
      case "client-came":
        return this.#threads?.clientCame();
      case "prepare-spares":
        return this.#children?.prepareSpares();
      case "client-for-child":
        return this.#children?.serve(data.client);
      case "stopped":
        return this.giveUp();
      case "crashed":
        return this.#failed(data.detail);
    }
  }

  readonly #notice = (notice: Notice): void => {
    if (SAID_ONCE.includes(notice.kind) && this.#said.has(notice.kind)) return;
    this.#said.add(notice.kind);
    this.#supervision.reporter.notice(notice);
  };

  readonly #failed = (reason: string): void => {
    this.#fail(new RefusedError(this.#supervision.messages.serve.engineFailed(reason)));
  };
}

interface Watch {
  readonly farewell: { begin(graceMs: number): void; end(): void };
  stopDismissing(): void;
}

/**
 * Ends clients from here, when it is time: an engine that blocks in the system's calls could not be
 * told to do it, and a child process has no connection with it.
 */
function watch<Client>(clients: Clients<Client>, { idleTimeoutMs }: Supervision["setup"]): Watch {
  return { farewell: new Farewell(clients), stopDismissing: dismissIdle(clients, idleTimeoutMs) };
}

/** Brings a server to its end: kindly at first, at once when told twice, by force when overdue. */
class Stop {
  readonly #supervision: Supervision;
  readonly #endClients: (graceMs: number) => void;
  readonly #stats: ArrayBufferLike;
  readonly #giveUp: () => void;
  readonly #onSignal = () => this.begin();
  // Windows knows no SIGTERM that a program could listen to.
  readonly #signals: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM"];
  #begun = false;
  #overdue: ReturnType<typeof setTimeout> | undefined = undefined;

  constructor(
    supervision: Supervision,
    endClients: (graceMs: number) => void,
    stats: ArrayBufferLike,
    giveUp: () => void,
  ) {
    this.#supervision = supervision;
    this.#endClients = endClients;
    this.#stats = stats;
    this.#giveUp = giveUp;
  }

  listenToSignals(): void {
    for (const signal of this.#signals) Deno.addSignalListener(signal, this.#onSignal);
  }

  begin(): void {
    const graceMs = this.#begun ? 0 : this.#supervision.graceMs;
    const clients = readCounters(this.#stats).active;
    if (!this.#begun && clients > 0) this.#supervision.reporter.stopping(clients, graceMs);
    this.#begun = true;
    this.#endClients(graceMs);
    clearTimeout(this.#overdue);
    this.#overdue = setTimeout(() => {
      this.#supervision.reporter.cutOff(readCounters(this.#stats).active);
      this.#giveUp();
    }, graceMs + OVERDUE_MS);
  }

  end(): void {
    clearTimeout(this.#overdue);
    for (const signal of this.#signals) Deno.removeSignalListener(signal, this.#onSignal);
  }
}

function startLog({ log, reporter }: Supervision, trace: ArrayBufferLike): Log | undefined {
  if (log === "none") return undefined;
  const mostPerSecond = log === "verbose" ? VERBOSE_LINES_PER_SECOND : LINES_PER_SECOND;
  return new Log(
    trace,
    reporter,
    mostPerSecond,
    ({ event }) => log === "verbose" || event !== "sent",
  );
}

function explain(failure: StartFailure, listen: ListenOptions, { serve }: Messages): string {
  const address = formatAddress(listen);
  switch (failure.reason) {
    case "handler":
      return serve.handlerFailed(failure.path, failure.detail);
    case "address-in-use":
      return serve.portInUse(address);
    case "address-not-here":
      return serve.hostNotHere(listen.host);
    case "no-such-host":
      return serve.noSuchHost(listen.host);
    case "permission":
      return serve.portForbidden(address);
    case "other":
      return serve.cannotListen(address, failure.detail);
  }
}

function tell(worker: Worker, message: ToEngine): void {
  worker.postMessage(message);
}
