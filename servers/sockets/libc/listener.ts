import { isOfOneClient, PAUSE_MS, REST_MS, RestReports } from "../accept_errors.ts";
import { listenOn } from "./bound_sockets.ts";
import type { Address, Connection, Listener, ListenOptions } from "../interface.ts";
import { EPOLLIN } from "../interface.ts";
import { LibcConnection } from "./connection.ts";
import type { ConnectionContext, LibcPollable, WatchedListener } from "./connection_context.ts";
import type { WatchingList } from "./connection_context.ts";
import type { LibcReactor } from "./reactor.ts";
import { parseSocketAddress, SOCKET_ADDRESS_BYTES } from "./socket_address.ts";
import { setBlocking } from "./socket_options.ts";
import { checked, ERRNO, SystemCallError } from "../../system/system_interface.ts";
import { SHUT_RDWR, SOCK_CLOEXEC, SOCK_NONBLOCK } from "../../system/system_calls.ts";

/** A class of connections that a listener can make. */
type ConnectionClass<Made> = new (
  ...made: ConstructorParameters<typeof LibcConnection>
) => Made;

/** The listening socket of the system's. */
export class LibcListener implements Listener, LibcPollable, WatchedListener {
  readonly kind = "listener";
  readonly address: Address;

  readonly #reactor: LibcReactor;
  readonly #options: ListenOptions;
  readonly #peer = new Uint8Array(SOCKET_ADDRESS_BYTES);
  readonly #peerSize = new Uint32Array(1);
  readonly #hosts = new Map<string, string>();
  #fd: number;
  blocks = true;
  isResting = false;
  #resumeAtMs = 0;
  #list: WatchingList | undefined = undefined;
  readonly #restReports: RestReports;

  /**
   * @throws {HostLookupError} when there is no such host
   * @throws {SystemCallError} when its address cannot be listened on
   */
  constructor(options: ListenOptions, reactor: LibcReactor) {
    this.#options = options;
    this.#reactor = reactor;
    this.#restReports = new RestReports(reactor.observer);
    this.#fd = options.inherited?.descriptor ?? listenOn(reactor.calls, options);
    checked("getsockname", reactor.calls.getsockname(this.#fd, this.#peer, this.#sizeOfPeer()));
    this.address = parseSocketAddress(this.#peer);
    if (!options.inherited?.isShared) reactor.table.setListener(this.#fd);
  }

  /** Whether the server is stopping. */
  get isOver(): boolean {
    return this.#reactor.table.stopping;
  }

  /**
   * The same in a process that has inherited it, where `reactor` is in the place of the parent's.
   *
   * @param descriptor another socket that listens
   */
  inheritedBy(reactor: LibcReactor, descriptor = this.#fd): LibcListener {
    const inherited = { descriptor, isShared: false };
    return new LibcListener({ ...this.#options, inherited }, reactor);
  }

  /** -1 while accepting rests, and for ever once it has stopped. */
  get descriptor(): number {
    return this.isResting ? -1 : this.#fd;
  }

  accept(): Connection | null | Promise<Connection | null> {
    const { waitFor } = this.#reactor;
    return waitFor === undefined ? this.#accept() : this.#acceptWhenReadable(waitFor);
  }

  /** Another thread may take the client, and then it blocks until the next one. */
  async #acceptWhenReadable(
    wait: NonNullable<ConnectionContext["waitFor"]>,
  ): Promise<Connection | null> {
    const { calls, observer } = this.#reactor;
    while (!this.#isStopped() && calls.poll(Int32Array.of(this.#fd, EPOLLIN), 1, 0) === 0) {
      observer.waiting();
      await wait(this.#fd, EPOLLIN);
    }
    return this.#accept();
  }

  #accept(): Connection | null {
    while (!this.#isStopped()) {
      this.#reactor.observer.waiting();
      const connection = this.#acceptOne(0);
      if (connection !== null) return connection;
      // Blocked for want of descriptors; without, accept4 itself blocks.
      if (this.isResting) {
        const leftMs = Math.max(0, this.#resumeAtMs - performance.now());
        this.#reactor.table.waitForRelease(Math.ceil(leftMs));
      }
      this.resume();
    }
    return null;
  }

  tryAccept(): Connection | null {
    if (this.#isStopped() || this.restMs() !== Infinity) return null;
    this.stopBlocking();
    if (this.#reactor.connections.size === 0) this.#reactor.observer.waiting();
    return this.#acceptOne(SOCK_NONBLOCK);
  }

  restMs(): number {
    if (!this.isResting) return Infinity;
    const leftMs = this.#resumeAtMs - performance.now();
    if (leftMs > 0) return leftMs;
    this.resume();
    return Infinity;
  }

  resume(): void {
    if (!this.isResting) return;
    this.isResting = false;
    // Clients that wait to be accepted are no edge to come.
    if (this.#fd >= 0) this.#list?.lookAgain(this.#fd);
  }

  watchedBy(list: WatchingList | undefined): void {
    this.#list = list;
  }

  /** Wakes the thread that waits in `accept`, and refuses the clients in the backlog. */
  stop(): void {
    this.#reactor.table.withListener((fd) => this.#reactor.calls.shutdown(fd, SHUT_RDWR));
  }

  /** Closes the socket, if no other thread uses it. Clients are accepted no more. */
  close(): void {
    if (this.#fd >= 0 && !this.#options.inherited?.isShared) {
      this.#reactor.table.setListener(undefined);
      // Where another process has the socket too, closing it does not take it out of a list, epoll(7).
      if (!this.isResting) this.#list?.lookAway(this.#fd);
      this.#list = undefined;
      this.#reactor.calls.close(this.#fd);
    }
    this.#fd = -1;
  }

  /** Whether it listens no more. If the server is stopping, closes the socket. */
  #isStopped(): boolean {
    if (this.isOver) this.close();
    return this.#fd < 0;
  }

  /** @returns the next client that may be served, or `null` when it is worth asking again */
  #acceptOne(mode: 0 | typeof SOCK_NONBLOCK): Connection | null {
    for (;;) {
      const { calls, table } = this.#reactor;
      if (table.count.isPaused) {
        this.#rest(PAUSE_MS);
        return null;
      }
      // Connections block or not from call to call (MSG_DONTWAIT), whatever the listener does.
      const fd = calls.accept4(this.#fd, this.#peer, this.#sizeOfPeer(), SOCK_CLOEXEC);
      if (fd >= 0) {
        const connection = this.#admit(fd, LibcConnection);
        if (connection !== null) return connection;
        continue;
      }
      if (fd === -ERRNO.EAGAIN && mode === SOCK_NONBLOCK) return null;
      if (this.failed(-fd)) return null;
    }
  }

  /** What follows from an error of accept4(2). @returns whether the listener rests, or is stopping */
  failed(errno: number): boolean {
    if (errno === ERRNO.EINTR) return false;
    const error = new SystemCallError("accept4", errno);
    if (isOfOneClient(error)) return false;
    if (this.#reactor.table.stopping) return true;
    this.#rest(REST_MS);
    this.#restReports.report(error);
    return true;
  }

  /**
   * Takes a client that the system has accepted, if it may be served.
   *
   * @param make the class of its connection
   * @returns `null` if the client was turned away, or has left
   */
  accepted<Made extends LibcConnection>(fd: number, make: ConnectionClass<Made>): Made | null {
    const { calls } = this.#reactor;
    if (calls.getpeername(fd, this.#peer, this.#sizeOfPeer()) === 0) return this.#admit(fd, make);
    calls.close(fd); // one that was reset has no address any more
    return null;
  }

  #admit<Made extends LibcConnection>(fd: number, make: ConnectionClass<Made>): Made | null {
    const { calls, observer, table, connections } = this.#reactor;
    const { maxClients, descriptorsBelow } = this.#options;
    const peer = this.#parsePeer();
    if (fd >= descriptorsBelow) {
      observer.beyondFdSetSize(peer, fd);
      calls.close(fd);
      return null;
    }
    if (!table.add(fd, maxClients)) {
      observer.refused(peer);
      calls.close(fd);
      return null;
    }
    const id = table.count.nextId();
    table.setId(fd, id);
    const connection = new make(this.#reactor, fd, id, peer);
    connections.add(connection);
    observer.accepted(connection);
    return connection;
  }

  /** Many clients come from few hosts, so a host's name is kept once. */
  #parsePeer(): Address {
    const { host, port } = parseSocketAddress(this.#peer);
    const known = this.#hosts.get(host);
    if (known !== undefined) return { host: known, port };
    if (this.#hosts.size >= 1_000) this.#hosts.clear();
    this.#hosts.set(host, host);
    return { host, port };
  }

  /** Accepts again once a descriptor is free or the time is over. */
  #rest(ms: number): void {
    this.#resumeAtMs = performance.now() + ms;
    this.isResting = true;
    this.#list?.lookAway(this.#fd);
  }

  /** From now on calls on the socket do not wait. */
  stopBlocking(): void {
    if (!this.blocks) return;
    setBlocking(this.#reactor.calls, this.#fd, false);
    this.blocks = false;
  }

  /** The call reads the room from it, and stores in it the size of the address. */
  #sizeOfPeer(): Uint32Array {
    this.#peerSize[0] = SOCKET_ADDRESS_BYTES;
    return this.#peerSize;
  }
}
