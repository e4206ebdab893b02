import { HostLookupError, lookUpHost } from "./host_lookup.ts";
import { type Address, ConnectFailed, type Connecting, type Connection } from "../interface.ts";
import { LibcConnection } from "./connection.ts";
import type { LibcHome } from "./connection_context.ts";
import type { LibcHub, LibcPollable } from "./reactor.ts";
import { parseSocketAddress, type SocketAddress } from "./socket_address.ts";
import { connectError, sendAtOnce, setBlocking } from "./socket_options.ts";
import { checked, ERRNO, SystemCallError } from "../../system/system_call_error.ts";
import { SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM } from "../../system/system_calls.ts";
import { UNOBSERVED } from "../unobserved.ts";

/** A socket that was told to connect and not to wait for that, connect(2). */
export class LibcConnecting implements Connecting, LibcPollable {
  readonly kind = "connecting";
  readonly descriptor: number;

  readonly #hub: LibcHub;
  readonly #id: number;
  readonly #peer: Address;
  /** What connect(2) said at once. */
  readonly #status: number;

  /** @throws {SystemCallError} when there is no descriptor left */
  constructor(id: number, { family, bytes }: SocketAddress, hub: LibcHub) {
    const { calls } = this.#hub = hub;
    this.#id = id;
    this.#peer = parseSocketAddress(bytes);
    const type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
    this.descriptor = checked("socket", calls.socket(family, type, 0));
    sendAtOnce(calls, this.descriptor);
    this.#status = calls.connect(this.descriptor, bytes, bytes.length);
  }

  finish(): Connection {
    const { calls, table, connections } = this.#hub;
    const errno = this.#errno();
    if (errno !== 0) {
      this.close();
      throw new ConnectFailed(new SystemCallError("connect", errno).message);
    }
    // As those that are accepted: they block or not from call to call.
    setBlocking(calls, this.descriptor, true);
    table.add(this.descriptor);
    const home = new UnobservedHome(this.#hub);
    const connection = new LibcConnection(home, this.descriptor, this.#id, this.#peer);
    connections.add(connection);
    return connection;
  }

  close(): void {
    this.#hub.closing(this.descriptor);
    this.#hub.calls.close(this.descriptor);
  }

  #errno(): number {
    if (this.#status < 0 && this.#status !== -ERRNO.EINPROGRESS) return -this.#status;
    return connectError(this.#hub.calls, this.descriptor);
  }
}

/** Begins to connect to each address of a host in turn. */
export function* connectToEach(
  { host, port }: Address,
  hub: LibcHub,
  nextId: () => number,
): Generator<LibcConnecting> {
  for (const address of addressesOf(host, port)) yield new LibcConnecting(nextId(), address, hub);
}

function addressesOf(host: string, port: number): SocketAddress[] {
  try {
    return lookUpHost(host, port);
  } catch (error) {
    if (error instanceof HostLookupError) throw new ConnectFailed(error.message);
    throw error;
  }
}

/** The home of connections that are nobody's clients. */
class UnobservedHome implements LibcHome {
  readonly observer = UNOBSERVED;
  readonly calls: LibcHome["calls"];
  readonly table: LibcHome["table"];
  readonly thread: number;
  readonly buffer: LibcHome["buffer"];

  constructor(private readonly hub: LibcHub) {
    this.calls = hub.calls;
    this.table = hub.table;
    this.thread = hub.thread;
    this.buffer = hub.buffer;
  }

  get turn(): number {
    return this.hub.turn;
  }

  wake(): void {
    this.hub.wake();
  }

  closing(fd: number): void {
    this.hub.closing(fd);
  }

  released(connection: LibcConnection): void {
    this.hub.released(connection);
  }

  linger(connection: LibcConnection, untilMs: number): void {
    this.hub.linger(connection, untilMs);
  }
}
