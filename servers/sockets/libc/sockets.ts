/**
 * The socket kind `libc`: the operating system's own calls. Linux, on x86-64 and arm64.
 *
 * Blocking calls block their thread, and the event loop of its JavaScript with it: no timer runs and no
 * message arrives. Other threads reach it through the {@linkcode DescriptorTable} and the system:
 * shutting down a socket wakes the thread that waits for it.
 *
 * @module
 */

import type { DescriptorTable } from "./descriptor_table.ts";
import type { Connecting, Connection, ConnectOptions, InterestList } from "../interface.ts";
import type { Keyboard, Listener } from "../interface.ts";
import { EPOLLIN, type ListenOptions, type Pollable } from "../interface.ts";
import type { Observer } from "../observer.ts";
import type { Ready, Sockets } from "../interface.ts";
import { connectToEach } from "./connecting.ts";
import { HearingEpoll } from "./hearing_epoll.ts";
import { asLibcPollable, type WatchedListener } from "./connection_context.ts";
import { LibcReactor } from "./reactor.ts";
import { LibcConnection } from "./connection.ts";
import { LibcKeyboard } from "./keyboard.ts";
import { LibcListener } from "./listener.ts";
import { LibcPoll } from "./poll.ts";
import { PollEntries, type PollEntry } from "../poll_entries.ts";
import { LibcSelect } from "./select.ts";
import { LibcClock } from "../../system/clock.ts";
import { ERRNO } from "../../system/system_interface.ts";
import { type SystemCalls, systemCalls } from "../../system/system_calls.ts";

/** `FD_SETSIZE` as the C library is built. */
const FD_SETSIZE = 1_024;
const END_POLL_INTERVAL_MS = 5;

/** A client that another process has accepted, with its descriptor in this one. */
interface PassedDescriptor extends Pick<Connection, "id" | "peer"> {
  readonly descriptor: number;
}

/**
 * See the module; one per server.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { UNOBSERVED } from "../observer.ts";
 * import { createDescriptorMemory, DescriptorTable } from "./descriptor_table.ts";
 * const table = new DescriptorTable(createDescriptorMemory(1_024));
 * const sockets = new LibcSockets(UNOBSERVED, table, 1_024);
 * const listener = sockets.listen({
 *   host: "127.0.0.1",
 *   port: 0,
 *   backlog: 8,
 *   maxClients: 8,
 *   recvSizeBytes: 1_024,
 *   descriptorsBelow: Infinity,
 * });
 * assertEquals(listener.tryAccept(), null); // no client has come
 * sockets.stopListening();
 * await sockets.allClosed();
 * ```
 */
export class LibcSockets extends LibcReactor implements Sockets {
  readonly #poll: LibcPoll;
  readonly #lists: { close(): void }[] = [];
  #select: LibcSelect | undefined = undefined;
  #fdSetSize = FD_SETSIZE;
  #lastOutgoingId = 0;
  #clock: LibcClock | undefined = undefined;

  /**
   * @param recvSizeBytes the most that `tryRecv` receives at once
   * @param calls the system's, unless a test is about what the system seldom does
   * @param waker see {@linkcode LibcReactor.waker}
   * @throws {SystemCallError} when there is no descriptor left
   */
  constructor(
    observer: Observer,
    table: DescriptorTable,
    recvSizeBytes: number,
    calls: SystemCalls = systemCalls(),
    waker?: number,
  ) {
    super(observer, table, recvSizeBytes, calls, waker);
    this.#poll = new LibcPoll(this);
  }

  listen(options: ListenOptions): Listener {
    const { descriptorsBelow } = options;
    if (descriptorsBelow !== Infinity) this.#fdSetSize = descriptorsBelow;
    return this.attend(new LibcListener(options, this));
  }

  /** The clients of this thread come from `listener`. @returns `listener` */
  attend<Source extends Listener & WatchedListener>(listener: Source): Source {
    this.listener = listener;
    return listener;
  }

  /** Resets all connections, for a thread that ends without having served them. */
  abandon(): void | Promise<void> {
    for (const connection of this.connections) {
      connection.abort();
      connection.close();
    }
    const closeLists = () => this.#lists.forEach((list) => list.close());
    if (!this.offThread.isWaiting) return closeLists();
    this.wake();
    return this.offThread.end().then(closeLists);
  }

  /** Listens on a socket that this process has inherited, see `fork.ts`. */
  inherit(listener: LibcListener): Listener {
    return this.attend(listener.inheritedBy(this));
  }

  /** A client whose descriptor another process has passed. */
  adopt({ descriptor, id, peer }: PassedDescriptor): Connection {
    this.table.add(descriptor);
    const connection = new LibcConnection(this, descriptor, id, peer);
    this.connections.add(connection);
    return connection;
  }

  connect(to: ConnectOptions): Iterable<Connecting> {
    return connectToEach(to, this, () => --this.#lastOutgoingId);
  }

  keyboard(): Keyboard {
    return new LibcKeyboard(this.calls);
  }

  select<Watched extends Pollable>(
    read: Iterable<Watched>,
    write: Iterable<Connection>,
    timeoutMs: number,
  ): Ready<Watched> | Promise<Ready<Watched>> {
    this.#select ??= new LibcSelect(this, this.#fdSetSize);
    return this.#select.select(read, write, timeoutMs);
  }

  pollEntries<Watched extends Pollable>(): PollEntries<Watched> {
    return new PollEntries((target) => asLibcPollable(target).descriptor);
  }

  poll<Watched extends Pollable>(
    entries: PollEntries<Watched>,
    timeoutMs: number,
  ): PollEntry<Watched>[] | Promise<PollEntry<Watched>[]> {
    return this.#poll.poll(entries, timeoutMs);
  }

  epoll<Watched extends Pollable>(): InterestList<Watched> {
    const list = new HearingEpoll<Watched>(this);
    this.#lists.push(list);
    return list;
  }

  readable(connection: Connection): Promise<void> {
    const fd = asLibcPollable(connection).descriptor;
    // poll(2) passes over what is negative: of a closed connection it would wait for ever.
    if (fd < 0) return Promise.resolve();
    const one = Int32Array.of(fd, EPOLLIN);
    while (
      this.calls.poll(one, 1, -1) === -ERRNO.EINTR && !this.table.isFinished(fd)
    );
    return Promise.resolve();
  }

  pause(ms: number): void | Promise<void> {
    this.turn++;
    this.lookAfterLingering();
    this.observer.polled(1 + this.connections.size); // the listener as well
    if (this.runsEventLoop) {
      return this.offThread.readable([this.waker], Math.ceil(ms)).then(() => this.quietWaker());
    }
    if (ms === 0) return;
    const waker = Int32Array.of(this.waker, EPOLLIN);
    if (this.calls.poll(waker, 1, Math.ceil(ms)) > 0) this.quietWaker();
  }

  get clock(): LibcClock {
    return this.#clock ??= new LibcClock();
  }

  stopListening(): void {
    this.table.stop();
    this.listener?.stop();
  }

  async allClosed(): Promise<void> {
    while (this.connections.size > 0 || this.lingering.size > 0) {
      this.lookAfterLingering();
      await new Promise((resolve) => setTimeout(resolve, END_POLL_INTERVAL_MS));
    }
  }
}
