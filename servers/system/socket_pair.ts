import { AF_UNIX, SOCK_CLOEXEC, SOCK_SEQPACKET, systemCalls } from "./system_calls.ts";
import { checked } from "./system_interface.ts";

/**
 * Two connected sockets, close-on-exec, socketpair(2).
 *
 * @param type by default, one that keeps messages apart
 * @throws {SystemCallError} when there are no descriptors left
 */
export function socketPair(type = SOCK_SEQPACKET): [number, number] {
  const pair = new Int32Array(2);
  checked("socketpair", systemCalls().socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair));
  return [pair[0], pair[1]];
}
