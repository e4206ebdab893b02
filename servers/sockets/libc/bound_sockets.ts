/**
 * Sockets that are bound to an address, as servers have them.
 *
 * @module
 */

import { lookUpHost } from "./host_lookup.ts";
import type { Address, Listener, ListenOptions } from "../interface.ts";
import { parseSocketAddress, SOCKET_ADDRESS_BYTES } from "./socket_address.ts";
import { OFF, ON, sendAtOnce } from "./socket_options.ts";
import { checked, ERRNO, SystemCallError } from "../../system/system_interface.ts";
import { SO_REUSEADDR, SO_REUSEPORT, SOCK_CLOEXEC } from "../../system/system_calls.ts";
import { SOCK_STREAM, SOL_SOCKET, type SystemCalls } from "../../system/system_calls.ts";

/**
 * A socket that listens.
 *
 * @returns its descriptor
 * @throws {HostLookupError} when there is no such host
 * @throws {SystemCallError} when its address cannot be listened on
 *
 * @example
 * ```ts
 * import { systemCalls } from "../../system/system_calls.ts";
 * const calls = systemCalls();
 * calls.close(listenOn(calls, { host: "127.0.0.1", port: 0, backlog: 8 }));
 * ```
 */
export function listenOn(
  calls: SystemCalls,
  { backlog, reusePort, ...address }: Pick<
    ListenOptions,
    "host" | "port" | "backlog" | "reusePort"
  >,
): number {
  const options = reusePort ? [SO_REUSEADDR, SO_REUSEPORT] : [SO_REUSEADDR];
  return open(calls, address, options, (fd) => {
    checked("listen", calls.listen(fd, backlog));
  });
}

/**
 * A port on which only others listen, each with SO_REUSEPORT. Nobody else gets it, and as long as nobody
 * listens, a client is refused: it does not come into a backlog that would be closed with it.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { systemCalls } from "../../system/system_calls.ts";
 * const calls = systemCalls();
 * const port = new ClaimedPort(calls, { host: "127.0.0.1", port: 0 });
 * assertThrows(() => new ClaimedPort(calls, port.address)); // EADDRINUSE
 * calls.close(listenOn(calls, { ...port.address, backlog: 8, reusePort: true }));
 * port.close();
 * ```
 */
export class ClaimedPort implements Listener {
  readonly kind = "listener";
  readonly address: Address;
  readonly #calls: SystemCalls;
  readonly #fd: number;

  /**
   * @throws {HostLookupError} when there is no such host
   * @throws {SystemCallError} when somebody else has the port
   */
  constructor(calls: SystemCalls, address: Address) {
    this.#calls = calls;
    this.#fd = claim(calls, address);
    const bytes = new Uint8Array(SOCKET_ADDRESS_BYTES);
    const size = Uint32Array.of(bytes.byteLength);
    checked("getsockname", calls.getsockname(this.#fd, bytes, size));
    this.address = parseSocketAddress(bytes);
  }

  /** No clients come here. */
  accept(): null {
    return null;
  }

  /** No clients come here. */
  tryAccept(): null {
    return null;
  }

  /** Others who listen keep the port. */
  close(): void {
    this.#calls.close(this.#fd);
  }
}

function claim(calls: SystemCalls, address: Address): number {
  // Before that, those who listen already would share the port.
  const share = (fd: number) => setOption(calls, fd, SO_REUSEPORT, ON);
  try {
    // Without SO_REUSEADDR: with it, two could have the port as long as neither listens, socket(7).
    return open(calls, address, [], share);
  } catch (error) {
    if (!(error instanceof SystemCallError) || error.errno !== ERRNO.EADDRINUSE) throw error;
    // Or a connection of the server before is not forgotten yet.
    return open(calls, address, [SO_REUSEADDR], (fd) => {
      setOption(calls, fd, SO_REUSEADDR, OFF);
      share(fd);
    });
  }
}

function setOption(calls: SystemCalls, fd: number, option: number, value: Int32Array<ArrayBuffer>) {
  checked("setsockopt", calls.setsockopt(fd, SOL_SOCKET, option, value, value.byteLength));
}

/** A socket that is bound. @param finish called with it; when that fails, it is closed */
function open(
  calls: SystemCalls,
  { host, port }: Address,
  options: readonly number[],
  finish: (fd: number) => void,
): number {
  const [{ family, bytes }] = lookUpHost(host, port);
  const fd = checked("socket", calls.socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  try {
    for (const option of options) {
      setOption(calls, fd, option, ON);
    }
    // An answer should not wait for the acknowledgement of the one before, tcp(7). On Linux the
    // connections that are accepted have this from the listener.
    sendAtOnce(calls, fd);
    checked("bind", calls.bind(fd, bytes, bytes.length));
    finish(fd);
    return fd;
  } catch (error) {
    calls.close(fd);
    throw error;
  }
}
