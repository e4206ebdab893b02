import { EPOLLERR, EPOLLET, EPOLLIN, EPOLLONESHOT, EPOLLOUT } from "../interface.ts";
import type { InterestList, Pollable, ReadyEvent } from "../interface.ts";
import { ConnectedSocket } from "./connected_socket.ts";
import { asLibcPollable, type WatchingList } from "./connection_context.ts";
import type { LibcReactor } from "./reactor.ts";
import { checked, ERRNO, SystemCallError } from "../../system/system_interface.ts";
import { EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLL_CTL_DEL } from "../../system/system_calls.ts";
import { EPOLL_CTL_MOD, EPOLL_EVENT, EPOLLHUP, EPOLLRDHUP } from "../../system/system_calls.ts";

/** What is an end to be received, or an error that `recv` will tell. */
const HUNG_UP = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

/** How many events one wait can bring. */
const MAX_EVENTS = 64;

/** The data of an event is the descriptor, and a number for each who had it one after the other. */
const { words: WORDS, data: DESCRIPTOR, moreData: GENERATION } = EPOLL_EVENT;

/** A socket in the list. It is also the event that reports it, so that a report makes nothing new. */
interface Interest<Watched extends Pollable> extends ReadyEvent<Watched> {
  /** Tells the owners of a descriptor apart that had it one after the other. */
  readonly generation: number;
  /** What it is watched for. */
  asked: number;
}

/** epoll(7) itself. */
export class LibcEpoll<Watched extends Pollable> implements InterestList<Watched>, WatchingList {
  protected readonly reactor: LibcReactor;
  protected readonly fd: number;
  readonly #one = new Int32Array(WORDS);
  readonly #reported = new Int32Array(WORDS * MAX_EVENTS);
  /** By descriptor. */
  readonly #interests: (Interest<Watched> | undefined)[] = [];
  /** Those that it does not look at for the time being. */
  readonly #away = new Set<number>();
  /** What a wait reports. */
  readonly #events: Interest<Watched>[] = [];
  #lastGeneration = 0;

  /** @throws {SystemCallError} when there is no descriptor left */
  constructor(reactor: LibcReactor) {
    this.reactor = reactor;
    this.fd = checked("epoll_create1", reactor.calls.epoll_create1(EPOLL_CLOEXEC));
    this.#control(EPOLL_CTL_ADD, reactor.waker, EPOLLIN, 0);
    if (reactor.heard) this.#control(EPOLL_CTL_ADD, reactor.heard.descriptor, EPOLLIN, 0);
  }

  add(target: Watched, events: number): void {
    const fd = asLibcPollable(target).descriptor;
    const generation = ++this.#lastGeneration;
    this.#control(EPOLL_CTL_ADD, fd, events, generation);
    this.#interests[fd] = { target, events: 0, generation, asked: events };
    asLibcPollable(target).watchedBy?.(this, events);
  }

  modify(target: Watched, events: number): void {
    const fd = asLibcPollable(target).descriptor;
    const interest = this.#interests[fd];
    if (interest?.target !== target) throw new Error("modify() of a socket never added");
    this.#rearm(fd, events);
    interest.asked = events;
    asLibcPollable(target).watchedBy?.(this, events);
  }

  remove(target: Watched): void {
    const fd = asLibcPollable(target).descriptor;
    if (fd < 0 || this.#interests[fd]?.target !== target) return;
    this.#interests[fd] = undefined;
    this.#control(EPOLL_CTL_DEL, fd, 0, 0);
    asLibcPollable(target).watchedBy?.(undefined, 0);
  }

  lookAgain(fd: number): void {
    const interest = this.#interests[fd];
    const { asked, generation } = interest ?? { asked: EPOLLONESHOT, generation: 0 };
    if (this.#away.delete(fd)) return this.#control(EPOLL_CTL_ADD, fd, asked, generation);
    // One-shot, the loop asks for the next report by itself.
    if ((asked & EPOLLONESHOT) === 0) this.#rearm(fd, asked);
  }

  lookAway(fd: number): void {
    // Asked for nothing, it would report errors, and EPOLLEXCLUSIVE cannot be modified, epoll_ctl(2).
    this.#control(EPOLL_CTL_DEL, fd, 0, 0);
    this.#away.add(fd);
  }

  /** Closes the list itself, and nothing that is in it. */
  close(): void {
    this.reactor.calls.close(this.fd);
  }

  wait(timeoutMs: number): ReadyEvent<Watched>[] | Promise<ReadyEvent<Watched>[]> {
    this.#events.length = 0;
    const maxMs = this.reactor.prepareWait(timeoutMs);
    const count = this.reactor.calls.epoll_wait(this.fd, this.#reported, MAX_EVENTS, maxMs);
    // Interrupted by a signal, it found nothing, and the loop will ask again.
    if (count < 0 && count !== -ERRNO.EINTR) throw new SystemCallError("epoll_wait", -count);
    let reported = Math.max(0, count);
    for (let i = 0; i < count; i++) {
      if (this.#reported[i * WORDS + DESCRIPTOR] !== this.reactor.waker) this.#collect(i * WORDS);
      else reported--; // the waker is not one of theirs
    }
    if (reported < count) this.#collectToldToEnd();
    this.reactor.observer.wokeUp(Math.max(reported, this.#events.length), this.#events.length);
    return this.#events;
  }

  #collect(at: number): void {
    const fd = this.#reported[at + DESCRIPTOR];
    const interest = this.#interests[fd];
    // Of a connection that was closed since it became ready.
    if (interest?.generation !== this.#reported[at + GENERATION]) {
      return this.reactor.heard?.hearIf(fd);
    }
    const bits = this.#reported[at];
    const hungUp = (bits & HUNG_UP) !== 0;
    if (interest.target instanceof ConnectedSocket) {
      // Closed, it still waits for its client's end. Most are not reported meanwhile, so it leaves
      // the list only now, at the cost of a call.
      if (interest.target.descriptor < 0) return this.#forget(fd);
      interest.target.reported(hungUp, (interest.asked & ~bits & EPOLLIN) !== 0);
    }
    interest.events = (bits & (EPOLLIN | EPOLLOUT | EPOLLERR)) | (hungUp ? EPOLLIN : 0);
    this.#events.push(interest);
  }

  #collectToldToEnd(): void {
    this.reactor.quietWaker();
    const bySystem = this.#events.slice();
    for (const { descriptor } of this.reactor.toldToEnd()) {
      const interest = this.#interests[descriptor];
      if (interest === undefined) continue;
      const isReported = bySystem.includes(interest);
      const isCutOff = this.reactor.table.isCutOff(descriptor); // then nobody can wait to send either
      interest.events = (isReported ? interest.events : 0) | EPOLLIN | (isCutOff ? EPOLLERR : 0);
      if (!isReported) this.#events.push(interest);
    }
  }

  /** Takes out what may have left the list already; that is no mistake. */
  #forget(fd: number): void {
    this.#interests[fd] = undefined;
    this.reactor.calls.epoll_ctl(this.fd, EPOLL_CTL_DEL, fd, this.#one);
  }

  /** Has the system report anew what holds already. */
  #rearm(fd: number, events: number): void {
    this.#control(EPOLL_CTL_MOD, fd, events, this.#interests[fd]?.generation ?? 0);
  }

  #control(operation: number, fd: number, events: number, generation: number): void {
    const rdhup = (events & EPOLLET) !== 0 ? EPOLLRDHUP : 0;
    this.#one[0] = events | rdhup;
    this.#one[DESCRIPTOR] = fd;
    this.#one[GENERATION] = generation;
    checked("epoll_ctl", this.reactor.calls.epoll_ctl(this.fd, operation, fd, this.#one));
  }
}
