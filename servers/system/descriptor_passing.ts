/**
 * Passes descriptors from process to process, unix(7). The receiver gets a new descriptor for the same
 * open file, as after dup(2).
 *
 * @module
 */

import { cFunctions } from "./c_library.ts";
import { AF_UNIX, MSG_NOSIGNAL, SOCK_CLOEXEC, SOCK_SEQPACKET } from "./system_calls.ts";
import { errnoInstead, SOL_SOCKET, systemCalls } from "./system_calls.ts";
import { checked, ERRNO } from "./system_call_error.ts";

/** <sys/socket.h> */
const SCM_RIGHTS = 1;
const MSG_CMSG_CLOEXEC = 0x4000_0000;

const functions = cFunctions({
  sendmsg: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  recvmsg: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
});

/** Where the parts of a {@linkcode ScmRightsMessage} begin; numbers in C's `size_t` are 8 bytes. */
const HEADER = { iov: 16, iovLength: 24, control: 32, controlLength: 40 };
const IOV = { at: 56, base: 56, length: 64 };
/** `struct cmsghdr` and the descriptor in it, cmsg(3). */
const CONTROL = { at: 72, level: 80, type: 84, descriptor: 88, usedBytes: 20, paddedBytes: 24 };
const TEXT = { at: 96, maxBytes: 512 };

/**
 * Two connected sockets that keep messages apart, close-on-exec, socketpair(2).
 *
 * @throws {SystemCallError} when there are no descriptors left
 */
export function socketPair(): [number, number] {
  const pair = new Int32Array(2);
  const type = SOCK_SEQPACKET | SOCK_CLOEXEC;
  checked("socketpair", systemCalls().socketpair(AF_UNIX, type, 0, pair));
  return [pair[0], pair[1]];
}

/**
 * Sends a descriptor and a text. The descriptor stays open here too.
 *
 * @returns false when the other end is closed
 * @throws {SystemCallError} when it cannot be sent for another reason
 */
export function sendDescriptor(socket: number, descriptor: number, text: string): boolean {
  const c = functions();
  const fail = errnoInstead();
  const message = makeMessage();
  const { read, written } = new TextEncoder().encodeInto(text, message.text);
  if (read < text.length) throw new Error(`more than ${TEXT.maxBytes} bytes: ${text}`);
  message.view.setBigUint64(IOV.length, BigInt(written), true);
  message.view.setBigUint64(CONTROL.at, BigInt(CONTROL.usedBytes), true);
  message.view.setInt32(CONTROL.level, SOL_SOCKET, true);
  message.view.setInt32(CONTROL.type, SCM_RIGHTS, true);
  message.view.setInt32(CONTROL.descriptor, descriptor, true);
  for (;;) {
    const sent = fail(c.sendmsg(socket, message.bytes, MSG_NOSIGNAL));
    if (sent === -ERRNO.EINTR) continue;
    if (sent === -ERRNO.EPIPE || sent === -ERRNO.ECONNRESET) return false;
    checked("sendmsg", sent);
    return true;
  }
}

/**
 * Waits for a descriptor from {@linkcode sendDescriptor} at the other end. It is close-on-exec.
 *
 * @returns `null` when the other end was closed
 * @throws {SystemCallError} when receiving fails
 */
export function receiveDescriptor(socket: number): { descriptor: number; text: string } | null {
  const c = functions();
  const fail = errnoInstead();
  const message = makeMessage();
  for (;;) {
    const received = fail(c.recvmsg(socket, message.bytes, MSG_CMSG_CLOEXEC));
    // The other end was closed with bytes unread. The system reports that once, and still delivers
    // what the other end had sent.
    if (received === -ERRNO.EINTR || received === -ERRNO.ECONNRESET) continue;
    if (received === 0) return null;
    checked("recvmsg", received);
    return {
      descriptor: message.view.getInt32(CONTROL.descriptor, true),
      text: new TextDecoder().decode(message.text.subarray(0, received)),
    };
  }
}

/**
 * Makes `copy` another name of `descriptor`, whatever it was before, dup2(2). Child processes inherit
 * it.
 *
 * @throws {SystemCallError} when that fails
 */
export function duplicate(descriptor: number, copy: number): void {
  const c = functions();
  const fail = errnoInstead();
  checked("dup2", fail(c.dup2(descriptor, copy)));
}

interface ScmRightsMessage {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  readonly text: Uint8Array<ArrayBuffer>;
}

/**
 * `struct msghdr` and everything that it points to, in one piece of memory, so that one reference keeps
 * all of it.
 */
function makeMessage(): ScmRightsMessage {
  const memory = new ArrayBuffer(TEXT.at + TEXT.maxBytes);
  const bytes = new Uint8Array(memory);
  const view = new DataView(memory);
  const address = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
  view.setBigUint64(HEADER.iov, address + BigInt(IOV.at), true);
  view.setBigUint64(HEADER.iovLength, 1n, true);
  view.setBigUint64(HEADER.control, address + BigInt(CONTROL.at), true);
  view.setBigUint64(HEADER.controlLength, BigInt(CONTROL.paddedBytes), true);
  view.setBigUint64(IOV.base, address + BigInt(TEXT.at), true);
  view.setBigUint64(IOV.length, BigInt(TEXT.maxBytes), true);
  return { bytes, view, text: bytes.subarray(TEXT.at) };
}
