import { EPOLLERR, EPOLLET, EPOLLIN, EPOLLONESHOT, EPOLLOUT } from "../interface.ts";
import type { InterestList, Pollable, ReadyEvent } from "../interface.ts";
import { ConnectedSocket } from "./connected_socket.ts";
import type { WatchingList } from "./connection_context.ts";
import { asLibcPollable, type LibcReactor } from "./reactor.ts";
import { checked, ERRNO, SystemCallError } from "../../system/system_call_error.ts";
import { EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLL_CTL_DEL } from "../../system/system_calls.ts";
import { EPOLL_CTL_MOD, EPOLL_EVENT, EPOLLHUP, EPOLLRDHUP } from "../../system/system_calls.ts";

/** What is an end to be received, or an error that `recv` will tell. */
const HUNG_UP = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

/** How many events one wait can bring. */
const MAX_EVENTS = 64;

/** The data of an event is the descriptor, and a number for each who had it one after the other. */
const { words: WORDS, data: DESCRIPTOR, moreData: GENERATION } = EPOLL_EVENT;

/** epoll(7) itself. */
export class LibcEpoll<Watched extends Pollable> implements InterestList<Watched>, WatchingList {
  readonly #reactor: LibcReactor;
  readonly #fd: number;
  readonly #one = new Int32Array(WORDS);
  readonly #reported = new Int32Array(WORDS * MAX_EVENTS);
  /** By descriptor. */
  readonly #targets: (Watched | undefined)[] = [];
  readonly #generations: number[] = [];
  readonly #asked: number[] = [];
  /** Those that it does not look at for the time being. */
  readonly #away = new Set<number>();
  /** What a wait reports, in objects that the next wait uses again. */
  readonly #events: ReadyEvent<Watched>[] = [];
  readonly #pool: { target: Watched; events: number }[] = [];
  #lastGeneration = 0;

  /** @throws {SystemCallError} when there is no descriptor left */
  constructor(reactor: LibcReactor) {
    this.#reactor = reactor;
    this.#fd = checked("epoll_create1", reactor.calls.epoll_create1(EPOLL_CLOEXEC));
    this.#control(EPOLL_CTL_ADD, reactor.waker, EPOLLIN, 0);
  }

  add(target: Watched, events: number): void {
    const fd = asLibcPollable(target).descriptor;
    this.#control(EPOLL_CTL_ADD, fd, events, ++this.#lastGeneration);
    this.#targets[fd] = target;
    this.#generations[fd] = this.#lastGeneration;
    this.#ask(fd, target, events);
  }

  modify(target: Watched, events: number): void {
    const fd = asLibcPollable(target).descriptor;
    if (this.#targets[fd] !== target) throw new Error("modify() of a socket never added");
    this.#rearm(fd, events);
    this.#ask(fd, target, events);
  }

  #ask(fd: number, target: Watched, events: number): void {
    this.#asked[fd] = events;
    asLibcPollable(target).watchedBy?.(this, events);
  }

  remove(target: Watched): void {
    const fd = asLibcPollable(target).descriptor;
    if (fd < 0 || this.#targets[fd] !== target) return;
    this.#targets[fd] = undefined;
    this.#control(EPOLL_CTL_DEL, fd, 0, 0);
    asLibcPollable(target).watchedBy?.(undefined, 0);
  }

  lookAgain(fd: number): void {
    if (this.#away.delete(fd)) {
      return this.#control(EPOLL_CTL_ADD, fd, this.#asked[fd], this.#generations[fd]);
    }
    // One-shot, the loop asks for the next report by itself.
    if ((this.#asked[fd] & EPOLLONESHOT) === 0) this.#rearm(fd, this.#asked[fd]);
  }

  lookAway(fd: number): void {
    // Asked for nothing, it would report errors, and EPOLLEXCLUSIVE cannot be modified, epoll_ctl(2).
    this.#control(EPOLL_CTL_DEL, fd, 0, 0);
    this.#away.add(fd);
  }

  /** Closes the list itself, and nothing that is in it. */
  close(): void {
    this.#reactor.calls.close(this.#fd);
  }

  wait(timeoutMs: number): ReadyEvent<Watched>[] {
    const { calls, observer } = this.#reactor;
    this.#events.length = 0;
    const maxMs = this.#reactor.prepareWait(timeoutMs);
    const count = calls.epoll_wait(this.#fd, this.#reported, MAX_EVENTS, maxMs);
    // Interrupted by a signal, it found nothing, and the loop will ask again.
    if (count < 0 && count !== -ERRNO.EINTR) throw new SystemCallError("epoll_wait", -count);
    let reported = Math.max(0, count);
    for (let i = 0; i < count; i++) {
      if (this.#reported[i * WORDS + DESCRIPTOR] !== this.#reactor.waker) this.#collect(i * WORDS);
      else reported--; // the waker is not one of theirs
    }
    if (reported < count) this.#collectToldToEnd();
    observer.wokeUp(Math.max(reported, this.#events.length), this.#events.length);
    return this.#events;
  }

  #collect(at: number): void {
    const fd = this.#reported[at + DESCRIPTOR];
    const target = this.#targets[fd];
    // Of a connection that was closed since it became ready.
    if (target === undefined || this.#generations[fd] !== this.#reported[at + GENERATION]) return;
    const bits = this.#reported[at];
    const hungUp = (bits & HUNG_UP) !== 0;
    if (target instanceof ConnectedSocket) {
      // Closed, it still waits for its client's end. Most are not reported meanwhile, so it leaves
      // the list only now, at the cost of a call.
      if (target.descriptor < 0) return this.#forget(fd);
      target.reported(hungUp, (this.#asked[fd] & ~bits & EPOLLIN) !== 0);
    }
    this.#report(target, (bits & (EPOLLIN | EPOLLOUT | EPOLLERR)) | (hungUp ? EPOLLIN : 0));
  }

  #collectToldToEnd(): void {
    this.#reactor.quietWaker();
    for (const { descriptor } of this.#reactor.toldToEnd()) {
      const target = this.#targets[descriptor];
      const isCutOff = this.#reactor.table.isCutOff(descriptor); // then nobody can wait to send either
      if (target !== undefined) this.#report(target, isCutOff ? EPOLLIN | EPOLLERR : EPOLLIN);
    }
  }

  #report(target: Watched, events: number): void {
    const event = this.#pool[this.#events.length] ??= { target, events };
    event.target = target;
    event.events = events;
    this.#events.push(event);
  }

  /** Takes out what may have left the list already; that is no mistake. */
  #forget(fd: number): void {
    this.#targets[fd] = undefined;
    this.#one.fill(0);
    this.#reactor.calls.epoll_ctl(this.#fd, EPOLL_CTL_DEL, fd, this.#one);
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
