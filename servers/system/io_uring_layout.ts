/**
 * Numbers and layouts of <linux/io_uring.h>, which are the same on all processors, io_uring(7).
 *
 * @module
 */

/** `IORING_SETUP_…`: the size of the second ring is given; an error does not end a batch. */
const CQSIZE = 1 << 3;
const SUBMIT_ALL = 1 << 7;
/** One thread makes all requests, and the system works for them only while it waits: from Linux 6.1. */
const SINGLE_ISSUER = 1 << 12;
const DEFER_TASKRUN = 1 << 13;
export const SETUP_FLAGS = CQSIZE | SUBMIT_ALL | SINGLE_ISSUER | DEFER_TASKRUN;
/** Of a ring that another thread waits for, with poll(2): the system works for the requests at any time. */
export const SETUP_FLAGS_POLLED = CQSIZE | SUBMIT_ALL;
/** `IORING_ENTER_…`: wait for results, and not longer than the argument says. */
export const GETEVENTS = 1;
export const EXT_ARG = 8;
/** Where mmap(2) finds the requests. */
export const OFF_SQES = 0x1000_0000;

/** `struct io_uring_params`: its size, and where its fields are, in bytes. */
export const PARAMS_BYTES = 120;
export const PARAMS = { sqEntries: 0, cqEntries: 4, flags: 8, sqOff: 40, cqOff: 80 };
/** Fields of `struct io_sqring_offsets` and `struct io_cqring_offsets`. */
export const SQ_OFF = { tail: 4, ringMask: 8, flags: 16, array: 24 };
export const CQ_OFF = { head: 0, tail: 4, ringMask: 8, cqes: 20 };
/** The sizes of `struct io_uring_sqe` and `struct io_uring_cqe`, in words of 32 bits. */
export const SQE_WORDS = 16;
export const CQE_WORDS = 4;
/** `struct io_uring_getevents_arg`, and behind it the `struct __kernel_timespec` that it points to. */
export const WAIT_ARGUMENT_BYTES = 24;
const WAIT_TIME_BYTES = 16;
/** Where the argument has the address of the time. */
const TIME_ADDRESS_AT = 16;

/** The two structures in words of 32 bits, the first with the address of the second. */
export function waitArgument(): Uint32Array<ArrayBuffer> {
  const argument = new Uint8Array(new ArrayBuffer(WAIT_ARGUMENT_BYTES + WAIT_TIME_BYTES));
  const address = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(argument)));
  const timeAt = address + BigInt(WAIT_ARGUMENT_BYTES);
  new DataView(argument.buffer).setBigUint64(TIME_ADDRESS_AT, timeAt, true);
  return new Uint32Array(argument.buffer);
}

/** `IORING_OP_…` */
export const OP = { pollAdd: 6, accept: 13, asyncCancel: 14, send: 26, recv: 27 };
/** `IOSQE_BUFFER_SELECT` and `IOSQE_CQE_SKIP_SUCCESS`, in the place of the flags in the first word. */
export const BUFFER_SELECT = 1 << 5 << 8;
export const CQE_SKIP_SUCCESS = 1 << 6 << 8;
/** `IORING_ACCEPT_MULTISHOT` and `IORING_RECV_MULTISHOT`, in the place of `ioprio` in the first word. */
export const ACCEPT_MULTISHOT = 1 << 16;
export const RECV_MULTISHOT = 1 << 1 << 16;
export const POLL_ADD_MULTI = 1;
/** `IORING_ASYNC_CANCEL_…`: all requests, of a descriptor. */
export const CANCEL_ALL_OF_FD = 1 | 2;

/** `IORING_SQ_CQ_OVERFLOW`: there are results for which there was no room, until the next wait. */
export const CQ_OVERFLOW = 1 << 1;
