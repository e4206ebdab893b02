/**
 * Descriptors that travel from one process to another through a socket of the system's, SCM_RIGHTS of
 * unix(7). Linux, on x86-64 and arm64.
 *
 * @module
 */

import { cFunctions } from "./c_library.ts";
import { checked, ERRNO, SystemCallError } from "./system_interface.ts";
import { errnoInstead, MSG_NOSIGNAL, SOL_SOCKET } from "./system_calls.ts";

/** <sys/socket.h> */
const SCM_RIGHTS = 1;
const MSG_CMSG_CLOEXEC = 0x4000_0000;
/** `struct msghdr`, `struct iovec`, and `struct cmsghdr` with one descriptor, padded to 8 bytes. */
const MSGHDR_BYTES = 56;
const AT = { iov: 16, iovLength: 24, control: 32, controlLength: 40 };
const CMSG_BYTES = 24;
const CMSG_LENGTH = 20;
const CMSG_AT = { length: 0, level: 8, type: 12, descriptor: 16 };

const functions = cFunctions({
  sendmsg: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  recvmsg: { parameters: ["i32", "buffer", "i32"], result: "i32" },
});

/**
 * Messages of a fixed size with a descriptor each. All of their memory is made once, since its addresses
 * stand in `struct msghdr`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { socketPair } from "./socket_pair.ts";
 * const [near, far] = socketPair();
 * const passing = new DescriptorPassing(1);
 * passing.bytes[0] = 7;
 * passing.send(near, 0); // standard input
 * passing.bytes[0] = 0;
 * const descriptor = passing.receive(far); // usually in another process
 * assertEquals([passing.bytes[0], descriptor > 2], [7, true]);
 * ```
 */
export class DescriptorPassing {
  /** What is sent, and what was received. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #header = new Uint8Array(MSGHDR_BYTES);
  readonly #vector = new BigUint64Array(2);
  readonly #control = new Uint8Array(CMSG_BYTES);
  readonly #controlView = new DataView(this.#control.buffer);
  readonly #view = new DataView(this.#header.buffer);
  readonly #fail = errnoInstead();

  /** @param sizeBytes of a message, at least 1 */
  constructor(sizeBytes: number) {
    this.bytes = new Uint8Array(sizeBytes);
    this.#vector.set([addressOf(this.bytes), BigInt(sizeBytes)]);
    this.#view.setBigUint64(AT.iov, addressOf(this.#vector), true);
    this.#view.setBigUint64(AT.iovLength, 1n, true);
    this.#view.setBigUint64(AT.control, addressOf(this.#control), true);
  }

  /**
   * Sends a copy of `descriptor`.
   *
   * @returns whether the other side is there
   * @throws {SystemCallError} for any other error
   */
  send(socket: number, descriptor: number): boolean {
    const view = this.#controlView;
    view.setUint32(CMSG_AT.length, CMSG_LENGTH, true);
    view.setInt32(CMSG_AT.level, SOL_SOCKET, true);
    view.setInt32(CMSG_AT.type, SCM_RIGHTS, true);
    view.setInt32(CMSG_AT.descriptor, descriptor, true);
    this.#view.setUint32(AT.controlLength, CMSG_BYTES, true);
    for (;;) {
      const sent = this.#fail(functions().sendmsg(socket, this.#header, MSG_NOSIGNAL));
      if (sent === -ERRNO.EINTR) continue;
      if (sent === -ERRNO.EPIPE || sent === -ERRNO.ECONNRESET) return false;
      checked("sendmsg", sent);
      return true;
    }
  }

  /**
   * Blocks until a message comes.
   *
   * @returns the descriptor; -1 when a signal has interrupted it; `undefined` when the other side is gone
   * @throws {SystemCallError} with `EMFILE` when none came with the message, because this process has no
   *   descriptor left, unix(7); for any other error
   */
  receive(socket: number): number | undefined {
    this.#view.setUint32(AT.controlLength, CMSG_BYTES, true);
    const count = this.#fail(functions().recvmsg(socket, this.#header, MSG_CMSG_CLOEXEC));
    if (count === -ERRNO.EINTR) return -1;
    if (count === 0 || count === -ERRNO.ECONNRESET) return undefined;
    checked("recvmsg", count);
    // The system writes how much of the room it has used.
    if (this.#view.getUint32(AT.controlLength, true) < CMSG_LENGTH) {
      throw new SystemCallError("recvmsg", ERRNO.EMFILE);
    }
    return this.#controlView.getInt32(CMSG_AT.descriptor, true);
  }
}

function addressOf(bytes: Uint8Array<ArrayBuffer> | BigUint64Array<ArrayBuffer>): bigint {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
}
