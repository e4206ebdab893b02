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
  const { setup, reporter, messages } = supervision;
  const { memories, withChildren } = await createSharing(setup);
  const stats = openMemory(memories.stats);
  const log = startLog(supervision, openMemory(memories.trace));
  const startedMs = performance.now();
  const worker = new Worker(new URL("../engine/engine_worker.ts", import.meta.url), {
    type: "module",
  });
  const { promise: stopped, resolve, reject } = Promise.withResolvers<void>();
  const said = new Set<string>();
  const engineSetup = { ...setup, ...memories };
  const notice = (notice: Notice) => {
    if (SAID_ONCE.includes(notice.kind) && said.has(notice.kind)) return;
    said.add(notice.kind);
    reporter.notice(notice);
  };
  const failed = (reason: string) => reject(new RefusedError(messages.serve.engineFailed(reason)));
  const watches: Watch[] = [];
  if (setup.sockets === "libc") watches.push(watch(new Warden(memories.descriptors), setup));
  const children = withChildren && await superviseChildren(setup, withChildren, notice);
  if (children !== undefined) watches.push(watch(children, setup));
  const endClients = (graceMs: number) => {
    for (const { farewell } of watches) farewell.begin(graceMs);
    if (watches.length === 0) tell(worker, { kind: "stop", graceMs });
  };
  const stop = new Stop(supervision, endClients, stats, resolve);
  let threads: ClientThreads | undefined;

  worker.onmessage = ({ data }: MessageEvent<FromEngine>) => {
    switch (data.kind) {
      case "listening":
        reporter.listening(data, setup.model, setup.sockets);
        break;
      case "failed":
        reject(new RefusedError(explain(data.failure, setup.listen, messages)));
        break;
      case "stop-asked":
        stop.begin();
        break;
      case "notice":
        notice(data.notice);
        break;
      case "threads-wanted":
        threads = new ClientThreads(data.wanted, engineSetup, { notice, failed });
        break;
      case "client-came":
        threads?.clientCame();
        break;
      case "prepare-spares":
        children?.prepareSpares();
        break;
      case "client-for-child":
        children?.serve(data.client);
        break;
      case "stopped":
        resolve();
        break;
      case "crashed":
        failed(data.detail);
        break;
    }
  };
  worker.onerror = (event) => {
    event.preventDefault();
    failed(event.message);
  };
  tell(worker, { kind: "start", setup: engineSetup });
  stop.listenToSignals();
  try {
    await stopped;
  } finally {
    stop.end();
    for (const { farewell, stopDismissing } of watches) {
      farewell.end();
      stopDismissing();
    }
    worker.terminate();
    threads?.end();
    await children?.end();
    log?.close();
  }
  const usage = supervision.stats
    ? readResourceUsage(modelEntry(setup.model).servant === "process")
    : undefined;
  reporter.totals(readCounters(stats), performance.now() - startedMs, usage);
}

/** As all that is for children, this is loaded only where there are some. */
async function superviseChildren(
  setup: Supervision["setup"],
  sharing: ChildSharing,
  notify: (notice: Notice) => void,
): Promise<ChildProcesses> {
  const { ChildProcesses } = await import("./child_processes.ts");
  return new ChildProcesses(setup, sharing, notify);
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
