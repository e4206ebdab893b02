import { EPOLLERR, EPOLLET, EPOLLIN, EPOLLOUT } from "./interface.ts";
import type { InterestList, Pollable, ReadyEvent } from "./interface.ts";
import { LibcConnection } from "./libc_connection.ts";
import { EPOLL_EVENT, EPOLLHUP, EPOLLRDHUP } from "./epoll_event.ts";
import { ReadyEvents } from "./ready_events.ts";
import { asLibcPollable, type LibcHub } from "./libc_hub.ts";
import { checked, ERRNO } from "./system_call_error.ts";
import { EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD } from "./system_calls.ts";

/** What is an end to be received, or an error that `recv` will tell. */
const HUNG_UP = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

/** How many events one wait can bring. */
const MOST_EVENTS = 64;

/** The data of an event is the descriptor, and a number for each who had it one after the other. */
const { words: WORDS, data: DESCRIPTOR, moreData: GENERATION } = EPOLL_EVENT;

/** epoll(7) itself. */
export class LibcEpoll<Watched extends Pollable> implements InterestList<Watched> {
  readonly #hub: LibcHub;
  readonly #fd: number;
  readonly #one = new Int32Array(WORDS);
  readonly #reported = new Int32Array(WORDS * MOST_EVENTS);
  /** By descriptor. */
  readonly #targets: (Watched | undefined)[] = [];
  readonly #generations: number[] = [];
  readonly #events = new ReadyEvents<Watched>();
  #lastGeneration = 0;
  #isWoken = false;
  #listener: { target: Watched; events: number } | undefined = undefined;
  /** While the listener has no descriptor to give, it must not be reported. */
  #isResting = false;

  /** @throws {SystemCallError} when there is no descriptor left */
  constructor(hub: LibcHub) {
    this.#hub = hub;
    this.#fd = checked("epoll_create1", hub.calls.epoll_create1(EPOLL_CLOEXEC));
    this.#control(EPOLL_CTL_ADD, hub.waker, EPOLLIN, 0);
  }

  add(target: Watched, events: number): void {
    const fd = asLibcPollable(target).descriptor;
    const generation = ++this.#lastGeneration;
    this.#control(EPOLL_CTL_ADD, fd, events, generation);
    this.#targets[fd] = target;
    this.#generations[fd] = generation;
    if (target.kind === "listener") this.#listener = { target, events };
    if (target instanceof LibcConnection) target.watchEdges((events & EPOLLET) !== 0);
  }

  modify(target: Watched, events: number): void {
    const fd = asLibcPollable(target).descriptor;
    if (this.#targets[fd] !== target) throw new Error("modify() of a socket never added");
    this.#control(EPOLL_CTL_MOD, fd, events, this.#generations[fd]);
    if (target instanceof LibcConnection) target.watchEdges((events & EPOLLET) !== 0);
  }

  remove(target: Watched): void {
    const fd = asLibcPollable(target).descriptor;
    if (fd < 0 || this.#targets[fd] !== target) return;
    this.#targets[fd] = undefined;
    this.#control(EPOLL_CTL_DEL, fd, 0, 0);
    if (target instanceof LibcConnection) target.watchEdges(false);
  }

  wait(timeoutMs: number): ReadyEvent<Watched>[] {
    const { calls, observer } = this.#hub;
    this.#events.clear();
    const mostMs = this.#hub.prepareWait(timeoutMs);
    this.#restOrResume();
    const count = calls.epoll_wait(this.#fd, this.#reported, MOST_EVENTS, mostMs);
    // Interrupted by a signal, it found nothing, and whoever waits will ask again.
    if (count !== -ERRNO.EINTR) checked("epoll_wait", count);
    for (let i = 0; i < count; i++) this.#collect(i * WORDS);
    if (this.#isWoken) this.#collectFinished();
    observer.wokeUp(Math.max(0, count), this.#events.list.length);
    return this.#events.list;
  }

  #collect(at: number): void {
    const fd = this.#reported[at + DESCRIPTOR];
    if (fd === this.#hub.waker) {
      this.#isWoken = true;
      return this.#hub.quietWaker();
    }
    const target = this.#targets[fd];
    // Of a connection that was closed since it became ready.
    if (this.#generations[fd] !== this.#reported[at + GENERATION]) return;
    if (target === undefined) return;
    const bits = this.#reported[at];
    if (target instanceof LibcConnection) {
      // Closed, it still waits for its client's end. Most are not reported meanwhile, so it leaves
      // the list only now, at the cost of a call.
      if (target.descriptor < 0) return this.#forget(fd);
      target.reported((bits & HUNG_UP) !== 0);
    }
    const readable = (bits & HUNG_UP) !== 0 ? EPOLLIN : 0;
    this.#events.add(target, (bits & (EPOLLIN | EPOLLOUT | EPOLLERR)) | readable);
  }

  #collectFinished(): void {
    this.#isWoken = false;
    for (const { descriptor } of this.#hub.finished()) {
      const target = this.#targets[descriptor];
      const isCutOff = this.#hub.table.isCutOff(descriptor); // then nobody can wait to send either
      if (target !== undefined) this.#events.add(target, isCutOff ? EPOLLIN | EPOLLERR : EPOLLIN);
    }
  }

  /** Takes out what may have left the list already; that is no mistake. */
  #forget(fd: number): void {
    this.#targets[fd] = undefined;
    this.#one.fill(0);
    this.#hub.calls.epoll_ctl(this.#fd, EPOLL_CTL_DEL, fd, this.#one);
  }

  #restOrResume(): void {
    const listener = this.#listener;
    if (listener === undefined) return;
    const isResting = asLibcPollable(listener.target).descriptor < 0;
    if (isResting === this.#isResting) return;
    this.#isResting = isResting;
    if (isResting) {
      const fd = this.#targets.indexOf(listener.target);
      // Closed for good it has left the list by itself, so that this is refused.
      this.#forget(fd);
    } else this.add(listener.target, listener.events);
  }

  #control(operation: number, fd: number, events: number, generation: number): void {
    const rdhup = (events & EPOLLET) !== 0 ? EPOLLRDHUP : 0;
    this.#one[0] = events | rdhup;
    this.#one[DESCRIPTOR] = fd;
    this.#one[GENERATION] = generation;
    checked("epoll_ctl", this.#hub.calls.epoll_ctl(this.#fd, operation, fd, this.#one));
  }
}
