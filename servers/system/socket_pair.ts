import { AF_UNIX, SOCK_CLOEXEC, SOCK_SEQPACKET, systemCalls } from "./system_calls.ts";
import { checked } from "./system_call_error.ts";

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
