import {
  parseSocketAddress,
  SOCKET_ADDRESS_BYTES,
} from "../../servers/sockets/libc/socket_address.ts";
import {
  hasSystemCalls,
  type SystemCalls,
  systemCalls,
} from "../../servers/system/system_calls.ts";

const FIRST_DESCRIPTOR = 3;
/** No descriptor of ours is beyond this. */
const MAX_DESCRIPTORS = 32_768;
/** An address of the family `AF_UNSPEC`: to connect with it dissolves a connection, connect(2). */
const UNSPECIFIED = new Uint8Array(SOCKET_ADDRESS_BYTES);

/**
 * Resets a connection, which is still to be closed. Deno itself says that it ends, and cannot be told
 * otherwise, nor does it tell which descriptor it is: that is found by its addresses. Elsewhere than on
 * Linux this does nothing.
 */
export function resetConnection(conn: Deno.TcpConn): void {
  if (!hasSystemCalls()) return;
  const calls = systemCalls();
  for (let fd = FIRST_DESCRIPTOR; fd < MAX_DESCRIPTORS; fd++) {
    const isIt = portOf(calls.getsockname, fd) === conn.localAddr.port &&
      portOf(calls.getpeername, fd) === conn.remoteAddr.port;
    if (!isIt) continue;
    calls.connect(fd, UNSPECIFIED, UNSPECIFIED.length);
    return;
  }
}

/** The port at one end of a socket; `undefined` if the descriptor is none. */
function portOf(getName: SystemCalls["getsockname"], fd: number): number | undefined {
  const address = new Uint8Array(SOCKET_ADDRESS_BYTES);
  const isSocket = getName(fd, address, Uint32Array.of(SOCKET_ADDRESS_BYTES)) === 0;
  return isSocket ? parseSocketAddress(address).port : undefined;
}
