/**
 * Descriptors that are readable once another thread says so, eventfd(2).
 *
 * @module
 */

import { checked } from "./system_call_error.ts";
import { EFD_CLOEXEC, EFD_NONBLOCK, type SystemCalls } from "./system_calls.ts";

/** Added to the descriptor's count, which makes it readable. */
const ONE = BigUint64Array.of(1n);
/** Where the count is read to; nobody wants to know it. */
const count = new BigUint64Array(1);

/**
 * @returns a descriptor that whoever waits watches as well
 * @throws {SystemCallError} when there is none left
 */
export function createWaker(calls: SystemCalls): number {
  return checked("eventfd", calls.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

/** Ends the wait of who watches `waker`, now or when it next waits. */
export function wake(calls: SystemCalls, waker: number): void {
  calls.write(waker, ONE, ONE.byteLength);
}

/** Makes `waker` unreadable again. */
export function quiet(calls: SystemCalls, waker: number): void {
  calls.read(waker, count, count.byteLength);
}
