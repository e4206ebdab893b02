import { DescriptorSet } from "./descriptor_set.ts";
import { type Connection, type Pollable, POLLIN, POLLOUT, type Ready } from "../interface.ts";
import { POLLFD_WORDS } from "../poll_entries.ts";
import { asLibcPollable } from "./connection_context.ts";
import type { LibcReactor } from "./reactor.ts";
import { checked, ERRNO } from "../../system/system_call_error.ts";

/** select(2) itself: two sets of bits, made anew for each call and looked through after it. */
export class LibcSelect {
  readonly #reactor: LibcReactor;
  readonly #read: SocketSet;
  readonly #write: SocketSet;
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
    // The system looks at a descriptor once, in however many sets it is.
    const scanned = this.#read.fill(read) + this.#write.fill(write, this.#read);
    this.#read.add(this.#reactor.waker);
    const { offThread, runsEventLoop } = this.#reactor;
    if (!runsEventLoop) return this.#wait(scanned, maxMs);
    const pollfds = this.#asPollfds();
    return offThread.wait(pollfds, pollfds.length / POLLFD_WORDS, maxMs)
      .then(() => this.#wait(scanned, 0));
  }

  /** @param scanned how many sockets there are in the sets */
  #wait<Watched extends Pollable>(scanned: number, maxMs: number): Ready<Watched> {
    // Emptied and refilled by collect(), with the sockets that fill() was given.
    const ready = this.#ready as Ready<Watched>;
    const count = this.#call(maxMs);
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
    return count === -ERRNO.EINTR ? 0 : checked("select", count);
  }
}

/** A set with the sockets that it was made of. */
class SocketSet extends DescriptorSet {
  /** By descriptor. It never grows, since V8 compiles what it fills again and again otherwise. */
  readonly #asked: (Pollable | undefined)[];

  constructor(size: number) {
    super(size);
    this.#asked = Array.from({ length: size });
  }

  /** @returns how many sockets there were that are not in the `earlier` set as well */
  fill(sockets: Iterable<Pollable>, earlier?: SocketSet): number {
    this.#asked.fill(undefined, 0, this.highest + 1);
    this.clear();
    let count = 0;
    for (const socket of sockets) {
      const fd = asLibcPollable(socket).descriptor;
      if (fd < 0) continue;
      this.add(fd);
      this.#asked[fd] = socket;
      if (!earlier?.has(fd)) count++;
    }
    return count;
  }

  /** Adds what the system cannot know to be ready, if this was asked for it. */
  addIfAsked(fd: number): void {
    if (this.#asked[fd] !== undefined) this.add(fd);
  }

  /** @returns how many sockets are ready that are not in the `earlier` set as well */
  collect(ready: Pollable[], earlier?: SocketSet): number {
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
