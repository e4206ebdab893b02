/**
 * Descriptors of the connections that the runtime has opened, found by their addresses, since the
 * runtime does not give them away. Linux; elsewhere none are found.
 *
 * @module
 */

import { isOutOfDescriptors } from "../accept_errors.ts";
import { softDescriptorLimit } from "../../system/descriptor_limit.ts";
import { readSystemDirectory } from "../../system/proc.ts";
import { type Address, formatAddress } from "../interface.ts";
import { parseSocketAddress, SOCKET_ADDRESS_BYTES } from "../libc/socket_address.ts";
import { hasSystemCalls, type SystemCalls, systemCalls } from "../../system/system_calls.ts";

/** An address of the family `AF_UNSPEC`, which is 0. */
const NOBODY = new Uint8Array(16);

/** The limit may be a billion where all descriptors of the system are taken. */
const MAX_LOOKED_AT = 65_536;

const address = new Uint8Array(SOCKET_ADDRESS_BYTES);
const size = new Uint32Array(1);

/** By the address of the peer. Kept until the end of this turn, in which no connection can be closed. */
let found: Map<string, number> | undefined;

/**
 * Resets this process's connection with `peer`. The runtime itself can end a stream only as if it were
 * complete.
 *
 * @example
 * ```ts
 * resetOwn({ host: "127.0.0.1", port: 1 }); // does nothing without a connection to that address
 * ```
 */
export function resetOwn(peer: Address): void {
  if (!hasSystemCalls()) return;
  const calls = systemCalls();
  if (found === undefined) {
    found = peers(calls);
    queueMicrotask(() => found = undefined);
  }
  const fd = found.get(formatAddress(peer));
  if (fd !== undefined) reset(calls, fd);
}

/**
 * {@linkcode resetOwn} of all connections that were accepted on `port`, by whatever thread.
 *
 * @example
 * ```ts
 * resetAllOwn(1); // does nothing without connections that port 1 has accepted
 * ```
 */
export function resetAllOwn(port: number): void {
  if (!hasSystemCalls()) return;
  const calls = systemCalls();
  for (const fd of peers(calls).values()) {
    if (nameOf(fd, calls.getsockname)?.port === port) reset(calls, fd);
  }
}

/**
 * Dissolves the association with the peer, connect(2), which resets the connection at once, while the
 * descriptor stays open. A reset at close (SO_LINGER) would come too late: before that, the runtime
 * shuts the socket down for writing, which ends the stream.
 */
function reset(calls: SystemCalls, fd: number): void {
  calls.connect(fd, NOBODY, NOBODY.length);
}

function peers(calls: SystemCalls): Map<string, number> {
  const byPeer = new Map<string, number>();
  for (const fd of descriptors()) {
    const peer = nameOf(fd, calls.getpeername);
    if (peer !== undefined) byPeer.set(formatAddress(peer), fd);
  }
  return byPeer;
}

/** The numbers of all descriptors. To read them takes one: without, these are all that there may be. */
function descriptors(): Iterable<number> {
  try {
    return readSystemDirectory("/proc/self/fd").filter((name) => /^\d+$/.test(name)).map(Number);
  } catch (error) {
    if (!isOutOfDescriptors(error)) throw error;
    return Array(Math.min(softDescriptorLimit(), MAX_LOOKED_AT)).keys();
  }
}

/** @returns `undefined` where there is none: the descriptor is no connected socket */
function nameOf(fd: number, call: SystemCalls["getpeername"]): Address | undefined {
  size[0] = SOCKET_ADDRESS_BYTES;
  address.fill(0); // a shorter address would leave the rest of the last one
  return call(fd, address, size) === 0 ? parseSocketAddress(address) : undefined;
}
