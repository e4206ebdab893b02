import {
  createDescriptorMemory,
  DescriptorTable,
} from "../../servers/sockets/libc/descriptor_table.ts";
import { makeInterruptible } from "../../servers/sockets/libc/interruption.ts";
import { resetAllOwn } from "../../servers/sockets/deno/descriptors.ts";
import { lookUpHost } from "../../servers/sockets/libc/host_lookup.ts";
import type {
  Address,
  Connection,
  InterestList,
  Listener,
  ListenOptions,
  Pollable,
  Ready,
  ReadyEvent,
  Sockets,
} from "../../servers/sockets/interface.ts";
import type { Observer } from "../../servers/sockets/observer.ts";
import type { PollEntries, PollEntry } from "../../servers/sockets/poll_entries.ts";
import { LibcSockets } from "../../servers/sockets/libc/sockets.ts";
import { asLibcPollable } from "../../servers/sockets/libc/connection_context.ts";
import type { LibcPollable, WatchingList } from "../../servers/sockets/libc/connection_context.ts";
import {
  hasSystemCalls,
  type SystemCalls,
  systemCalls,
} from "../../servers/system/system_calls.ts";

const DESCRIPTORS = 65_536;

/** Opened before any test, because a test that opens a library is expected to close it. */
export const calls: SystemCalls | undefined = hasSystemCalls() ? systemCalls() : undefined;
if (hasSystemCalls()) {
  lookUpHost("127.0.0.1", 0);
  makeInterruptible();
  resetAllOwn(0);
}

/**
 * The system's sockets in the thread of a test, which has their clients too: a readiness call that
 * blocked it would wait for clients that cannot do anything meanwhile. So each is made without waiting,
 * over and over, and lets others go on in between. `accept` does the same, so that the listener is one
 * of an event loop; `recv` and `send` of its connections do block.
 */
export class YieldingLibcSockets implements Sockets {
  readonly #sockets: LibcSockets;
  readonly #table = new DescriptorTable(createDescriptorMemory(DESCRIPTORS));
  readonly connections: Sockets["connections"];
  readonly connect: Sockets["connect"];
  readonly keyboard: Sockets["keyboard"];
  readonly pollEntries: Sockets["pollEntries"];
  readonly pause: Sockets["pause"];
  readonly stopListening: Sockets["stopListening"];
  readonly allClosed: Sockets["allClosed"];
  readonly abandon: Sockets["abandon"];
  #wakes = 0;

  constructor(observer: Observer, recvSizeBytes: number, made = calls) {
    const sockets = this.#sockets = new LibcSockets(observer, this.#table, recvSizeBytes, made);
    this.connections = sockets.connections;
    this.connect = sockets.connect.bind(sockets);
    this.keyboard = sockets.keyboard.bind(sockets);
    this.pollEntries = sockets.pollEntries.bind(sockets);
    this.pause = sockets.pause.bind(sockets);
    this.stopListening = sockets.stopListening.bind(sockets);
    this.allClosed = sockets.allClosed.bind(sockets);
    this.abandon = sockets.abandon.bind(sockets);
  }

  get serving(): boolean {
    return this.#sockets.serving;
  }

  listen(options: ListenOptions): Listener {
    return new YieldingListener(this.#sockets.listen(options), this.#table);
  }

  select<Watched extends Pollable>(
    read: Iterable<Watched>,
    write: Iterable<Connection>,
    timeoutMs: number,
  ): Promise<Ready<Watched>> {
    return untilReady(
      () => this.#sockets.select(read, write, 0),
      ({ readable, writable }) => readable.length + writable.length > 0,
      timeoutMs,
    );
  }

  poll<Watched extends Pollable>(
    entries: PollEntries<Watched>,
    timeoutMs: number,
  ): Promise<PollEntry<Watched>[]> {
    return untilReady(
      () => this.#sockets.poll(entries, 0),
      (found) => found.length > 0,
      timeoutMs,
    );
  }

  epoll<Watched extends Pollable>(): InterestList<Watched> {
    return new YieldingList(this.#sockets.epoll<Watched>(), () => this.#wakes);
  }

  /** Ends the wait of an interest list. */
  interruptWait(): void {
    this.#wakes++;
  }

  async readable(connection: Connection): Promise<void> {
    await untilReady(
      () => this.#sockets.select([connection], [], 0),
      ({ readable }) => readable.length > 0 || asLibcPollable(connection).descriptor < 0,
      Infinity,
    );
  }
}

class YieldingListener implements Listener, LibcPollable {
  readonly kind = "listener";
  readonly address: Address;
  readonly #listener: Listener;
  readonly #table: DescriptorTable;

  constructor(listener: Listener, table: DescriptorTable) {
    this.address = listener.address;
    this.#listener = listener;
    this.#table = table;
  }

  get descriptor(): number {
    return asLibcPollable(this.#listener).descriptor;
  }

  watchedBy(list: WatchingList | undefined, events: number): void {
    asLibcPollable(this.#listener).watchedBy?.(list, events);
  }

  accept(): Promise<Connection | null> {
    return untilReady(
      () => this.#listener.tryAccept(),
      (connection) => connection !== null || this.#table.stopping,
      Infinity,
    );
  }

  tryAccept(): Connection | null {
    return this.#listener.tryAccept();
  }

  close(): void {
    this.#listener.close();
  }
}

class YieldingList<Watched extends Pollable> implements InterestList<Watched> {
  readonly add: InterestList<Watched>["add"];
  readonly modify: InterestList<Watched>["modify"];
  readonly remove: InterestList<Watched>["remove"];
  readonly #list: InterestList<Watched>;

  /** @param wakes how many waits were ended so far */
  constructor(list: InterestList<Watched>, private readonly wakes: () => number) {
    this.#list = list;
    this.add = list.add.bind(list);
    this.modify = list.modify.bind(list);
    this.remove = list.remove.bind(list);
  }

  wait(timeoutMs: number): Promise<ReadyEvent<Watched>[]> {
    const wakes = this.wakes();
    const isReady = (events: unknown[]) => events.length > 0 || this.wakes() > wakes;
    return untilReady(() => this.#list.wait(0), isReady, timeoutMs);
  }
}

async function untilReady<Result>(
  call: () => Result | Promise<Result>,
  isReady: (result: Result) => boolean,
  timeoutMs: number,
): Promise<Result> {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    const result = await call();
    if (isReady(result) || performance.now() >= untilMs) return result;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
