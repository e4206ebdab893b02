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
/** The descriptors of this process are below this. */
const MAX_DESCRIPTORS = 32_768;
/** An address of the family `AF_UNSPEC`: connecting to it dissolves the connection, connect(2). */
const UNSPECIFIED = new Uint8Array(SOCKET_ADDRESS_BYTES);

/**
 * Resets a connection; the caller still closes it. Deno can only close a connection in order, and hides
 * its descriptor. So this finds the descriptor by its addresses. It works on Linux only, and does
 * nothing elsewhere.
 */
export function resetConnection(conn: Deno.TcpConn): void {
  if (!hasSystemCalls()) return;
  const calls = systemCalls();
  for (let fd = FIRST_DESCRIPTOR; fd < MAX_DESCRIPTORS; fd++) {
    const isFound = portOf(calls.getsockname, fd) === conn.localAddr.port &&
      portOf(calls.getpeername, fd) === conn.remoteAddr.port;
    if (!isFound) continue;
    calls.connect(fd, UNSPECIFIED, UNSPECIFIED.length);
    return;
  }
}

/** The port at one end of a socket; `undefined` if the descriptor is not a socket. */
function portOf(getName: SystemCalls["getsockname"], fd: number): number | undefined {
  const address = new Uint8Array(SOCKET_ADDRESS_BYTES);
  const isSocket = getName(fd, address, Uint32Array.of(SOCKET_ADDRESS_BYTES)) === 0;
  return isSocket ? parseSocketAddress(address).port : undefined;
}
