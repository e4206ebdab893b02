/**
 * Internet addresses as the system's calls take and give them, ip(7) and ipv6(7).
 *
 * @module
 */

import type { Address } from "../interface.ts";
import { AF_INET, AF_INET6 } from "../../system/system_calls.ts";

/** Size of `struct sockaddr_in6`, the largest that is used here. */
export const SOCKET_ADDRESS_BYTES = 28;
/** Size of `struct sockaddr_in`. */
const IPV4_ADDRESS_BYTES = 16;

/** Where the fields are: the family is in the byte order of the machine, the port in the network's. */
const AT = { family: 0, port: 2, ipv4: 4, ipv6: 8 };

/** What an IPv6 address begins with that is an IPv4 address, RFC 4291. */
const IPV4_MAPPED: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** A raw address with the size that belongs to it. */
export interface SocketAddress {
  readonly family: typeof AF_INET | typeof AF_INET6;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * `struct sockaddr_in` of an IPv4 address in dotted form.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const { bytes } = ipv4SocketAddress({ host: "127.0.0.1", port: 80 });
 * assertEquals(parseSocketAddress(bytes), { host: "127.0.0.1", port: 80 });
 * ```
 */
export function ipv4SocketAddress({ host, port }: Address): SocketAddress {
  const bytes = new Uint8Array(IPV4_ADDRESS_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(AT.family, AF_INET, true);
  view.setUint16(AT.port, port);
  bytes.set(host.split(".").map(Number), AT.ipv4);
  return { family: AF_INET, bytes };
}

/**
 * A raw address from the 4 or 16 bytes of a host.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const bytes = rawSocketAddress(Uint8Array.of(127, 0, 0, 1), 80);
 * assertEquals(parseSocketAddress(bytes), { host: "127.0.0.1", port: 80 });
 * ```
 */
export function rawSocketAddress(host: Uint8Array, port: number): Uint8Array {
  const bytes = new Uint8Array(SOCKET_ADDRESS_BYTES);
  const isIpv4 = host.length === 4;
  const view = new DataView(bytes.buffer);
  view.setUint16(AT.family, isIpv4 ? AF_INET : AF_INET6, true);
  view.setUint16(AT.port, port);
  bytes.set(host, isIpv4 ? AT.ipv4 : AT.ipv6);
  return bytes;
}

/**
 * Puts `port` into a raw address of either family.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const address = ipv4SocketAddress({ host: "127.0.0.1", port: 0 });
 * setPort(address, 80);
 * assertEquals(parseSocketAddress(address.bytes).port, 80);
 * ```
 */
export function setPort({ bytes }: SocketAddress, port: number): void {
  new DataView(bytes.buffer).setUint16(AT.port, port);
}

/**
 * Reads a raw address of either family.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const { bytes } = ipv4SocketAddress({ host: "10.0.0.1", port: 80 });
 * assertEquals(parseSocketAddress(bytes), { host: "10.0.0.1", port: 80 });
 * ```
 */
export function parseSocketAddress(bytes: Uint8Array): Address {
  const port = bytes[AT.port] << 8 | bytes[AT.port + 1];
  const family = bytes[AT.family] | bytes[AT.family + 1] << 8;
  return { host: family === AF_INET6 ? ipv6Host(bytes) : ipv4Host(bytes), port };
}

function ipv4Host(bytes: Uint8Array): string {
  return `${bytes[AT.ipv4]}.${bytes[AT.ipv4 + 1]}.${bytes[AT.ipv4 + 2]}.${bytes[AT.ipv4 + 3]}`;
}

/**
 * The shortest form, RFC 5952, which is how the URL standard writes an IPv6 host as well. Only the
 * address of an IPv4 client on an IPv6 listener it writes in another way.
 */
function ipv6Host(bytes: Uint8Array): string {
  if (IPV4_MAPPED.every((byte, index) => bytes[AT.ipv6 + index] === byte)) {
    return `::ffff:${bytes.subarray(AT.ipv6 + IPV4_MAPPED.length, AT.ipv6 + 16).join(".")}`;
  }
  const groups: string[] = [];
  for (let at = AT.ipv6; at < SOCKET_ADDRESS_BYTES - 4; at += 2) {
    groups.push((bytes[at] << 8 | bytes[at + 1]).toString(16));
  }
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}
