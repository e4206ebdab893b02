/**
 * A ring of requests and a ring of their results, which this program shares with the system, io_uring(7):
 * one system call hands over a whole batch of requests and waits for results.
 *
 * Requests and results have the layouts of <linux/io_uring.h>, which are the same on all processors. The
 * functions that write a request have the names that they have in liburing, `io_uring_prep_…(3)`.
 *
 * @module
 */

import {
  ACCEPT_MULTISHOT,
  BUFFER_SELECT,
  CANCEL_ALL_OF_FD,
  CQ_OFF,
  CQ_OVERFLOW,
  CQE_SKIP_SUCCESS,
  CQE_WORDS,
  EXT_ARG,
  GETEVENTS,
  OFF_SQES,
  OP,
  PARAMS,
  PARAMS_BYTES,
  POLL_ADD_MULTI,
  RECV_MULTISHOT,
  SETUP_FLAGS,
  SETUP_FLAGS_POLLED,
  SQ_OFF,
  SQE_WORDS,
  WAIT_ARGUMENT_BYTES,
  waitArgument,
} from "./io_uring_layout.ts";
import { type IoUringCalls, ioUringCalls } from "./io_uring_calls.ts";
import { mapDescriptor, memoryAt } from "./mmap.ts";
import { checked, ERRNO, SystemCallError } from "./system_interface.ts";
import {
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_WAITALL,
  SOCK_CLOEXEC,
  type SystemCalls,
} from "./system_calls.ts";

/** `IORING_CQE_F_…`: the result has a buffer, whose number is above; the request will have more results. */
export const CQE_F_BUFFER = 1;
export const CQE_F_MORE = 2;
const CQE_BUFFER_SHIFT = 16;

/** How many requests a server can hand over at once: those of thousands of clients. */
export const ENTRIES = 4_096;
/** How many results there is room for, for each place of a request. */
const RESULTS_PER_REQUEST = 4;

/**
 * See the module. Only the thread that has made it may use it.
 *
 * The result of a request is known by the request's kind, a number of the caller's, and its descriptor.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createWaker, wake } from "./eventfd.ts";
 * import { systemCalls } from "./system_calls.ts";
 * const calls = systemCalls();
 * const waker = createWaker(calls);
 * const ring = new IoUring(calls, 8);
 * ring.prepPollMultishot(7, waker, 1);
 * wake(calls, waker);
 * ring.enter(1, -1); // hands over the request, and waits for its first result
 * assertEquals([ring.next(), ring.kind, ring.fd], [true, 7, waker]);
 * ring.close();
 * calls.close(waker);
 * ```
 */
export class IoUring {
  /** What {@linkcode next} took: the kind and the descriptor of its request, and what that has come to. */
  kind = 0;
  fd = -1;
  /** What the system call of the request would give: a count, or a negative errno. */
  result = 0;
  flags = 0;

  readonly #calls: IoUringCalls;
  readonly #close: (fd: number) => number;
  readonly #ring: number;
  readonly #entries: number;
  readonly #words: Uint32Array;
  readonly #sqes: Int32Array;
  readonly #cqes: Int32Array;
  /** Places in the words. */
  readonly #sqTail: number;
  readonly #sqFlags: number;
  readonly #cqHead: number;
  readonly #cqTail: number;
  readonly #sqMask: number;
  readonly #cqMask: number;
  readonly #wait: Uint32Array<ArrayBuffer>;
  #tail = 0;
  #submitted = 0;
  #head = 0;
  #end = 0;

  /**
   * @param entries how many requests can be handed over at once, a power of two
   * @param isPolled whether {@linkcode descriptor} is waited for, in place of {@linkcode enter}
   * @throws {SystemCallError} io_uring_setup(2): `ENOSYS` without io_uring, `EPERM` where it is forbidden,
   *   `EINVAL` before Linux 6.1
   */
  constructor(
    { close, made }: Pick<SystemCalls, "close" | "made">,
    entries: number,
    isPolled = false,
    calls: IoUringCalls = ioUringCalls(made),
  ) {
    const params = new DataView(new ArrayBuffer(PARAMS_BYTES));
    params.setUint32(PARAMS.cqEntries, entries * RESULTS_PER_REQUEST, true);
    params.setUint32(PARAMS.flags, isPolled ? SETUP_FLAGS_POLLED : SETUP_FLAGS, true);
    const at = (offset: number) => params.getUint32(offset, true);
    this.#calls = calls;
    this.#close = close;
    this.#ring = checked("io_uring_setup", calls.setup(entries, params));
    const sqArray = at(PARAMS.sqOff + SQ_OFF.array), cqesAt = at(PARAMS.cqOff + CQ_OFF.cqes);
    this.#entries = at(PARAMS.sqEntries);
    const results = at(PARAMS.cqEntries);
    const ringBytes = Math.max(sqArray + this.#entries * 4, cqesAt + results * CQE_WORDS * 4);
    const sqesBytes = this.#entries * SQE_WORDS * 4;
    try {
      const rings = memoryAt(mapDescriptor(this.#ring, ringBytes), ringBytes);
      this.#words = new Uint32Array(rings);
      this.#cqes = new Int32Array(rings, cqesAt, results * CQE_WORDS);
      const sqes = mapDescriptor(this.#ring, sqesBytes, OFF_SQES);
      this.#sqes = new Int32Array(memoryAt(sqes, sqesBytes));
    } catch (error) {
      this.close();
      throw error;
    }
    this.#sqTail = at(PARAMS.sqOff + SQ_OFF.tail) >> 2;
    this.#sqFlags = at(PARAMS.sqOff + SQ_OFF.flags) >> 2;
    this.#cqHead = at(PARAMS.cqOff + CQ_OFF.head) >> 2;
    this.#cqTail = at(PARAMS.cqOff + CQ_OFF.tail) >> 2;
    this.#sqMask = this.#words[at(PARAMS.sqOff + SQ_OFF.ringMask) >> 2];
    this.#cqMask = this.#words[at(PARAMS.cqOff + CQ_OFF.ringMask) >> 2];
    // The first ring is one of indices. Ours say that the requests come in the order of their places.
    for (let i = 0; i < this.#entries; i++) this.#words[(sqArray >> 2) + i] = i;
    this.#wait = waitArgument();
  }

  /** Accepts clients of a listening socket until that fails, accept4(2): each is a result. */
  prepMultishotAccept(kind: number, fd: number): void {
    this.#prepare(OP.accept | ACCEPT_MULTISHOT, kind, fd, 0, 0, SOCK_CLOEXEC);
  }

  /**
   * Receives until the stream ends or fails, or no buffer is left, recv(2): what arrives is a result, in a
   * buffer that was provided.
   */
  prepRecvMultishot(kind: number, fd: number): void {
    this.#prepare(OP.recv | RECV_MULTISHOT | BUFFER_SELECT, kind, fd, 0, 0, 0);
  }

  /** Receives once, into a buffer that was provided, recv(2). */
  prepRecv(kind: number, fd: number, messageFlags: number): void {
    this.#prepare(OP.recv | BUFFER_SELECT, kind, fd, 0, 0, messageFlags);
  }

  /** Sends, send(2). The bytes at `address` must stay as they are until the result. */
  prepSend(kind: number, fd: number, address: number, bytes: number): void {
    this.#prepare(OP.send, kind, fd, address, bytes, MSG_NOSIGNAL);
  }

  /**
   * Sends what the socket takes at once. It is done when it has been handed over, and has a result only if
   * the socket did not take all: then it is what it took, or an error.
   */
  prepSendAtOnce(kind: number, fd: number, address: number, bytes: number): void {
    // Without MSG_WAITALL a part would be a success, io_uring_prep_send(3).
    const messageFlags = MSG_DONTWAIT | MSG_WAITALL | MSG_NOSIGNAL;
    this.#prepare(OP.send | CQE_SKIP_SUCCESS, kind, fd, address, bytes, messageFlags);
  }

  /** A result each time that one of `events` of poll(2) begins. */
  prepPollMultishot(kind: number, fd: number, events: number): void {
    this.#prepare(OP.pollAdd, kind, fd, 0, POLL_ADD_MULTI, events);
  }

  /** Ends the request of this kind and descriptor, which then has the result `ECANCELED`. */
  prepCancel(kind: number, target: number, fd: number): void {
    this.#prepare(OP.asyncCancel, kind, fd, target + fd * 2 ** 32, 0, 0);
  }

  /** Ends all requests of a descriptor. */
  prepCancelFd(kind: number, fd: number): void {
    this.#prepare(OP.asyncCancel, kind, fd, 0, 0, CANCEL_ALL_OF_FD);
  }

  /**
   * io_uring_enter(2): hands over the requests, and waits for results.
   *
   * @param wanted for how many to wait
   * @param maxMs how long to wait at most, in milliseconds; negative is for ever
   * @throws {SystemCallError} when the system refuses
   */
  enter(wanted: number, maxMs: number): void {
    Atomics.store(this.#words, this.#cqHead, this.#head);
    Atomics.store(this.#words, this.#sqTail, this.#tail);
    const isTimed = wanted > 0 && maxMs >= 0;
    if (isTimed) {
      this.#wait[WAIT_ARGUMENT_BYTES / 4] = Math.floor(maxMs / 1_000);
      this.#wait[WAIT_ARGUMENT_BYTES / 4 + 2] = maxMs % 1_000 * 1e6;
    }
    const taken = this.#calls.enter(
      this.#ring,
      this.#tail - this.#submitted | 0,
      wanted,
      isTimed ? GETEVENTS | EXT_ARG : GETEVENTS,
      isTimed ? this.#wait : null,
      isTimed ? WAIT_ARGUMENT_BYTES : 0,
    );
    if (taken > 0) this.#submitted = this.#submitted + taken | 0;
    else if (taken < 0 && !MEANWHILE.includes(-taken)) {
      throw new SystemCallError("io_uring_enter", -taken);
    }
    this.#end = Atomics.load(this.#words, this.#cqTail);
  }

  /** Takes the oldest result, if there is one. */
  next(): boolean {
    if (this.#head === this.#end) return false;
    const at = (this.#head & this.#cqMask) * CQE_WORDS;
    this.kind = this.#cqes[at];
    this.fd = this.#cqes[at + 1];
    this.result = this.#cqes[at + 2];
    this.flags = this.#cqes[at + 3];
    this.#head = this.#head + 1 >>> 0;
    return true;
  }

  /** Whether all requests are handed over, and all results that there are can be taken. */
  get isUpToDate(): boolean {
    const isOverflown = (Atomics.load(this.#words, this.#sqFlags) & CQ_OVERFLOW) !== 0;
    return this.#tail === this.#submitted && !isOverflown;
  }

  /** Calls `action` with the descriptors of the results of a kind that can be taken, and takes none. */
  peek(kind: number, action: (fd: number) => void): void {
    for (let head = this.#head; head !== this.#end; head = head + 1 >>> 0) {
      const at = (head & this.#cqMask) * CQE_WORDS;
      if (this.#cqes[at] === kind) action(this.#cqes[at + 1]);
    }
  }

  /** Readable when there are results, io_uring(7). */
  get descriptor(): number {
    return this.#ring;
  }

  /** How many results can be taken. */
  get ready(): number {
    return this.#end - this.#head >>> 0;
  }

  /** The number of the buffer of the result that was taken, or -1 if it has none. */
  get buffer(): number {
    return (this.flags & CQE_F_BUFFER) === 0 ? -1 : this.flags >>> CQE_BUFFER_SHIFT;
  }

  /** io_uring_register(2) @throws {SystemCallError} when the system refuses */
  register(operation: number, argument: ArrayBufferView, count: number): void {
    const result = this.#calls.register(this.#ring, operation, argument, count);
    checked("io_uring_register", result);
  }

  /** Ends all requests. */
  close(): void {
    this.#close(this.#ring);
  }

  /** Writes `struct io_uring_sqe`. The requests that there is no room for are handed over first. */
  #prepare(
    operation: number,
    kind: number,
    fd: number,
    address: number,
    length: number,
    flags: number,
  ): void {
    while ((this.#tail - this.#submitted | 0) === this.#entries) this.enter(0, 0);
    const at = (this.#tail & this.#sqMask) * SQE_WORDS;
    this.#tail = this.#tail + 1 | 0;
    const sqes = this.#sqes;
    sqes[at] = operation; // with the flags of the request, and its `ioprio`
    sqes[at + 1] = fd;
    sqes[at + 2] = sqes[at + 3] = 0; // `off`
    sqes[at + 4] = address | 0;
    sqes[at + 5] = Math.floor(address / 2 ** 32);
    sqes[at + 6] = length;
    sqes[at + 7] = flags;
    sqes[at + 8] = kind; // `user_data`, which the result will have
    sqes[at + 9] = fd;
    sqes[at + 10] = 0; // `buf_group`
    sqes[at + 11] = 0;
  }
}

/** What ends a wait and is no failure: time is over, a signal came, or results have to be taken first. */
const MEANWHILE: readonly number[] = [ERRNO.ETIME, ERRNO.EINTR, ERRNO.EAGAIN, ERRNO.EBUSY];
