import type { Address } from "../../servers/sockets/interface.ts";
import {
  ipv4SocketAddress,
  parseSocketAddress,
  setPort,
  SOCKET_ADDRESS_BYTES,
  type SocketAddress,
} from "../../servers/sockets/libc/socket_address.ts";
import { checked } from "../../servers/system/system_interface.ts";
import {
  AF_UNIX,
  MSG_NOSIGNAL,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  SOL_SOCKET,
  systemCalls,
} from "../../servers/system/system_calls.ts";

/** <sys/socket.h> */
const SO_LINGER = 13;
/** `struct linger`: on, for 0 seconds, which makes close(2) reset the connection, socket(7). */
const RESET_ON_CLOSE = Int32Array.of(1, 0);

/** A listening socket. */
export interface Listening {
  readonly descriptor: number;
  readonly address: SocketAddress;
}

/** Both ends of a connection. */
export interface Pair {
  readonly client: number;
  readonly server: number;
}

/**
 * TCP on this machine with both ends in this thread, on the system's own calls. Dispose of it, and
 * every descriptor that it gave is closed.
 */
export class Loopback implements Disposable {
  readonly calls = systemCalls();
  readonly #open = new Set<number>();

  /** @throws {SystemCallError} when the system refuses; so do all others */
  listen(backlog: number): Listening {
    const address = ipv4SocketAddress({ host: "127.0.0.1", port: 0 });
    const descriptor = this.#socket(address, 0);
    checked("bind", this.calls.bind(descriptor, address.bytes, address.bytes.length));
    checked("listen", this.calls.listen(descriptor, backlog));
    const bound = new Uint8Array(SOCKET_ADDRESS_BYTES);
    const sizeBytes = Uint32Array.of(SOCKET_ADDRESS_BYTES);
    checked("getsockname", this.calls.getsockname(descriptor, bound, sizeBytes));
    setPort(address, parseSocketAddress(bound).port);
    return { descriptor, address };
  }

  /** Where others connect to. */
  addressOf({ address }: Listening): Address {
    return parseSocketAddress(address.bytes);
  }

  /** Connects to an {@linkcode Address}, or to what {@linkcode listen} gave. Blocks until then. */
  connect(to: Address | Listening): number {
    const { descriptor, status } = this.beginConnect(to, 0);
    checked("connect", status);
    return descriptor;
  }

  /**
   * A socket on which connect(2) was called.
   *
   * @param flags of socket(2): with `SOCK_NONBLOCK` it may still be under way
   * @returns the socket, and what connect(2) gave
   */
  beginConnect(to: Address | Listening, flags: number): { descriptor: number; status: number } {
    const address = "address" in to ? to.address : ipv4SocketAddress(to);
    const descriptor = this.#socket(address, flags);
    const { bytes } = address;
    return { descriptor, status: this.calls.connect(descriptor, bytes, bytes.length) };
  }

  /** Waits for the next client. */
  accept({ descriptor }: Listening): number {
    return this.#own(checked("accept4", this.calls.accept4(descriptor, null, null, SOCK_CLOEXEC)));
  }

  /** A connection, from a listener that is closed again. */
  pair(): Pair {
    const listening = this.listen(1);
    const client = this.connect(listening);
    const server = this.accept(listening);
    this.close(listening.descriptor);
    return { client, server };
  }

  /** A connection within this machine that is not TCP, socketpair(2): the cheapest there is. */
  unixPair(): Pair {
    const pair = new Int32Array(2);
    const type = SOCK_STREAM | SOCK_CLOEXEC;
    checked("socketpair", this.calls.socketpair(AF_UNIX, type, 0, pair));
    return { client: this.#own(pair[0]), server: this.#own(pair[1]) };
  }

  /** Sends all of `bytes`, which must fit into the buffers of the connection. */
  send(descriptor: number, bytes: Uint8Array): void {
    checked("send", this.calls.send(descriptor, bytes, bytes.length, MSG_NOSIGNAL));
  }

  /** Ends the connection with a reset instead of an end of the stream. */
  reset(descriptor: number): void {
    const { byteLength } = RESET_ON_CLOSE;
    checked(
      "setsockopt",
      this.calls.setsockopt(descriptor, SOL_SOCKET, SO_LINGER, RESET_ON_CLOSE, byteLength),
    );
    this.close(descriptor);
  }

  /** Waits until one of `events` holds for the descriptor. @returns whether it does in time */
  wait(descriptor: number, events: number, timeoutMs: number): boolean {
    return checked("poll", this.calls.poll(Int32Array.of(descriptor, events), 1, timeoutMs)) > 0;
  }

  close(descriptor: number): void {
    if (this.#open.delete(descriptor)) this.calls.close(descriptor);
  }

  /** Closes it with the others. */
  closeLater(descriptor: number): void {
    this.#own(descriptor);
  }

  /** Leaves closing to another thread. */
  disown(descriptor: number): void {
    this.#open.delete(descriptor);
  }

  [Symbol.dispose](): void {
    for (const descriptor of this.#open) this.calls.close(descriptor);
  }

  #socket({ family }: SocketAddress, flags: number): number {
    const type = SOCK_STREAM | SOCK_CLOEXEC | flags;
    return this.#own(checked("socket", this.calls.socket(family, type, 0)));
  }

  #own(descriptor: number): number {
    this.#open.add(descriptor);
    return descriptor;
  }
}
