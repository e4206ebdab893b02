import { CLIENT_SENDS, SERVER_WORKS, type Turn } from "../sockets/interface.ts";
import type { ChildTable, ListedChild } from "../context/child_table.ts";
import type { ClosableClients } from "../context/closable_clients.ts";
import { COUNTER, openCounters } from "../metrics/counters.ts";
import { sendSignal } from "../system/spawn.ts";
import { trafficOf } from "../workers/libc/child_process.ts";
import { FINISH_SIGNAL } from "../workers/child_protocol.ts";

/**
 * The clients of a server that forks, as its supervisor sees them. The supervisor only requests: the
 * server is the parent, and only a parent can be sure that a process id is still the child's.
 */
export class ForkedClients implements ClosableClients<ListedChild> {
  readonly #table: ChildTable;
  readonly #stats: ArrayBufferLike;
  readonly #arePrograms: boolean;
  /** The same object for a child as long as it is there. */
  #known = new Map<number, ListedChild>();

  /** @param arePrograms whether the children are other programs, which do not count what they do */
  constructor(table: ChildTable, stats: ArrayBufferLike, arePrograms: boolean) {
    this.#table = table;
    this.#stats = stats;
    this.#arePrograms = arePrograms;
  }

  all(): Iterable<ListedChild> {
    const present = new Map<number, ListedChild>();
    for (const child of this.#table.children()) {
      present.set(child.pid, this.#known.get(child.pid) ?? child);
    }
    this.#known = present;
    return present.values();
  }

  activity({ pid, number }: ListedChild): number {
    if (this.#arePrograms) return trafficOf(pid).activity;
    const counters = openCounters(this.#stats, number);
    return counters[COUNTER.recvs] + counters[COUNTER.sends];
  }

  /** A forked child ends a silent client itself: only it knows when it owes nothing. */
  turn({ pid }: ListedChild): Turn {
    return !this.#arePrograms || trafficOf(pid).mayOwe ? SERVER_WORKS : CLIENT_SENDS;
  }

  hasUnread(): boolean {
    return false; // what a child has not received counts as owed
  }

  stopListening(): void {
    this.#table.stop();
    this.#wake();
  }

  finish(child: ListedChild): void {
    this.#table.request(child, "finish");
    this.#wake();
  }

  dismiss(child: ListedChild): void {
    this.#table.request(child, "dismiss");
    this.#wake();
  }

  abort(child: ListedChild): void {
    this.#table.request(child, "abort");
    this.#wake();
  }

  /** Ends all children that are left, and then the server. */
  endAll(): void {
    for (const child of this.#table.children()) this.#table.request(child, "abort");
    this.stopListening();
  }

  #wake(): void {
    const { serverPid } = this.#table;
    if (serverPid !== 0) sendSignal(serverPid, FINISH_SIGNAL);
  }
}
