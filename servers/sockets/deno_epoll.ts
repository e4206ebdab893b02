import { EPOLLERR, EPOLLET, EPOLLIN, EPOLLOUT } from "./interface.ts";
import type { InterestList, Pollable, ReadyEvent } from "./interface.ts";
import type { DenoHub, DenoPollable, Registration } from "./deno_hub.ts";

/** The interest list of epoll(7) over sockets of this kind: its cost is that of the ready ones. */
export class DenoEpoll<Watched extends Pollable> implements InterestList<Watched> {
  readonly #hub: DenoHub;
  #ready: Interest<Watched>[] = [];
  #checking: Interest<Watched>[] = [];
  readonly #disarmed: Interest<Watched>[] = [];
  readonly #events: Interest<Watched>[] = [];

  constructor(hub: DenoHub) {
    this.#hub = hub;
  }

  add(target: Watched, events: number): void {
    const socket = asDenoPollable(target);
    const interest = new Interest(target, socket, events, this.#disarmed, (queued) => {
      this.#ready.push(queued);
      this.#hub.wake();
    });
    socket.registration = interest;
    interest.signalWhatHolds();
    interest.disarmed();
  }

  modify(target: Watched, events: number): void {
    const { registration } = asDenoPollable(target);
    if (!(registration instanceof Interest)) throw new Error("modify() of a socket never added");
    registration.interest = events;
    registration.signalWhatHolds();
    registration.disarmed();
  }

  remove(target: Watched): void {
    asDenoPollable(target).registration = undefined;
  }

  async wait(timeoutMs: number): Promise<ReadyEvent<Watched>[]> {
    const { observer, connections, turn } = this.#hub;
    if (this.#ready.length === 0) {
      if (connections.size === 0) observer.waiting();
      this.#armAll();
      if (this.#ready.length === 0) await this.#hub.sleep(timeoutMs);
    } else if (this.#hub.isTimeToTurn()) {
      this.#armAll();
      await turn.take();
    }
    const scanned = this.#ready.length;
    this.#collect();
    observer.wokeUp(scanned, this.#events.length);
    return this.#events;
  }

  #armAll(): void {
    for (const interest of this.#disarmed) interest.arm();
    this.#disarmed.length = 0;
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
      if ((interest.interest & EPOLLET) === 0) interest.signalWhatHolds();
      else interest.disarmed(); // what comes next is an edge, read or unread as this may be
    }
    this.#checking.length = 0;
  }
}

/** A socket in the interest list; it is also the event that reports it. */
class Interest<Watched extends Pollable> implements Registration, ReadyEvent<Watched> {
  events = 0;
  queued = false;
  #edges = 0;
  #toArm = false;

  constructor(
    readonly target: Watched,
    readonly socket: DenoPollable,
    public interest: number,
    private readonly disarmedList: Interest<Watched>[],
    private readonly enqueue: (interest: Interest<Watched>) => void,
  ) {}

  signal(edges: number): void {
    this.#edges |= edges;
    if (this.queued || ((edges & (this.interest | EPOLLERR)) === 0)) return;
    this.queued = true;
    this.enqueue(this);
  }

  signalWhatHolds(): void {
    const holds = this.#holds() & (this.interest | EPOLLERR);
    if (holds !== 0) this.signal(holds);
  }

  disarmed(): void {
    if (this.#toArm) return;
    this.#toArm = true;
    this.disarmedList.push(this);
  }

  arm(): void {
    this.#toArm = false;
    if (this.socket.registration !== this || (this.interest & EPOLLIN) === 0) return;
    // Edge-triggered, more bytes are an edge even if the last ones are still unread.
    if ((this.interest & EPOLLET) !== 0 || !this.socket.isReadable()) this.socket.arm();
  }

  /** What to report now: the edges since the last time, or the levels as they are. */
  report(): number {
    const edges = this.#edges;
    this.#edges = 0;
    const asked = this.interest | EPOLLERR;
    return asked & ((this.interest & EPOLLET) !== 0 ? edges : this.#holds());
  }

  #holds(): number {
    return (this.socket.isReadable() ? EPOLLIN : 0) | (this.socket.isWritable() ? EPOLLOUT : 0) |
      (this.socket.isFaulty() ? EPOLLERR : 0);
  }
}

/** Every socket that this kind hands out is one; another kind's would be a mistake of ours. */
export function asDenoPollable(socket: Pollable): DenoPollable {
  if (!("registration" in socket)) throw new Error("a socket of another kind");
  // The property is only declared there.
  return socket as DenoPollable;
}
