import { EPOLLERR, EPOLLIN, EPOLLOUT } from "../interface.ts";
import type { InterestList, Pollable, ReadyEvent } from "../interface.ts";
import {
  asDenoPollable,
  type DenoPollable,
  type DenoReactor,
  type Registration,
} from "./reactor.ts";

/** The list of poll(2) over sockets of this kind: every wait looks at all of it. */
export class DenoPoll<Watched extends Pollable> implements InterestList<Watched> {
  readonly #reactor: DenoReactor;
  readonly #entries: Entry<Watched>[] = [];
  readonly #events: Entry<Watched>[] = [];
  readonly #unarmed: DenoPollable[] = [];

  constructor(reactor: DenoReactor) {
    this.#reactor = reactor;
  }

  add(target: Watched, events: number): void {
    const entry = new Entry(target, asDenoPollable(target), events, this.#reactor);
    entry.socket.registration = entry;
    this.#entries.push(entry);
  }

  modify(target: Watched, events: number): void {
    const { registration } = asDenoPollable(target);
    if (!(registration instanceof Entry)) throw new Error("modify() of a socket never added");
    registration.interest = events;
  }

  /** Its entry is taken out when the list is looked through the next time. */
  remove(target: Watched): void {
    asDenoPollable(target).registration = undefined;
  }

  async wait(timeoutMs: number): Promise<ReadyEvent<Watched>[]> {
    let scanned = this.#scan();
    const foundNothing = this.#events.length === 0;
    const rest = this.#reactor.rest(!foundNothing, this.#unarmed, timeoutMs);
    if (rest !== undefined) {
      await rest;
      if (foundNothing) scanned = this.#scan();
    }
    this.#reactor.observer.wokeUp(scanned, this.#events.length);
    return this.#events;
  }

  /** Sorts out what is ready and what must be armed. @returns how many sockets were looked at */
  #scan(): number {
    this.#events.length = 0;
    this.#unarmed.length = 0;
    let count = 0;
    for (const entry of this.#entries) {
      const { socket, interest } = entry;
      if (socket.registration !== entry) continue; // removed, or closed
      this.#entries[count++] = entry;
      let events = socket.isFaulty() ? EPOLLERR : 0;
      if ((interest & EPOLLIN) !== 0) {
        if (socket.isReadable()) events |= EPOLLIN;
        else if (!socket.isArmed()) this.#unarmed.push(socket);
      }
      if ((interest & EPOLLOUT) !== 0 && socket.isWritable()) events |= EPOLLOUT;
      entry.events = events;
      if (events !== 0) this.#events.push(entry);
    }
    this.#entries.length = count;
    return count;
  }
}

/** The `pollfd` of a socket; it is also the event that reports it. */
class Entry<Watched extends Pollable> implements Registration, ReadyEvent<Watched> {
  events = 0;

  constructor(
    readonly target: Watched,
    readonly socket: DenoPollable,
    public interest: number,
    private readonly reactor: DenoReactor,
  ) {}

  /** What it is that has become ready, the next look will tell. */
  signal(): void {
    this.reactor.wake();
  }

  /** Nothing: whoever is not armed is noticed when the list is looked through. */
  disarmed(): void {}
}
