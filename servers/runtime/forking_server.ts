import { ChildTable } from "../context/child_table.ts";
import type { ClosableClients } from "../context/closable_clients.ts";
import { WorkersMemory } from "../context/forked_workers.ts";
import type { ServerSetup } from "../context/protocol.ts";
import { openMemory } from "../metrics/memory.ts";
import type { ProcessMemory } from "../metrics/process_memory.ts";
import { modelEntry } from "../registry.ts";
import { ForkedClients } from "./forked_clients.ts";
import { sendSignal } from "../system/spawn.ts";
import { Watchdog } from "../system/watchdog.ts";

/** How long a server that listens may take to end by itself. */
const END_MS = 2_000;

/** A server that forks, in a process of its own, as its supervisor has it. */
export class ForkingServer {
  readonly #clients: { endAll(): void };
  /** Watches other programs. A forked child ends with its parent by itself, prctl(2). */
  readonly #watchdog: Watchdog | undefined;
  #pid = 0;
  #onStarted: () => void = () => {};
  readonly #ended = Promise.withResolvers<void>();

  /**
   * @param memory that it shares with its children
   * @param watch ends its clients when they are silent, or the server stops
   */
  static async of(
    { stats, children, workers }: ProcessMemory,
    { model, options, descriptorLimit }: ServerSetup,
    watch: <Client>(clients: ClosableClients<Client>) => void,
  ): Promise<ForkingServer> {
    const table = new ChildTable(openMemory(children));
    if (modelEntry(model).forks === "beforehand") {
      const { ForkedWorkers } = await import("./forked_workers.ts");
      const memory = new WorkersMemory(workers, { workers: options.workers, descriptorLimit });
      const clients = new ForkedWorkers(table, memory);
      watch(clients);
      return new ForkingServer(clients, false);
    }
    const arePrograms = options.exec.length > 0;
    const clients = new ForkedClients(table, openMemory(stats), arePrograms);
    watch(clients);
    return new ForkingServer(clients, arePrograms);
  }

  /**
   * @param clients of its children
   * @param arePrograms whether clients are served by other programs
   */
  private constructor(clients: { endAll(): void }, arePrograms: boolean) {
    this.#clients = clients;
    this.#watchdog = arePrograms ? Watchdog.start() : undefined;
  }

  /** The process runs, and loads what it needs. */
  started(pid: number): void {
    this.#pid = pid;
    this.#onStarted();
  }

  programStarted(pid: number): void {
    this.#watchdog?.watch(pid);
  }

  programEnded(pid: number): void {
    this.#watchdog?.release(pid);
  }

  /** The process has ended, and was waited for. */
  ended(): void {
    this.#ended.resolve();
  }

  /**
   * Ends what is left, and resolves when the process has ended.
   *
   * @param isListening if not, it may be stuck in a handler that it loads, and is killed at once
   */
  async end(isListening: boolean): Promise<void> {
    this.#clients.endAll();
    const timer = setTimeout(() => this.#kill(), isListening ? END_MS : 0);
    await this.#ended.promise;
    clearTimeout(timer);
    await this.#watchdog?.dismiss();
  }

  /** Ends the process now, or as soon as there is one. Its children end with it. */
  #kill(): void {
    if (this.#pid === 0) this.#onStarted = () => this.#kill();
    else sendSignal(this.#pid, "SIGKILL");
  }
}
