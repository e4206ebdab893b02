import type { ChildTable } from "../context/child_table.ts";
import { Watchdog } from "../system/watchdog.ts";
import { ForkedClients } from "./forked_clients.ts";

/** How long a server without clients may take to end by itself. */
const END_MS = 2_000;

/** A server that forks, in a process of its own, as its supervisor has it. */
export class ForkingServer {
  readonly clients: ForkedClients;
  /** Watches other programs. Children of ours end with their parent, prctl(2). */
  readonly #watchdog: Watchdog | undefined;
  readonly #ended = Promise.withResolvers<void>();

  /** @param arePrograms whether clients are served by other programs */
  constructor(table: ChildTable, stats: ArrayBufferLike, arePrograms: boolean) {
    this.clients = new ForkedClients(table, stats, arePrograms);
    this.#watchdog = arePrograms ? Watchdog.start() : undefined;
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

  /** Ends what is left, and resolves when the process has ended. */
  async end(): Promise<void> {
    this.clients.endAll();
    const timer = setTimeout(() => this.clients.kill(), END_MS);
    await this.#ended.promise;
    clearTimeout(timer);
    await this.#watchdog?.dismiss();
  }
}
