import { HostLookupError, lookUpHost } from "./host_lookup.ts";
import { type Address, ConnectFailed, type Connecting, type Connection } from "../interface.ts";
import { LibcConnection } from "./connection.ts";
import type { LibcPollable } from "./connection_context.ts";
import type { LibcReactor } from "./reactor.ts";
import { parseSocketAddress, type SocketAddress } from "./socket_address.ts";
import { connectError, sendAtOnce, setBlocking } from "./socket_options.ts";
import { checked, ERRNO, SystemCallError } from "../../system/system_interface.ts";
import { SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM } from "../../system/system_calls.ts";
import { UNOBSERVED } from "../observer.ts";

/** A socket that connects without blocking, connect(2). */
export class LibcConnecting implements Connecting, LibcPollable {
  readonly kind = "connecting";
  readonly descriptor: number;

  readonly #reactor: LibcReactor;
  readonly #id: number;
  readonly #peer: Address;
  /** What connect(2) returned. */
  readonly #status: number;

  /**
   * @param id see {@linkcode Connecting.finish}
   * @throws {SystemCallError} when there is no descriptor left
   */
  constructor(id: number, { family, bytes }: SocketAddress, reactor: LibcReactor) {
    const { calls } = this.#reactor = reactor;
    this.#id = id;
    this.#peer = parseSocketAddress(bytes);
    const type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
    this.descriptor = checked("socket", calls.socket(family, type, 0));
    sendAtOnce(calls, this.descriptor);
    this.#status = calls.connect(this.descriptor, bytes, bytes.length);
  }

  finish(): Connection {
    const { calls, table, connections } = this.#reactor;
    const errno = this.#errno();
    if (errno !== 0) {
      this.close();
      throw new ConnectFailed(new SystemCallError("connect", errno).message);
    }
    // As accepted connections do, it blocks or not from call to call.
    setBlocking(calls, this.descriptor, true);
    table.add(this.descriptor);
    const connection = new LibcConnection(
      this.#reactor,
      this.descriptor,
      this.#id,
      this.#peer,
      UNOBSERVED,
    );
    connections.add(connection);
    return connection;
  }

  close(): void {
    this.#reactor.calls.close(this.descriptor);
  }

  #errno(): number {
    if (this.#status < 0 && this.#status !== -ERRNO.EINPROGRESS) return -this.#status;
    return connectError(this.#reactor.calls, this.descriptor);
  }
}

/**
 * Begins to connect to each address of a host in turn.
 *
 * @throws {ConnectFailed} when there is no such host
 */
export function* connectToEach(
  { host, port }: Address,
  reactor: LibcReactor,
  nextId: () => number,
): Generator<LibcConnecting> {
  for (const address of addressesOf(host, port)) {
    yield new LibcConnecting(nextId(), address, reactor);
  }
}

function addressesOf(host: string, port: number): SocketAddress[] {
  try {
    return lookUpHost(host, port);
  } catch (error) {
    if (error instanceof HostLookupError) throw new ConnectFailed(error.message);
    throw error;
  }
}
