/**
 * Options and state of a socket of the system's, socket(7) and tcp(7).
 *
 * @module
 */

import { checked } from "../../system/system_interface.ts";
import {
  F_GETFL,
  F_SETFL,
  IPPROTO_TCP,
  SO_ERROR,
  SOCK_NONBLOCK,
  SOL_SOCKET,
  type SystemCalls,
  TCP_NODELAY,
} from "../../system/system_calls.ts";

/** What turns an option on, setsockopt(2). */
export const ON = Int32Array.of(1);
/** What turns it off. */
export const OFF = Int32Array.of(0);

// Made once, since a flood asks for each of its connections.
const pending = new Int32Array(1);
const size = Uint32Array.of(pending.byteLength);

/**
 * Bytes do not wait for the acknowledgement of those before them, TCP_NODELAY of tcp(7).
 *
 * @example
 * ```ts
 * import { AF_INET, SOCK_STREAM, systemCalls } from "../../system/system_calls.ts";
 * const calls = systemCalls();
 * const fd = calls.socket(AF_INET, SOCK_STREAM, 0);
 * sendAtOnce(calls, fd);
 * calls.close(fd);
 * ```
 */
export function sendAtOnce(calls: SystemCalls, fd: number): void {
  calls.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, ON, ON.byteLength);
}

/**
 * A call on the socket that blocks for longer than this fails with `EAGAIN`.
 *
 * @param option `SO_RCVTIMEO` or `SO_SNDTIMEO`
 * @param timeoutMs in milliseconds
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { AF_INET, SO_RCVTIMEO, SOCK_STREAM, systemCalls } from "../../system/system_calls.ts";
 * const calls = systemCalls();
 * const fd = calls.socket(AF_INET, SOCK_STREAM, 0);
 * setTimeoutOf(calls, fd, SO_RCVTIMEO, 500); // recv fails with EAGAIN after half a second
 * assertEquals(calls.close(fd), 0);
 * ```
 */
export function setTimeoutOf(
  calls: SystemCalls,
  fd: number,
  option: number,
  timeoutMs: number,
): void {
  const seconds = Math.floor(timeoutMs / 1_000);
  const time = BigInt64Array.of(BigInt(seconds), BigInt(Math.ceil(timeoutMs % 1_000) * 1_000));
  calls.setsockopt(fd, SOL_SOCKET, option, time, time.byteLength);
}

/**
 * How connect(2) has ended on a socket that does not wait: 0, or the errno of what went wrong.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { AF_INET, SOCK_STREAM, systemCalls } from "../../system/system_calls.ts";
 * const calls = systemCalls();
 * const fd = calls.socket(AF_INET, SOCK_STREAM, 0);
 * assertEquals(connectError(calls, fd), 0); // no error is pending
 * calls.close(fd);
 * ```
 */
export function connectError(calls: SystemCalls, fd: number): number {
  const status = calls.getsockopt(fd, SOL_SOCKET, SO_ERROR, pending, size);
  return status < 0 ? -status : pending[0];
}

/**
 * Sets whether calls on the socket block, fcntl(2).
 *
 * @throws {SystemCallError} when the system refuses
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { AF_INET, SOCK_STREAM, systemCalls } from "../../system/system_calls.ts";
 * const calls = systemCalls();
 * const fd = calls.socket(AF_INET, SOCK_STREAM, 0);
 * setBlocking(calls, fd, false); // recv and send fail with EAGAIN where they would block
 * assertEquals(calls.close(fd), 0);
 * ```
 */
export function setBlocking(calls: SystemCalls, fd: number, isBlocking: boolean): void {
  const flags = checked("fcntl", calls.fcntl(fd, F_GETFL, 0));
  const wanted = isBlocking ? flags & ~SOCK_NONBLOCK : flags | SOCK_NONBLOCK;
  checked("fcntl", calls.fcntl(fd, F_SETFL, wanted));
}
