/**
 * Host names to addresses, as the C library looks them up, getaddrinfo(3).
 *
 * @module
 */

import { cFunctions } from "../../system/c_library.ts";
import { setPort, type SocketAddress } from "./socket_address.ts";
import { AF_INET, AF_INET6, SOCK_STREAM } from "../../system/system_calls.ts";

/** Offsets in `struct addrinfo` on 64-bit systems, and its size. */
const AT = { family: 4, socketType: 8, addressSize: 16, address: 24, next: 40 };
const ADDRINFO_BYTES = 48;

const functions = cFunctions({
  getaddrinfo: { parameters: ["buffer", "pointer", "buffer", "buffer"], result: "i32" },
  freeaddrinfo: { parameters: ["pointer"], result: "void" },
  gai_strerror: { parameters: ["i32"], result: "pointer" },
});

/** There is no such host, or no name server answers. */
export class HostLookupError extends Error {
  override readonly name = "HostLookupError";
}

/**
 * The addresses of a host in the order in which to try them, getaddrinfo(3). Blocks the thread.
 *
 * @param host a name or an address
 * @param port goes into each address
 * @throws {HostLookupError} when there are none
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseSocketAddress } from "./socket_address.ts";
 * const [address] = lookUpHost("127.0.0.1", 80);
 * assertEquals(parseSocketAddress(address.bytes), { host: "127.0.0.1", port: 80 });
 * ```
 */
export function lookUpHost(host: string, port: number): SocketAddress[] {
  const c = functions();
  const hints = new Uint8Array(ADDRINFO_BYTES);
  new DataView(hints.buffer).setInt32(AT.socketType, SOCK_STREAM, true);
  const list = new BigUint64Array(1);
  const name = new TextEncoder().encode(`${host}\0`);
  const status = c.getaddrinfo(name, null, hints, list);
  if (status !== 0) throw new HostLookupError(`${host}: ${reasonOf(c.gai_strerror(status))}`);
  const first = Deno.UnsafePointer.create(list[0]);
  try {
    return [...addresses(first)].map((address) => {
      setPort(address, port);
      return address;
    });
  } finally {
    c.freeaddrinfo(first);
  }
}

function* addresses(first: Deno.PointerValue): Generator<SocketAddress> {
  for (let entry = first; entry !== null;) {
    const view = new Deno.UnsafePointerView(entry);
    const family = view.getInt32(AT.family);
    const address = view.getPointer(AT.address);
    if (address !== null && (family === AF_INET || family === AF_INET6)) {
      const size = view.getUint32(AT.addressSize);
      const bytes = new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(address, size)).slice();
      yield { family, bytes };
    }
    entry = view.getPointer(AT.next);
  }
}

function reasonOf(message: Deno.PointerValue): string {
  return message === null ? "unknown host" : Deno.UnsafePointerView.getCString(message);
}
