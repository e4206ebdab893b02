/**
 * The end of connections that Deno does not let go of.
 *
 * @module
 */

import { type Address, formatAddress } from "./interface.ts";
import { parseSocketAddress, SOCKET_ADDRESS_BYTES } from "./socket_address.ts";
import { hasSystemCalls, SHUT_RDWR, systemCalls } from "./system_calls.ts";

/** The system gives the lowest free number, so behind a gap of this many descriptors there are none. */
const LONGEST_GAP = 65_536;

/**
 * Shuts down sockets that were closed while a write waited for their client: Deno 2.5 cannot cancel a
 * write and keeps the socket until it ends. A socket that is shut down ends it. Later versions keep
 * none, and there is none to be found. Without the system's own calls nothing is done.
 */
export function shutDown(conns: readonly Deno.TcpConn[]): void {
  if (!hasSystemCalls()) return;
  const wanted = new Set(
    conns.map(({ localAddr, remoteAddr }) => toKey(toAddress(localAddr), toAddress(remoteAddr))),
  );
  const { getsockname, getpeername, shutdown } = systemCalls();
  const local = new Uint8Array(SOCKET_ADDRESS_BYTES);
  const peer = new Uint8Array(SOCKET_ADDRESS_BYTES);
  const size = new Uint32Array(1);
  const has = (name: typeof getpeername, fd: number, address: Uint8Array) => {
    size[0] = SOCKET_ADDRESS_BYTES;
    return name(fd, address, size) === 0;
  };
  for (let fd = 0, gap = 0; wanted.size > 0 && gap < LONGEST_GAP; fd++, gap++) {
    if (!has(getpeername, fd, peer)) continue;
    gap = 0;
    if (!has(getsockname, fd, local)) continue;
    const isFound = wanted.delete(toKey(parseSocketAddress(local), parseSocketAddress(peer)));
    if (isFound) shutdown(fd, SHUT_RDWR);
  }
}

function toAddress({ hostname, port }: Deno.NetAddr): Address {
  return { host: hostname, port };
}

function toKey(local: Address, peer: Address): string {
  return `${formatAddress(local)} ${formatAddress(peer)}`;
}
