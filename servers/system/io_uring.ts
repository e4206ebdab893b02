/**
 * A ring of requests and a ring of their results, which this program shares with the system, io_uring(7):
 * one system call hands over a whole batch of requests and waits for results.
 *
 * Requests and results have the layouts of <linux/io_uring.h>, which are the same on all processors. The
 * functions that write a request have the names that they have in liburing, `io_uring_prep_…(3)`.
 *
 * @module
 */

import { mapDescriptor, memoryAt } from "./mmap.ts";
import { checked, ERRNO, SystemCallError } from "./system_call_error.ts";
import { MSG_NOSIGNAL, SOCK_CLOEXEC, type SystemCalls } from "./system_calls.ts";

/** `IORING_SETUP_…`: the size of the second ring is given; an error does not end a batch. */
const CQSIZE = 1 << 3, SUBMIT_ALL = 1 << 7;
/** One thread makes all requests, and the system works for them only while it waits: from Linux 6.1. */
const SINGLE_ISSUER = 1 << 12, DEFER_TASKRUN = 1 << 13;
/** `IORING_ENTER_…`: wait for results, and not longer than the argument says. */
const GETEVENTS = 1, EXT_ARG = 8;
/** Where mmap(2) finds the requests. */
const OFF_SQES = 0x1000_0000;

/** `struct io_uring_params`: its size, and where its fields are, in bytes. */
const PARAMS_BYTES = 120;
const PARAMS = { sqEntries: 0, cqEntries: 4, flags: 8, sqOff: 40, cqOff: 80 };
/** Fields of `struct io_sqring_offsets` and `struct io_cqring_offsets`. */
const SQ_OFF = { tail: 4, ringMask: 8, array: 24 };
const CQ_OFF = { head: 0, tail: 4, ringMask: 8, cqes: 20 };
/** The sizes of `struct io_uring_sqe` and `struct io_uring_cqe`, in words of 32 bits. */
const SQE_WORDS = 16, CQE_WORDS = 4;
/** `struct io_uring_getevents_arg`, and behind it the `struct __kernel_timespec` that it points to. */
const WAIT_BYTES = 40, WAIT_ARGUMENT_BYTES = 24;

/** `IORING_OP_…` */
const OP = { pollAdd: 6, accept: 13, asyncCancel: 14, send: 26, recv: 27 };
/** `IOSQE_BUFFER_SELECT`, in the place that flags have in the first word of a request. */
const BUFFER_SELECT = 1 << 5 << 8;
/** `IORING_ACCEPT_MULTISHOT` and `IORING_RECV_MULTISHOT`, in the place of `ioprio` in the first word. */
const ACCEPT_MULTISHOT = 1 << 16, RECV_MULTISHOT = 1 << 1 << 16;
const POLL_ADD_MULTI = 1;
/** `IORING_ASYNC_CANCEL_…`: all requests, of a descriptor. */
const CANCEL_ALL = 1, CANCEL_FD = 2;

/** `IORING_CQE_F_…`: the result has a buffer, whose number is above; the request will have more results. */
export const CQE_F_BUFFER = 1;
export const CQE_F_MORE = 2;
const CQE_BUFFER_SHIFT = 16;

/** How many results there is room for, for each place of a request. */
const RESULTS_PER_REQUEST = 4;

/**
 * See the module. Only the thread that has made it may use it.
 *
 * The result of a request is known by the request's kind, a number of the caller's, and its descriptor.
 */
export class IoUring {
  /** What {@linkcode next} took: the kind and the descriptor of its request, and what that has come to. */
  kind = 0;
  fd = -1;
  /** What the system call of the request would give: a count, or a negative errno. */
  result = 0;
  flags = 0;

  readonly #calls: SystemCalls;
  readonly #ring: number;
  readonly #entries: number;
  readonly #words: Uint32Array;
  readonly #sqes: Int32Array;
  readonly #cqes: Int32Array;
  /** Places in the words. */
  readonly #sqTail: number;
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
   * @throws {SystemCallError} io_uring_setup(2): `ENOSYS` without io_uring, `EPERM` where it is forbidden,
   *   `EINVAL` before Linux 6.1
   */
  constructor(calls: SystemCalls, entries: number) {
    const params = new DataView(new ArrayBuffer(PARAMS_BYTES));
    params.setUint32(PARAMS.cqEntries, entries * RESULTS_PER_REQUEST, true);
    params.setUint32(PARAMS.flags, CQSIZE | SUBMIT_ALL | SINGLE_ISSUER | DEFER_TASKRUN, true);
    const at = (offset: number) => params.getUint32(offset, true);
    this.#calls = calls;
    this.#ring = checked("io_uring_setup", calls.io_uring_setup(entries, params));
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
  prepSend(kind: number, fd: number, address: number, bytes: number, messageFlags: number): void {
    this.#prepare(OP.send, kind, fd, address, bytes, messageFlags | MSG_NOSIGNAL);
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
    this.#prepare(OP.asyncCancel, kind, fd, 0, 0, CANCEL_ALL | CANCEL_FD);
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
    const taken = this.#calls.io_uring_enter(
      this.#ring,
      this.#tail - this.#submitted | 0,
      wanted,
      isTimed ? GETEVENTS | EXT_ARG : GETEVENTS,
      isTimed ? this.#wait : null,
      isTimed ? WAIT_ARGUMENT_BYTES : 0,
    );
    if (taken > 0) this.#submitted += taken;
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
    const { io_uring_register } = this.#calls;
    checked("io_uring_register", io_uring_register(this.#ring, operation, argument, count));
  }

  /** Ends all requests. */
  close(): void {
    this.#calls.close(this.#ring);
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

function waitArgument(): Uint32Array<ArrayBuffer> {
  const argument = new Uint8Array(new ArrayBuffer(WAIT_BYTES));
  const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(argument));
  const timeAt = BigInt(address) + BigInt(WAIT_ARGUMENT_BYTES);
  new DataView(argument.buffer).setBigUint64(16, timeAt, true);
  return new Uint32Array(argument.buffer);
}

/** Why a server cannot have an {@linkcode IoUring} here. */
export type IoUringRefusal = "absent" | "forbidden" | "too-old";

/**
 * Asks the system for a small ring.
 *
 * @returns `undefined` if it can be had, otherwise why not
 * @throws {SystemCallError} for what has nothing to do with io_uring, such as `EMFILE`
 *
 * @example
 * ```ts
 * import { systemCalls } from "./system_calls.ts";
 * if (ioUringRefusal(systemCalls()) === "forbidden") console.log("a container, perhaps");
 * ```
 */
export function ioUringRefusal(calls: SystemCalls): IoUringRefusal | undefined {
  try {
    new IoUring(calls, 1).close();
    return undefined;
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    const why = REFUSALS[error.code];
    if (why === undefined) throw error;
    return why;
  }
}

/** io_uring_setup(2), and the sysctl `kernel.io_uring_disabled`. */
const REFUSALS: Readonly<Record<string, IoUringRefusal>> = {
  ENOSYS: "absent",
  EPERM: "forbidden",
  EACCES: "forbidden",
  EINVAL: "too-old",
};
