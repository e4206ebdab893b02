import { parseSocketAddress, SOCKET_ADDRESS_BYTES } from "../../servers/sockets/socket_address.ts";
import { hasSystemCalls, SOL_SOCKET, systemCalls } from "../../servers/sockets/system_calls.ts";

const SO_LINGER = 13;
/** `struct linger`: on, and for no time, which is to reset, socket(7). */
const RESET = Int32Array.of(1, 0);
const FIRST_DESCRIPTOR = 3;
/** No descriptor of ours is beyond this. */
const MOST_DESCRIPTORS = 32_768;

/**
 * Has the connection reset when it is closed. Deno can only end it, and does not tell which descriptor
 * is its own, so that is found by its address. Elsewhere than on Linux it is closed as any other.
 */
export function resetOnClose(conn: Deno.TcpConn): void {
  if (!hasSystemCalls()) return;
  const calls = systemCalls();
  const address = new Uint8Array(SOCKET_ADDRESS_BYTES);
  const sizeBytes = new Uint32Array(1);
  const { port } = conn.localAddr;
  const peerPort = conn.remoteAddr.port;
  for (let fd = FIRST_DESCRIPTOR; fd < MOST_DESCRIPTORS; fd++) {
    sizeBytes[0] = SOCKET_ADDRESS_BYTES;
    if (calls.getsockname(fd, address, sizeBytes) < 0) continue;
    if (parseSocketAddress(address).port !== port) continue;
    sizeBytes[0] = SOCKET_ADDRESS_BYTES;
    if (calls.getpeername(fd, address, sizeBytes) < 0) continue;
    if (parseSocketAddress(address).port !== peerPort) continue;
    calls.setsockopt(fd, SOL_SOCKET, SO_LINGER, RESET, RESET.byteLength);
    return;
  }
}
