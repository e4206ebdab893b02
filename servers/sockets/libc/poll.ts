import { EPOLLERR, EPOLLIN, EPOLLOUT } from "../interface.ts";
import type { InterestList, Pollable, ReadyEvent } from "../interface.ts";
import { EPOLLHUP } from "./epoll_event.ts";
import { asLibcPollable, type LibcReactor, ReadyEvents } from "./reactor.ts";
import { checked, ERRNO } from "../../system/system_call_error.ts";

/** `struct pollfd` in 32-bit words: the descriptor, and what is asked for and what is reported. */
const WORDS = 2;
const FIRST_CAPACITY = 64;

/**
 * poll(2) itself: an array of what is watched, which the system goes through at each wait, and after
 * it whoever asked. The first place is the waker's.
 */
export class LibcPoll<Watched extends Pollable> implements InterestList<Watched> {
  readonly #reactor: LibcReactor;
  readonly #targets: (Watched | undefined)[] = [];
  /** Where in the array a descriptor is. */
  readonly #places = new Map<number, number>();
  readonly #events = new ReadyEvents<Watched>();
  #array = new Int32Array(FIRST_CAPACITY * WORDS);
  #count = 0;
  #isWoken = false;
  #listenerDescriptor = -1;

  constructor(reactor: LibcReactor) {
    this.#reactor = reactor;
    this.#append(reactor.waker, EPOLLIN, undefined);
    reactor.onClosing = (fd) => this.#forget(fd);
  }

  add(target: Watched, events: number): void {
    const fd = asLibcPollable(target).descriptor;
    if (target.kind === "listener") this.#listenerDescriptor = fd;
    this.#append(fd, events, target);
  }

  modify(target: Watched, events: number): void {
    const place = this.#places.get(asLibcPollable(target).descriptor);
    if (place === undefined) throw new Error("modify() of a socket never added");
    this.#array[place * WORDS + 1] = events;
  }

  remove(target: Watched): void {
    this.#forget(asLibcPollable(target).descriptor);
  }

  wait(timeoutMs: number): ReadyEvent<Watched>[] {
    const { calls, observer } = this.#reactor;
    const maxMs = this.#reactor.prepareWait(timeoutMs);
    this.#restOrResume();
    this.#events.clear();
    const count = calls.poll(this.#array, this.#count, maxMs);
    // Interrupted by a signal, it found nothing, and whoever waits will ask again.
    if (count !== -ERRNO.EINTR) checked("poll", count);
    for (let place = 0, found = 0; found < count; place++) {
      const reported = this.#array[place * WORDS + 1] >>> 16;
      if (reported === 0) continue;
      found++;
      this.#collect(this.#targets[place], reported);
    }
    if (this.#isWoken) this.#collectFinished();
    observer.wokeUp(this.#count - 1, this.#events.list.length); // the waker is not one of theirs
    return this.#events.list;
  }

  #collect(target: Watched | undefined, reported: number): void {
    if (target === undefined) {
      this.#isWoken = true;
      return this.#reactor.quietWaker();
    }
    const readable = (reported & (EPOLLHUP | EPOLLERR)) !== 0 ? EPOLLIN : 0;
    this.#events.add(target, (reported & (EPOLLIN | EPOLLOUT | EPOLLERR)) | readable);
  }

  #collectFinished(): void {
    this.#isWoken = false;
    for (const { descriptor } of this.#reactor.finished()) {
      const place = this.#places.get(descriptor);
      const target = place === undefined ? undefined : this.#targets[place];
      if (target !== undefined) this.#events.add(target, EPOLLIN);
    }
  }

  #append(fd: number, events: number, target: Watched | undefined): void {
    if (this.#count * WORDS === this.#array.length) {
      const larger = new Int32Array(this.#array.length * 2);
      larger.set(this.#array);
      this.#array = larger;
    }
    const place = this.#count++;
    this.#array[place * WORDS] = fd;
    this.#array[place * WORDS + 1] = events;
    this.#targets[place] = target;
    this.#places.set(fd, place);
  }

  /** The last takes the place of the one that leaves, so that there are no gaps to go through. */
  #forget(fd: number): void {
    const place = this.#places.get(fd);
    if (place === undefined) return;
    this.#places.delete(fd);
    const last = --this.#count;
    if (place !== last) {
      const moved = this.#array[last * WORDS];
      this.#array[place * WORDS] = moved;
      this.#array[place * WORDS + 1] = this.#array[last * WORDS + 1];
      this.#targets[place] = this.#targets[last];
      this.#places.set(moved < 0 ? ~moved : moved, place);
    }
    this.#targets[last] = undefined;
  }

  /** A listener that has no descriptor to give rests: poll(2) passes over what is negative. */
  #restOrResume(): void {
    const place = this.#places.get(this.#listenerDescriptor);
    if (place === undefined) return;
    const isResting = this.#reactor.listener?.descriptor === -1;
    this.#array[place * WORDS] = isResting ? ~this.#listenerDescriptor : this.#listenerDescriptor;
  }
}
