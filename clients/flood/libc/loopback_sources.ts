import type { SocketAddress } from "../../../servers/sockets/libc/socket_address.ts";
import { ipv4SocketAddress } from "../../../servers/sockets/libc/socket_address.ts";
import { AF_INET } from "../../../servers/system/system_calls.ts";

/**
 * How many connections to one server are to come from one address. The system has some 28,000 ports
 * for them, and looks for a free one the longer the fewer are left.
 */
const CONNECTIONS_PER_ADDRESS = 14_000;
/**
 * How many addresses there are for connections that come and go: the system holds the port of each that
 * this side has closed for up to a minute, tcp(7).
 */
const MAX_ADDRESSES = 250;
/** Where the address is in `struct sockaddr_in`. */
const IPV4_OFFSET = 4;
/** The first byte of all addresses of this machine itself. */
const LOOPBACK_NETWORK = 127;

/** Whether the address is one of 127.0.0.0/8. */
export function isLoopback({ family, bytes }: SocketAddress): boolean {
  return family === AF_INET && bytes[IPV4_OFFSET] === LOOPBACK_NETWORK;
}

/**
 * From where connections to this machine itself come: 127.0.0.1, 127.0.0.2 and so on, all of which it
 * has, so that ports do not run out.
 */
export class LoopbackSources {
  readonly #address = ipv4SocketAddress({ host: "127.0.0.1", port: 0 }).bytes;
  readonly #addresses: number;

  /** @param connections how many there will be; `Infinity`: unknown */
  constructor(connections: number) {
    this.#addresses = Math.min(MAX_ADDRESSES, Math.ceil(connections / CONNECTIONS_PER_ADDRESS));
  }

  /**
   * The raw address, with any port, for connection number `index`; good until the next call.
   *
   * @param attempt how many addresses had no port left for it
   */
  address(index: number, attempt: number): Uint8Array {
    const host = 1 + index % this.#addresses + attempt;
    this.#address[IPV4_OFFSET + 2] = host >> 8;
    this.#address[IPV4_OFFSET + 3] = host & 0xff;
    return this.#address;
  }
}
