/**
 * Descriptors that another thread makes readable, eventfd(2).
 *
 * @module
 */

import { checked } from "./system_interface.ts";
import { EFD_CLOEXEC, EFD_NONBLOCK, type SystemCalls } from "./system_calls.ts";

/** Added to the descriptor's count, which makes it readable. */
const ONE = BigUint64Array.of(1n);
/** The count goes here, and is not used. */
const count = new BigUint64Array(1);

/**
 * A descriptor to watch, by which other threads end a wait.
 *
 * @throws {SystemCallError} when there is none left
 */
export function createWaker(calls: SystemCalls): number {
  return checked("eventfd", calls.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

/** Ends the wait of the thread that watches `waker`: the present wait or the next. */
export function wake(calls: SystemCalls, waker: number): void {
  calls.write(waker, ONE, ONE.byteLength);
}

/** Makes `waker` unreadable again. */
export function quiet(calls: SystemCalls, waker: number): void {
  calls.read(waker, count, count.byteLength);
}
