import { DescriptorSet } from "./descriptor_set.ts";
import { CLIENT_TAKES, type Connection, noteBlocked, type Pollable } from "../interface.ts";
import { POLLIN, POLLOUT, type Ready } from "../interface.ts";
import { POLLFD_WORDS } from "../poll_entries.ts";
import { asLibcPollable } from "./connection_context.ts";
import type { LibcReactor } from "./reactor.ts";
import { checked, ERRNO } from "../../system/system_interface.ts";

/** select(2) itself: two sets of bits, made anew for each call and looked through after it. */
export class LibcSelect {
  readonly #reactor: LibcReactor;
  readonly #read: SocketSet<Pollable>;
  readonly #write: SocketSet<Connection>;
  readonly #ready: Ready<never> = { readable: [], writable: [] };
  /** `struct timeval` */
  readonly #timeout = new BigInt64Array(2);

  /** @param size `FD_SETSIZE` */
  constructor(reactor: LibcReactor, size: number) {
    this.#reactor = reactor;
    this.#read = new SocketSet(size);
    this.#write = new SocketSet(size);
  }

  /** {@linkcode Sockets.select} */
  select<Watched extends Pollable>(
    read: Iterable<Watched>,
    write: Iterable<Connection>,
    timeoutMs: number,
  ): Ready<Watched> | Promise<Ready<Watched>> {
    const maxMs = this.#reactor.prepareWait(timeoutMs);
    const { offThread, runsEventLoop } = this.#reactor;
    let scanned = this.#fill(read, write);
    // A call that waits does not say of a client that it takes nothing, until something else happens.
    if (maxMs !== 0 && isAnyServed(write)) {
      const count = this.#call(0);
      // The event loop has its turn below, also where much is ready.
      if (count > 0 && !runsEventLoop) return this.#collect(scanned, count);
      scanned = this.#fill(read, write);
    }
    if (!runsEventLoop) return this.#collect(scanned, this.#call(maxMs));
    const pollfds = this.#asPollfds();
    return offThread.wait(pollfds, pollfds.length / POLLFD_WORDS, maxMs)
      .then(() => this.#collect(scanned, this.#call(0)));
  }

  /** @returns how many sockets there are in the sets */
  #fill(read: Iterable<Pollable>, write: Iterable<Connection>): number {
    // The system looks at a descriptor once, in however many sets it is.
    const count = this.#read.fill(read) + this.#write.fill(write, this.#read);
    this.#read.add(this.#reactor.waker);
    return count;
  }

  /**
   * @param scanned how many sockets there were in the sets
   * @param count how many bits are set now
   */
  #collect<Watched extends Pollable>(scanned: number, count: number): Ready<Watched> {
    // Emptied and refilled by collect(), with the sockets that fill() was given.
    const ready = this.#ready as Ready<Watched>;
    ready.readable.length = ready.writable.length = 0;
    let found = 0;
    if (count > 0) {
      if (this.#read.has(this.#reactor.waker)) this.#addFinished();
      found = this.#read.collect(ready.readable) + this.#write.collect(ready.writable, this.#read);
    }
    this.#reactor.observer.wokeUp(scanned, found);
    return ready;
  }

  /** What is in the sets as poll(2) takes it, which can wait on another thread. */
  #asPollfds(): Int32Array<ArrayBuffer> {
    return Int32Array.from([
      ...[...this.#read].flatMap((fd) => [fd, POLLIN]),
      ...[...this.#write].flatMap((fd) => [fd, POLLOUT]),
    ]);
  }

  /** A connection that was told to end is readable as well, and writable if it was cut off. */
  #addFinished(): void {
    this.#reactor.quietWaker();
    for (const { descriptor } of this.#reactor.toldToEnd()) {
      this.#read.addIfAsked(descriptor);
      if (this.#reactor.table.isCutOff(descriptor)) this.#write.addIfAsked(descriptor);
    }
  }

  /** @returns how many bits are set afterwards */
  #call(maxMs: number): number {
    const highest = Math.max(this.#read.highest, this.#write.highest);
    if (maxMs >= 0) {
      this.#timeout[0] = BigInt(Math.floor(maxMs / 1_000));
      this.#timeout[1] = BigInt(maxMs % 1_000 * 1_000);
    }
    const count = this.#reactor.calls.select(
      highest + 1,
      this.#read.words,
      this.#write.words,
      null,
      maxMs < 0 ? null : this.#timeout,
    );
    // Interrupted by a signal it leaves the sets as they were, so nothing was found.
    if (count === -ERRNO.EINTR) return 0;
    checked("select", count);
    for (const connection of this.#write.missing()) noteBlocked(connection, this.#reactor.observer);
    return count;
  }
}

/** Whether the server has yet to find out if one of them takes its bytes. */
function isAnyServed(connections: Iterable<Connection>): boolean {
  for (const { turn } of connections) if (turn !== CLIENT_TAKES) return true;
  return false;
}

/** A set with the sockets that it was made of. */
class SocketSet<Socket extends Pollable> extends DescriptorSet {
  /** By descriptor. It never grows, since V8 compiles what it fills again and again otherwise. */
  readonly #asked: (Socket | undefined)[];
  #end = 0;

  constructor(size: number) {
    super(size);
    this.#asked = Array.from({ length: size });
  }

  /** @returns how many sockets there were that are not in the `earlier` set as well */
  fill(sockets: Iterable<Socket>, earlier?: SocketSet<Pollable>): number {
    this.#asked.fill(undefined, 0, this.#end);
    this.#end = 0;
    this.clear();
    let count = 0;
    for (const socket of sockets) {
      const fd = asLibcPollable(socket).descriptor;
      if (fd < 0) continue;
      this.add(fd);
      this.#asked[fd] = socket;
      if (!earlier?.has(fd)) count++;
    }
    this.#end = this.highest + 1;
    return count;
  }

  /** Those that it was made of and that are not in it. */
  *missing(): Generator<Socket> {
    for (let fd = 0; fd < this.#end; fd++) {
      const socket = this.#asked[fd];
      if (socket !== undefined && !this.has(fd)) yield socket;
    }
  }

  /** Adds what the system cannot know to be ready, if this was asked for it. */
  addIfAsked(fd: number): void {
    if (this.#asked[fd] !== undefined) this.add(fd);
  }

  /** @returns how many sockets are ready that are not in the `earlier` set as well */
  collect(ready: Pollable[], earlier?: SocketSet<Pollable>): number {
    let count = 0;
    for (let fd = this.next(0); fd >= 0; fd = this.next(fd + 1)) {
      const socket = this.#asked[fd];
      if (socket === undefined) continue; // the waker
      ready.push(socket);
      if (!earlier?.has(fd)) count++;
    }
    return count;
  }
}
