import { EPOLLERR, EPOLLET, EPOLLIN, EPOLLONESHOT, EPOLLOUT } from "../interface.ts";
import type { InterestList, Pollable, ReadyEvent } from "../interface.ts";
import {
  asDenoPollable,
  type DenoPollable,
  type DenoReactor,
  type Registration,
} from "./reactor.ts";

/** The interest list of epoll(7) over sockets of this kind: its cost is that of the ready ones. */
export class DenoEpoll<Watched extends Pollable> implements InterestList<Watched> {
  readonly #reactor: DenoReactor;
  #ready: Interest<Watched>[] = [];
  #checking: Interest<Watched>[] = [];
  readonly #disarmed: Interest<Watched>[] = [];
  readonly #events: Interest<Watched>[] = [];

  constructor(reactor: DenoReactor) {
    this.#reactor = reactor;
  }

  add(target: Watched, events: number): void {
    const socket = asDenoPollable(target);
    const interest = new Interest(target, socket, this.#disarmed, (queued) => {
      this.#ready.push(queued);
      this.#reactor.wake();
    });
    socket.registration = interest;
    interest.watchFor(events);
  }

  modify(target: Watched, events: number): void {
    const { registration } = asDenoPollable(target);
    if (!(registration instanceof Interest)) throw new Error("modify() of a socket never added");
    registration.watchFor(events);
  }

  remove(target: Watched): void {
    asDenoPollable(target).registration = undefined;
  }

  async wait(timeoutMs: number): Promise<ReadyEvent<Watched>[]> {
    const rest = this.#reactor.rest(this.#ready.length > 0, this.#disarmed, timeoutMs);
    if (rest !== undefined) await rest;
    const scanned = this.#ready.length;
    this.#collect();
    this.#reactor.observer.wokeUp(scanned, this.#events.length);
    return this.#events;
  }

  /** Moves what is ready into the events; what is level-triggered stays queued while it holds. */
  #collect(): void {
    [this.#checking, this.#ready] = [this.#ready, this.#checking];
    this.#events.length = 0;
    for (const interest of this.#checking) {
      interest.queued = false;
      if (interest.socket.registration !== interest) continue;
      interest.events = interest.report();
      if (interest.events === 0) continue;
      this.#events.push(interest);
      interest.wasReported();
    }
    this.#checking.length = 0;
  }
}

/** A socket in the interest list; it is also the event that reports it. */
class Interest<Watched extends Pollable> implements Registration, ReadyEvent<Watched> {
  events = 0;
  queued = false;
  /** What it is watched for: an error always, unless it is watched for nothing. */
  #asked = 0;
  #isEdgeTriggered = false;
  #isOneShot = false;
  #edges = 0;
  #toArm = false;

  constructor(
    readonly target: Watched,
    readonly socket: DenoPollable,
    private readonly disarmedList: Interest<Watched>[],
    private readonly enqueue: (interest: Interest<Watched>) => void,
  ) {}

  /** Watches it for `events` from now on, and reports anew what holds already. */
  watchFor(events: number): void {
    this.#asked = (events & (EPOLLIN | EPOLLOUT)) | EPOLLERR;
    this.#isEdgeTriggered = (events & EPOLLET) !== 0;
    this.#isOneShot = (events & EPOLLONESHOT) !== 0;
    this.#edges = 0;
    this.#signalWhatHolds();
    this.disarmed();
  }

  signal(edges: number): void {
    this.#edges |= edges;
    if (this.queued || (edges & this.#asked) === 0) return;
    this.queued = true;
    this.enqueue(this);
  }

  disarmed(): void {
    if (this.#toArm) return;
    this.#toArm = true;
    this.disarmedList.push(this);
  }

  arm(): void {
    this.#toArm = false;
    if (this.socket.registration !== this || (this.#asked & EPOLLIN) === 0) return;
    // Edge-triggered, more bytes are an edge even if the last ones are still unread.
    if (this.#isEdgeTriggered || this.socket.holds(EPOLLIN) === 0) this.socket.arm();
  }

  /** What to report now: the edges since the last time, or the levels as they are. */
  report(): number {
    const edges = this.#edges;
    this.#edges = 0;
    return this.#isEdgeTriggered ? edges & this.#asked : this.socket.holds(this.#asked);
  }

  /** Sees to the next report, if there is to be one. */
  wasReported(): void {
    if (this.#isOneShot) this.#asked = 0;
    else if (this.#isEdgeTriggered) this.disarmed(); // what comes next is an edge, read or not
    else this.#signalWhatHolds();
  }

  #signalWhatHolds(): void {
    const holds = this.socket.holds(this.#asked);
    if (holds !== 0) this.signal(holds);
  }
}
