import { ERRNO, SystemCallError } from "../../servers/system/system_interface.ts";
import { MSG_NOSIGNAL, type SystemCalls } from "../../servers/system/system_calls.ts";

const BUFFER_BYTES = 1_024;

/**
 * Serves a connection as `cat` would: blocks in recv(2), sends back what came, and closes it at the end.
 *
 * @returns the name of the error that ended it, if it was not the end of the stream
 */
export function serveEcho(calls: SystemCalls, descriptor: number): string | null {
  const buffer = new Uint8Array(BUFFER_BYTES);
  for (;;) {
    const count = calls.recv(descriptor, buffer, buffer.length, 0);
    if (count === -ERRNO.EINTR) continue;
    if (count < 0) return new SystemCallError("recv", -count).message;
    if (count === 0) break;
    const sent = calls.send(descriptor, buffer, count, MSG_NOSIGNAL);
    if (sent < 0) return new SystemCallError("send", -sent).message;
  }
  calls.close(descriptor);
  return null;
}
