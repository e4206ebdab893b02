/**
 * How a connection ends before its time: why it cannot go on, what it leaves unread, and how it is reset.
 *
 * @module
 */

import { ConnectionReset } from "../interface_values.ts";
import { ERRNO } from "../../system/system_interface.ts";
import {
  MSG_DONTWAIT,
  MSG_PEEK,
  SHUT_RD,
  SO_LINGER,
  SOL_SOCKET,
  type SystemCalls,
} from "../../system/system_calls.ts";

/** `struct linger`: on, and for no time at all, socket(7). */
const NO_LINGER = Int32Array.of(1, 0);
const byte = new Uint8Array(1);

/**
 * The fault of a connection that the server has ended before its client had everything.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(cutOff().message, "closed by the server");
 * ```
 */
export function cutOff(): ConnectionReset {
  return new ConnectionReset("closed by the server");
}

/**
 * Whether the client or the network has ended the connection, recv(2), send(2) and tcp(7).
 *
 * @param errno of a call on it
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ERRNO } from "../../system/system_interface.ts";
 * assertEquals(isReset(ERRNO.ECONNRESET), true);
 * ```
 */
export function isReset(errno: number): boolean {
  return errno === ERRNO.ECONNRESET || errno === ERRNO.EPIPE || errno === ERRNO.ETIMEDOUT ||
    errno === ERRNO.ECONNABORTED || errno === ERRNO.EHOSTUNREACH || errno === ERRNO.ENETUNREACH ||
    errno === ERRNO.ENETDOWN || errno === ERRNO.ENOTCONN;
}

/**
 * Whether there are bytes to be received.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { socketPair } from "../../system/socket_pair.ts";
 * import { systemCalls } from "../../system/system_calls.ts";
 * const calls = systemCalls();
 * const [near, far] = socketPair();
 * calls.write(far, Uint8Array.of(1), 1);
 * assertEquals(hasUnread(calls, near), true);
 * calls.close(near);
 * calls.close(far);
 * ```
 */
export function hasUnread(calls: SystemCalls, fd: number): boolean {
  return calls.recv(fd, byte, byte.length, MSG_PEEK | MSG_DONTWAIT) > 0;
}

/**
 * Closing the socket resets the connection, and throws away what is still to be sent.
 *
 * @example
 * ```ts
 * import { AF_INET, SOCK_STREAM, systemCalls } from "../../system/system_calls.ts";
 * const calls = systemCalls();
 * const fd = calls.socket(AF_INET, SOCK_STREAM, 0);
 * resetWhenClosed(calls, fd);
 * calls.close(fd);
 * ```
 */
export function resetWhenClosed(calls: SystemCalls, fd: number): void {
  calls.setsockopt(fd, SOL_SOCKET, SO_LINGER, NO_LINGER, NO_LINGER.byteLength);
}

/**
 * Has a socket end with a reset once it is closed, and wakes the thread that waits to receive from it.
 * Call it while no other thread can close the socket.
 *
 * @example
 * ```ts
 * import { AF_INET, SOCK_STREAM, systemCalls } from "../../system/system_calls.ts";
 * const calls = systemCalls();
 * const fd = calls.socket(AF_INET, SOCK_STREAM, 0);
 * cutSocketOff(calls, fd); // recv returns 0 now, and close(2) will reset the connection
 * calls.close(fd);
 * ```
 */
export function cutSocketOff(calls: SystemCalls, fd: number): void {
  resetWhenClosed(calls, fd);
  // For reading only, which the client does not see. Shut down for writing, the socket would send an
  // end of stream, and a part of an answer would look whole.
  calls.shutdown(fd, SHUT_RD);
}
