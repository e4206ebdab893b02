import { POLLERR, POLLIN, POLLOUT } from "../interface.ts";
import type { Pollable } from "../interface.ts";
import { type PollEntries, type PollEntry, POLLFD_WORDS } from "../poll_entries.ts";
import { EPOLLHUP as POLLHUP } from "../../system/system_calls.ts";
import type { LibcReactor } from "./reactor.ts";
import { checked, ERRNO } from "../../system/system_interface.ts";

/** poll(2) itself. The waker stands behind the program's entries for the length of the call. */
export class LibcPoll {
  readonly #reactor: LibcReactor;
  readonly #found: PollEntry<never>[] = [];

  constructor(reactor: LibcReactor) {
    this.#reactor = reactor;
  }

  /** {@linkcode Sockets.poll} */
  poll<Watched extends Pollable>(
    entries: PollEntries<Watched>,
    timeoutMs: number,
  ): PollEntry<Watched>[] | Promise<PollEntry<Watched>[]> {
    const { offThread, runsEventLoop } = this.#reactor;
    const maxMs = this.#prepare(entries, timeoutMs);
    if (!runsEventLoop) return this.#poll(entries, maxMs);
    const { list, pollfds } = entries;
    return offThread.wait(pollfds, list.length + 1, maxMs).then(() => this.#poll(entries, 0));
  }

  #poll<Watched extends Pollable>(
    entries: PollEntries<Watched>,
    maxMs: number,
  ): PollEntry<Watched>[] {
    // Emptied and refilled here, with the entries of this call.
    const found: PollEntry<Watched>[] = this.#found;
    for (const entry of found) entry.revents = 0;
    found.length = 0;
    const { list, pollfds } = entries;
    let left = this.#call(entries, maxMs);
    for (let place = 0; left > 0; place++) {
      const reported = pollfds[place * POLLFD_WORDS + 1] >>> 16;
      if (reported === 0) continue;
      left--;
      if (place === list.length) this.#addFinished(entries, found);
      else add(found, list[place], reported);
    }
    this.#reactor.observer.wokeUp(list.length, found.length);
    return found;
  }

  /** Adds the waker to the entries. @returns how long to wait, as poll(2) takes it */
  #prepare<Watched extends Pollable>(entries: PollEntries<Watched>, timeoutMs: number): number {
    const maxMs = this.#reactor.prepareWait(timeoutMs);
    entries.refreshListener();
    const { list, pollfds } = entries;
    pollfds[list.length * POLLFD_WORDS] = this.#reactor.waker;
    pollfds[list.length * POLLFD_WORDS + 1] = POLLIN;
    return maxMs;
  }

  /** @returns how many entries have something to report, the waker's among them */
  #call<Watched extends Pollable>(entries: PollEntries<Watched>, maxMs: number): number {
    const { calls } = this.#reactor;
    const { list, pollfds } = entries;
    const count = calls.poll(pollfds, list.length + 1, maxMs);
    // Interrupted by a signal, it found nothing, and left the array as it was.
    return count === -ERRNO.EINTR ? 0 : checked("poll", count);
  }

  /** The waker is ready: some connections were told to end, which the system does not know of. */
  #addFinished<Watched extends Pollable>(
    entries: PollEntries<Watched>,
    found: PollEntry<Watched>[],
  ): void {
    this.#reactor.quietWaker();
    for (const connection of this.#reactor.toldToEnd()) {
      const entry = entries.get(connection);
      if (entry !== undefined) add(found, entry, POLLIN);
    }
  }
}

function add<Entry extends PollEntry>(found: Entry[], entry: Entry, reported: number): void {
  if (entry.revents === 0) found.push(entry);
  // An end or an error is there to be received.
  const readable = (reported & (POLLHUP | POLLERR)) !== 0 ? POLLIN : 0;
  entry.revents |= (reported & (POLLIN | POLLOUT | POLLERR)) | readable;
}
