import { DescriptorSet } from "./descriptor_set.ts";
import type { Connection, Pollable, Ready } from "../interface.ts";
import { asLibcPollable, type LibcReactor } from "./reactor.ts";
import { checked, ERRNO } from "../../system/system_call_error.ts";

/** select(2) itself: two sets of bits, made anew for each call and looked through after it. */
export class LibcSelect {
  readonly #reactor: LibcReactor;
  readonly #read: DescriptorSet;
  readonly #write: DescriptorSet;
  readonly #ready: Ready<never> = { readable: [], writable: [] };
  /** `struct timeval` */
  readonly #timeout = new BigInt64Array(2);

  readonly #size: number;

  /** @param size `FD_SETSIZE` */
  constructor(reactor: LibcReactor, size: number) {
    this.#reactor = reactor;
    this.#size = size;
    this.#read = new DescriptorSet(size);
    this.#write = new DescriptorSet(size);
  }

  /** {@linkcode Sockets.select} */
  select<Watched extends Pollable>(
    read: Iterable<Watched>,
    write: Iterable<Connection>,
    timeoutMs: number,
  ): Ready<Watched> {
    // Emptied and refilled by collect(), for the sockets of this call.
    const ready = this.#ready as Ready<Watched>;
    const maxMs = this.#reactor.prepareWait(timeoutMs);
    // The system looks at a descriptor once, in however many sets it is.
    const scanned = fill(this.#read, read) + fill(this.#write, write, this.#read);
    this.#read.add(this.#reactor.waker);
    const count = this.#call(maxMs);
    ready.readable.length = ready.writable.length = 0;
    let found = 0;
    if (count > 0) {
      if (this.#read.has(this.#reactor.waker)) this.#addFinished();
      found = collect(this.#read, read, ready.readable) +
        collect(this.#write, write, ready.writable, this.#read);
    }
    this.#reactor.observer.wokeUp(scanned, found);
    return ready;
  }

  /** Whoever was told to end is readable as well, and writable if it was cut off, if it is watched. */
  #addFinished(): void {
    this.#reactor.quietWaker();
    for (const { descriptor } of this.#reactor.toldToEnd()) {
      if (descriptor >= this.#size) continue;
      this.#read.add(descriptor);
      if (this.#reactor.table.isCutOff(descriptor)) this.#write.add(descriptor);
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

/** @returns how many sockets there were that are not in the `earlier` set as well */
function fill(
  set: DescriptorSet,
  sockets: Iterable<Pollable>,
  earlier?: DescriptorSet,
): number {
  set.clear();
  let count = 0;
  for (const socket of sockets) {
    const fd = asLibcPollable(socket).descriptor;
    if (fd < 0) continue;
    set.add(fd);
    if (!earlier?.has(fd)) count++;
  }
  return count;
}

/** @returns how many sockets are ready that are not in the `earlier` set as well */
function collect<Watched extends Pollable>(
  set: DescriptorSet,
  sockets: Iterable<Watched>,
  ready: Watched[],
  earlier?: DescriptorSet,
): number {
  let count = 0;
  for (const socket of sockets) {
    const fd = asLibcPollable(socket).descriptor;
    if (fd < 0 || !set.has(fd)) continue;
    ready.push(socket);
    if (!earlier?.has(fd)) count++;
  }
  return count;
}
