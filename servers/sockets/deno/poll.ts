import { type Pollable, POLLERR, POLLIN } from "../interface.ts";
import type { PollEntries, PollEntry } from "../poll_entries.ts";
import { asDenoPollable, type DenoPollable, type DenoReactor } from "./reactor.ts";

/** poll(2) over sockets of this kind: every call looks at every entry. */
export class DenoPoll {
  readonly #reactor: DenoReactor;
  readonly #found: PollEntry<never>[] = [];
  readonly #unarmed: DenoPollable[] = [];

  constructor(reactor: DenoReactor) {
    this.#reactor = reactor;
  }

  /** {@linkcode Sockets.poll} */
  async poll<Watched extends Pollable>(
    entries: PollEntries<Watched>,
    timeoutMs: number,
  ): Promise<PollEntry<Watched>[]> {
    // Emptied and refilled by scan(), with the entries of this call.
    const found: PollEntry<Watched>[] = this.#found;
    let scanned = this.#scan(entries, found);
    const foundNothing = found.length === 0;
    const rest = this.#reactor.rest(!foundNothing, this.#unarmed, timeoutMs);
    if (rest !== undefined) {
      await rest;
      if (foundNothing) scanned = this.#scan(entries, found);
    }
    this.#reactor.observer.wokeUp(scanned, found.length);
    return found;
  }

  /** Sorts out what is ready and what must be armed. @returns how many sockets were looked at */
  #scan<Watched extends Pollable>(
    { list }: PollEntries<Watched>,
    found: PollEntry<Watched>[],
  ): number {
    found.length = 0;
    this.#unarmed.length = 0;
    for (const entry of list) {
      const socket = asDenoPollable(entry.target);
      entry.revents = socket.holds(entry.events | POLLERR);
      const waitsInVain = (entry.events & ~entry.revents & POLLIN) !== 0 && !socket.isArmed();
      if (waitsInVain) this.#unarmed.push(socket);
      if (entry.revents !== 0) found.push(entry);
    }
    return list.length;
  }
}
