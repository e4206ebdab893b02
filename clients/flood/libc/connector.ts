import { EPOLLET, EPOLLIN, EPOLLOUT } from "../../../servers/sockets/interface.ts";
import { EPOLLRDHUP } from "../../../servers/system/system_calls.ts";
import { connectError, ON, sendAtOnce } from "../../../servers/sockets/libc/socket_options.ts";
import type { SocketAddress } from "../../../servers/sockets/libc/socket_address.ts";
import { ERRNO, SystemCallError } from "../../../servers/system/system_interface.ts";
import {
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  type SystemCalls,
} from "../../../servers/system/system_calls.ts";
import type { EpollInstance } from "./epoll_instance.ts";
import { isLoopback, LoopbackSources } from "./loopback_sources.ts";

/** <netinet/in.h>: the port is chosen when the connection is opened, among those free for its server. */
const SOL_IP = 0;
const IP_BIND_ADDRESS_NO_PORT = 24;
/** How many source addresses a connection tries when they have no port left. */
const MAX_ATTEMPTS = 250;

/** What a connection is watched for: everything, and each change once. */
const WATCHED = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

/** One way to reach the server that a connection may still try. */
export interface Route {
  /** Which of the server's addresses. */
  destination: number;
  /** How many of the server's addresses have failed. */
  failed: number;
  /** How many source addresses had no port left. */
  attempt: number;
}

/** Opens connections without waiting for them, connect(2). */
export class LibcConnector {
  readonly #calls: SystemCalls;
  readonly #epoll: EpollInstance;
  readonly #destinations: readonly SocketAddress[];
  readonly #sources: LoopbackSources;
  /** The address of the server that has answered last. */
  #preferred = 0;

  /**
   * @param destinations the addresses of the server, in the order in which they are tried
   * @param connections how many there will be in all threads together; `Infinity`: unknown
   */
  constructor(
    calls: SystemCalls,
    epoll: EpollInstance,
    destinations: readonly SocketAddress[],
    connections: number,
  ) {
    this.#calls = calls;
    this.#epoll = epoll;
    this.#destinations = destinations;
    this.#sources = new LoopbackSources(connections);
  }

  /** The first way to try. */
  route(): Route {
    return { destination: this.#preferred, failed: 0, attempt: 0 };
  }

  /**
   * Begins to open a connection; how that went is reported by epoll as `number`.
   *
   * @param index of the connection among those of all threads
   * @param route the way to try; advanced to the next way where this one fails
   * @returns its descriptor
   * @throws {SystemCallError} when no way is left
   */
  begin(number: number, index: number, route: Route): number {
    for (;;) {
      const fd = this.#calls.socket(
        this.#destinations[route.destination].family,
        SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
        0,
      );
      if (fd < 0) throw new SystemCallError("socket", -fd);
      const status = this.#connect(fd, number, index, route);
      if (status >= 0) return fd;
      this.#calls.close(fd);
      if (!this.goOn(route, -status)) throw new SystemCallError("connect", -status);
    }
  }

  /**
   * Goes on to the next way to the server after one failed with `errno`.
   *
   * @returns whether there is one
   */
  goOn(route: Route, errno: number): boolean {
    const isOutOfPorts = errno === ERRNO.EADDRNOTAVAIL;
    if (isOutOfPorts && isLoopback(this.#destinations[route.destination])) {
      if (++route.attempt < MAX_ATTEMPTS) return true;
    }
    route.attempt = 0;
    route.destination = (route.destination + 1) % this.#destinations.length;
    return ++route.failed < this.#destinations.length;
  }

  /** Whether the connection is open now: 0, or the errno of its failure. */
  errorOf(fd: number): number {
    return connectError(this.#calls, fd);
  }

  /** Prefers the way that `route` has shown to be good. */
  opened({ destination }: Route): void {
    this.#preferred = destination;
  }

  /** @returns the negative errno when it failed; a connection that is under way has not */
  #connect(fd: number, number: number, index: number, route: Route): number {
    const calls = this.#calls;
    const destination = this.#destinations[route.destination];
    sendAtOnce(calls, fd);
    if (isLoopback(destination)) {
      calls.setsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, ON, ON.byteLength);
      const source = this.#sources.address(index, route.attempt);
      const bound = calls.bind(fd, source, source.length);
      if (bound < 0) return bound;
    }
    const status = calls.connect(fd, destination.bytes, destination.bytes.length);
    if (status < 0 && status !== -ERRNO.EINPROGRESS) return status;
    // epoll reports a change that came before this call as well.
    return this.#epoll.add(fd, number, WATCHED);
  }
}
