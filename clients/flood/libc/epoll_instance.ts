import { EPOLL_EVENT } from "../../../servers/system/system_calls.ts";
import { checked, ERRNO, SystemCallError } from "../../../servers/system/system_interface.ts";
import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  type SystemCalls,
} from "../../../servers/system/system_calls.ts";

/** How many events one wait fetches at most. */
const MAX_EVENTS = 1_024;

const { words: EVENT_WORDS, data: DATA_WORD } = EPOLL_EVENT;

/** An epoll instance, epoll(7), that reports its descriptors by the numbers they were added with. */
export class EpollInstance {
  readonly #calls: SystemCalls;
  readonly #fd: number;
  readonly #events = new Int32Array(MAX_EVENTS * EVENT_WORDS);
  readonly #change = new Int32Array(EVENT_WORDS);
  /** What {@linkcode waitExactly} gives select(2): a set with this instance in it, and a timeout. */
  readonly #set: Int32Array;
  /** `struct timeval`: seconds and microseconds of 64 bits each, of which the lower halves suffice. */
  readonly #timeout = new Int32Array(4);

  /** @throws {SystemCallError} when there is no descriptor for it */
  constructor(calls: SystemCalls) {
    this.#calls = calls;
    this.#fd = checked("epoll_create1", calls.epoll_create1(EPOLL_CLOEXEC));
    this.#set = new Int32Array((this.#fd >> 5) + 1);
  }

  /**
   * Watches `fd`, which is reported as `number`, until it is closed.
   *
   * @returns the negative errno when it failed
   */
  add(fd: number, number: number, events: number): number {
    this.#change[0] = events;
    this.#change[DATA_WORD] = number;
    return this.#calls.epoll_ctl(this.#fd, EPOLL_CTL_ADD, fd, this.#change);
  }

  /**
   * Waits until a descriptor is ready, or for `timeoutMs`, a whole number.
   *
   * @returns how many events there are
   * @throws {SystemCallError} when the system cannot wait
   */
  wait(timeoutMs: number): number {
    const count = this.#calls.epoll_wait(this.#fd, this.#events, MAX_EVENTS, timeoutMs);
    if (count >= 0) return count;
    if (count === -ERRNO.EINTR) return 0;
    throw new SystemCallError("epoll_wait", -count);
  }

  /**
   * As {@linkcode wait}, but to the microsecond, for one more call: a message that is sent up to a
   * millisecond after it was due would have a round trip that is as much too long.
   */
  waitExactly(timeoutMs: number): number {
    this.#set.fill(0);
    this.#set[this.#fd >> 5] = 1 << (this.#fd & 31);
    this.#timeout[0] = Math.floor(timeoutMs / 1_000);
    this.#timeout[2] = Math.floor(timeoutMs % 1_000 * 1_000);
    const count = this.#calls.select(this.#fd + 1, this.#set, null, null, this.#timeout);
    return count === 0 ? 0 : this.wait(0);
  }

  /** The number of the descriptor that event `index` of the last wait is about. */
  numberAt(index: number): number {
    return this.#events[index * EVENT_WORDS + DATA_WORD];
  }

  /** The bits of event `index` of the last wait. */
  eventsAt(index: number): number {
    return this.#events[index * EVENT_WORDS];
  }

  /** Closes the instance, which must not be used after that. */
  close(): void {
    this.#calls.close(this.#fd);
  }
}
