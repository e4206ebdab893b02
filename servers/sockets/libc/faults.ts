/**
 * Why a connection cannot go on.
 *
 * @module
 */

import { ConnectionReset } from "../interface.ts";
import { ERRNO } from "../../system/system_call_error.ts";

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
 * import { ERRNO } from "../../system/system_call_error.ts";
 * assertEquals(isReset(ERRNO.ECONNRESET), true);
 * ```
 */
export function isReset(errno: number): boolean {
  return errno === ERRNO.ECONNRESET || errno === ERRNO.EPIPE || errno === ERRNO.ETIMEDOUT ||
    errno === ERRNO.ECONNABORTED || errno === ERRNO.EHOSTUNREACH || errno === ERRNO.ENETUNREACH ||
    errno === ERRNO.ENETDOWN || errno === ERRNO.ENOTCONN;
}
