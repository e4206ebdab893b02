import { isIPv6 } from "node:net";
import { UsageError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { type Address, formatAddress } from "../../servers/sockets/interface.ts";

/** Where a server listens unless its address says otherwise: on this machine. */
const LOCAL_HOST = "127.0.0.1";

/**
 * Reads an address as people type it: `HOST:PORT`, `HOST`, `PORT`, `:PORT`, `[IPv6]:PORT`, and IPv6
 * without brackets where it can be read in one way only.
 *
 * @param defaultPort the port of an address that has none
 * @throws {UsageError} when it is no address, or could be two
 * @example
 * ```ts
 * import { en } from "../../cli/messages/en/mod.ts";
 * parseAddress("7788", 80, en); // { host: "127.0.0.1", port: 7788 }
 * parseAddress("::1", 7788, en); // { host: "::1", port: 7788 }
 * ```
 */
export function parseAddress(typed: string, defaultPort: number, { flags }: Messages): Address {
  const readings = readingsOf(typed, defaultPort)
    .filter(({ port }) => port >= 1 && port <= 65_535);
  if (readings.length === 0) throw new UsageError(`${typed}: ${flags.wantsAddress}`);
  if (readings.length > 1) {
    throw new UsageError(`${typed}: ${flags.twoAddresses(readings.map(formatAddress))}`);
  }
  return readings[0];
}

function readingsOf(typed: string, defaultPort: number): Address[] {
  const [, onlyPort] = /^:?(\d+)$/.exec(typed) ?? [];
  if (onlyPort !== undefined) return [{ host: LOCAL_HOST, port: Number(onlyPort) }];
  const [, bracketed, port] = /^\[([^\]]+)\](?::(\d+))?$/.exec(typed) ?? [];
  if (bracketed !== undefined) {
    return isIPv6(bracketed) ? [{ host: bracketed, port: Number(port ?? defaultPort) }] : [];
  }
  const whole = { host: typed, port: defaultPort };
  if (!typed.includes(":")) return isHostName(typed) ? [whole] : [];
  const [, host, last] = /^(.+):(\d+)$/.exec(typed) ?? [];
  return [
    ...isIPv6(typed) ? [whole] : [],
    ...host !== undefined && (isHostName(host) || isIPv6(host))
      ? [{ host, port: Number(last) }]
      : [],
  ];
}

function isHostName(text: string): boolean {
  return /^[\p{L}\p{N}._-]+$/u.test(text);
}
