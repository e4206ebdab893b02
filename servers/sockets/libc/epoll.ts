import { EPOLLERR, EPOLLET, EPOLLIN, EPOLLONESHOT, EPOLLOUT } from "../interface.ts";
import type { InterestList, Pollable, ReadyEvent } from "../interface.ts";
import { LibcConnection } from "./connection.ts";
import { EPOLL_EVENT, EPOLLHUP, EPOLLRDHUP } from "./epoll_event.ts";
import type { EdgeTriggeredList } from "./connection_context.ts";
import { asLibcPollable, type LibcReactor, ReadyEvents } from "./reactor.ts";
import { checked, ERRNO } from "../../system/system_call_error.ts";
import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
} from "../../system/system_calls.ts";

/** What is an end to be received, or an error that `recv` will tell. */
const HUNG_UP = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

/** How many events one wait can bring. */
const MAX_EVENTS = 64;

/** The data of an event is the descriptor, and a number for each who had it one after the other. */
const { words: WORDS, data: DESCRIPTOR, moreData: GENERATION } = EPOLL_EVENT;

/** epoll(7) itself. */
export class LibcEpoll<Watched extends Pollable>
  implements InterestList<Watched>, EdgeTriggeredList {
  readonly #reactor: LibcReactor;
  readonly #fd: number;
  readonly #one = new Int32Array(WORDS);
  readonly #reported = new Int32Array(WORDS * MAX_EVENTS);
  /** By descriptor. */
  readonly #targets: (Watched | undefined)[] = [];
  readonly #generations: number[] = [];
  readonly #asked: number[] = [];
  readonly #events = new ReadyEvents<Watched>();
  #lastGeneration = 0;
  #isWoken = false;
  #listenerDescriptor = -1;
  /** While accepting rests, the listener must not be reported. */
  #isResting = false;
  /** How many of the listener's rests were looked at. */
  #rests = 0;

  /** @throws {SystemCallError} when there is no descriptor left */
  constructor(reactor: LibcReactor) {
    this.#reactor = reactor;
    this.#fd = checked("epoll_create1", reactor.calls.epoll_create1(EPOLL_CLOEXEC));
    this.#control(EPOLL_CTL_ADD, reactor.waker, EPOLLIN, 0);
  }

  add(target: Watched, events: number): void {
    const fd = asLibcPollable(target).descriptor;
    const generation = ++this.#lastGeneration;
    this.#control(EPOLL_CTL_ADD, fd, events, generation);
    this.#targets[fd] = target;
    this.#generations[fd] = generation;
    if (target.kind === "listener") this.#listenerDescriptor = fd;
    this.#ask(fd, target, events);
  }

  modify(target: Watched, events: number): void {
    const fd = asLibcPollable(target).descriptor;
    if (this.#targets[fd] !== target) throw new Error("modify() of a socket never added");
    this.#control(EPOLL_CTL_MOD, fd, events, this.#generations[fd]);
    this.#ask(fd, target, events);
  }

  #ask(fd: number, target: Watched, events: number): void {
    this.#asked[fd] = events;
    if (target instanceof LibcConnection) {
      target.watchEdges((events & EPOLLET) === 0 ? undefined : this);
    }
  }

  remove(target: Watched): void {
    const fd = asLibcPollable(target).descriptor;
    if (fd < 0 || this.#targets[fd] !== target) return;
    this.#targets[fd] = undefined;
    if (fd === this.#listenerDescriptor) this.#listenerDescriptor = -1;
    this.#control(EPOLL_CTL_DEL, fd, 0, 0);
    if (target instanceof LibcConnection) target.watchEdges(undefined);
  }

  lookAgain(fd: number): void {
    // One-shot, the loop asks for the next report by itself.
    if ((this.#asked[fd] & EPOLLONESHOT) === 0) this.#rearm(fd, this.#asked[fd]);
  }

  wait(timeoutMs: number): ReadyEvent<Watched>[] {
    const { calls, observer } = this.#reactor;
    this.#events.clear();
    const maxMs = this.#reactor.prepareWait(timeoutMs);
    this.#followListener();
    const count = calls.epoll_wait(this.#fd, this.#reported, MAX_EVENTS, maxMs);
    // Interrupted by a signal, it found nothing, and whoever waits will ask again.
    if (count !== -ERRNO.EINTR) checked("epoll_wait", count);
    for (let i = 0; i < count; i++) this.#collect(i * WORDS);
    const reported = Math.max(0, count) - (this.#isWoken ? 1 : 0); // the waker is not one of theirs
    if (this.#isWoken) this.#collectFinished();
    observer.wokeUp(Math.max(reported, this.#events.list.length), this.#events.list.length);
    return this.#events.list;
  }

  #collect(at: number): void {
    const fd = this.#reported[at + DESCRIPTOR];
    if (fd === this.#reactor.waker) {
      this.#isWoken = true;
      return this.#reactor.quietWaker();
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
    for (const { descriptor } of this.#reactor.finished()) {
      const target = this.#targets[descriptor];
      const isCutOff = this.#reactor.table.isCutOff(descriptor); // then nobody can wait to send either
      if (target !== undefined) this.#events.add(target, isCutOff ? EPOLLIN | EPOLLERR : EPOLLIN);
    }
  }

  /** Takes out what may have left the list already; that is no mistake. */
  #forget(fd: number): void {
    this.#targets[fd] = undefined;
    this.#one.fill(0);
    this.#reactor.calls.epoll_ctl(this.#fd, EPOLL_CTL_DEL, fd, this.#one);
  }

  /**
   * Has the listener reported no more while accepting rests, and anew when it goes on, even if that was
   * over before anybody looked: who waits to be accepted is no edge to come.
   */
  #followListener(): void {
    const { listener, table } = this.#reactor;
    if (listener === undefined || this.#listenerDescriptor < 0 || table.stopping) return;
    const isResting = listener.descriptor < 0;
    if (isResting === this.#isResting && listener.rests === this.#rests) return;
    this.#isResting = isResting;
    this.#rests = listener.rests;
    const fd = this.#listenerDescriptor;
    this.#rearm(fd, isResting ? 0 : this.#asked[fd]);
  }

  /** Has the system report anew what holds already. */
  #rearm(fd: number, events: number): void {
    this.#control(EPOLL_CTL_MOD, fd, events, this.#generations[fd]);
  }

  #control(operation: number, fd: number, events: number, generation: number): void {
    const rdhup = (events & EPOLLET) !== 0 ? EPOLLRDHUP : 0;
    this.#one[0] = events | rdhup;
    this.#one[DESCRIPTOR] = fd;
    this.#one[GENERATION] = generation;
    checked("epoll_ctl", this.#reactor.calls.epoll_ctl(this.#fd, operation, fd, this.#one));
  }
}
