/**
 * What is asked of and told to a socket of the system's beside what it is for, socket(7) and tcp(7).
 *
 * @module
 */

import { checked } from "./system_call_error.ts";
import { F_GETFL, F_SETFL, IPPROTO_TCP, SO_ERROR, SOCK_NONBLOCK } from "./system_calls.ts";
import { SOL_SOCKET, type SystemCalls, TCP_NODELAY } from "./system_calls.ts";

/** What turns an option on, setsockopt(2). */
export const ON = Int32Array.of(1);

// Made once, since a flood asks for each of its connections.
const pending = new Int32Array(1);
const size = Uint32Array.of(pending.byteLength);

/** What is sent does not wait for the acknowledgement of what was sent before. */
export function sendAtOnce(calls: SystemCalls, fd: number): void {
  calls.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, ON, ON.byteLength);
}

/** How connect(2) has ended on a socket that does not wait: 0, or the errno of what went wrong. */
export function connectError(calls: SystemCalls, fd: number): number {
  const status = calls.getsockopt(fd, SOL_SOCKET, SO_ERROR, pending, size);
  return status < 0 ? -status : pending[0];
}

/**
 * Whether calls on the socket wait.
 *
 * @throws {SystemCallError} when that cannot be said to it
 */
export function setBlocking(calls: SystemCalls, fd: number, isBlocking: boolean): void {
  const flags = checked("fcntl", calls.fcntl(fd, F_GETFL, 0));
  const wanted = isBlocking ? flags & ~SOCK_NONBLOCK : flags | SOCK_NONBLOCK;
  checked("fcntl", calls.fcntl(fd, F_SETFL, wanted));
}
