import type { ChildTable } from "../../context/child_table.ts";
import type { ListedClient } from "../../context/forked_workers.ts";
import type { PreforkedChild, PreforkedChildren } from "../../context/context.ts";
import { NOTHING_RARE } from "../../metrics/rare_recorder.ts";
import { Recorder } from "../../metrics/recorder.ts";
import { type Connection, EPOLLIN, formatAddress } from "../../sockets/interface.ts";
import { LibcConnection } from "../../sockets/libc/connection.ts";
import type { DescriptorTable } from "../../sockets/libc/descriptor_table.ts";
import { isOutOfDescriptors } from "../../sockets/accept_errors.ts";
import { handleByInterrupting } from "../../sockets/libc/interruption.ts";
import { createWaker, wake } from "../../system/eventfd.ts";
import { fork } from "../../system/fork.ts";
import { signalDescriptor } from "../../system/signals.ts";
import { anyEnd, type ProcessEnd, sendSignal } from "../../system/spawn.ts";
import { ERRNO, SystemCallError } from "../../system/system_interface.ts";
import { type SystemCalls, systemCalls } from "../../system/system_calls.ts";
import { FINISH_SIGNAL } from "../child_protocol.ts";
import { ClientChannel } from "./client_channel.ts";
import { ForkPace } from "./fork_pace.ts";
import { beginChild } from "./forked_child.ts";
import type { ChildLink, RoomRelay } from "./room_relay.ts";
import { type ChildPlace, OwnPreforkedChild, type PreforkParent } from "./preforked_child.ts";

/** How often a child is told to end a client: the signal may come between two calls. */
const TELL_AGAIN_MS = 25;
/** A child that ends sooner, and has no client, would end again. */
const SHORT_LIFE_MS = 1_000;
/** Several times `struct signalfd_siginfo`, signalfd(2). */
const SIGNALS_BYTES = 8 * 128;
/** How many clients of a worker that has crashed are named. */
const NAMED_CLIENTS = 5;

/** What the children of a server are made of. */
export interface Preforking extends PreforkParent {
  readonly count: number;
  readonly passesClients: boolean;
  /** Passes on what the children's clients say to each other; given when they do. */
  readonly relay: RoomRelay | undefined;
  readonly recorder: Recorder;
  readonly table: ChildTable;
  readonly descriptors: DescriptorTable;
  /** The set of signals that a child unblocks. */
  readonly signals: Uint8Array<ArrayBuffer>;
}

/** A child, as its parent has it. */
interface Child extends ChildPlace {
  readonly pid: number;
  readonly forkedAtMs: number;
  /** The client that was passed to it, until it is free again. */
  passed: ListedClient | undefined;
  isFree: boolean;
}

/** The children of a server that forks them beforehand, in the process that forks. */
export class LibcPreforkedChildren implements PreforkedChildren {
  readonly #forking: Preforking;
  readonly #calls: SystemCalls = systemCalls();
  readonly #signals = signalDescriptor(["SIGCHLD", FINISH_SIGNAL]);
  readonly #signalled = new Uint8Array(SIGNALS_BYTES);
  readonly #children = new Map<number, Child>();
  readonly #wakers = new Map<number, number>();
  readonly #freeNumbers: number[];
  readonly #pace: ForkPace;
  /** Accepted for a child that has ended: the next one that is free gets it. */
  #unpassed: Connection | null = null;
  /** Whether clients are still to be ended by children. */
  #isTelling = false;

  constructor(forking: Preforking) {
    this.#forking = forking;
    this.#pace = new ForkPace(forking);
    this.#freeNumbers = Array.from({ length: forking.count }, (_, index) => forking.count - index);
    handleByInterrupting(FINISH_SIGNAL); // of children, which unblock it
    forking.table.serverPid = Deno.pid;
  }

  get serving(): boolean {
    this.#obey();
    return !this.#isStopping;
  }

  /** Not of the descriptors: children have another kind of table, and V8 would optimize for both. */
  get #isStopping(): boolean {
    return this.#forking.table.isStopping;
  }

  get isOneMissing(): boolean {
    return this.#children.size < this.#forking.count && this.#pace.restMs === 0 && this.serving;
  }

  fork(): PreforkedChild | undefined {
    const number = this.#freeNumbers.pop();
    if (number === undefined) throw new Error("there are as many children as there may be");
    const { relay } = this.#forking;
    let channel: ClientChannel | undefined;
    let link: ChildLink | undefined;
    try {
      this.#pace.keepRoom();
      if (this.#forking.passesClients) channel = new ClientChannel(this.#calls);
      link = relay?.begin();
      const place = { number, waker: this.#wakerOf(number), channel, link };
      const forkedAtMs = performance.now();
      const pid = fork();
      if (pid === 0) {
        return beginChild(this.#forking, () => OwnPreforkedChild.begin(this.#forking, place));
      }
      channel?.closeChildSide();
      if (link !== undefined) relay?.begun(link, true);
      this.#children.set(pid, { ...place, pid, forkedAtMs, passed: undefined, isFree: false });
      this.#forking.table.add({ pid, number });
      this.#forking.recorder.began(number, pid);
    } catch (error) {
      channel?.closeChildSide();
      channel?.close();
      if (link !== undefined) relay?.begun(link, false);
      this.#freeNumbers.push(number);
      this.#refused(error);
    }
  }

  wait(): void {
    this.#wait();
  }

  accept(): Connection | null {
    const { listener } = this.#forking;
    if (![...this.#children.values()].some(({ isFree }) => isFree)) {
      this.#wait();
      return null;
    }
    const connection = this.#unpassed;
    this.#unpassed = null;
    if (connection !== null) return connection;
    const restMs = listener.restMs(); // first, since it may end the rest
    this.#wait(listener.descriptor, restMs);
    return this.serving ? listener.tryAccept() : null;
  }

  pass(connection: Connection): void {
    if (!(connection instanceof LibcConnection)) throw new Error("a connection of another kind");
    const { id, peer, descriptor } = connection;
    for (const child of this.#children.values()) {
      if (!child.isFree) continue;
      child.isFree = false;
      if (child.channel?.pass({ id, peer, descriptor }) !== true) continue; // it has just ended
      child.passed = { id, peer };
      this.#forking.descriptors.depart(descriptor);
      this.#calls.close(connection.detach());
      return;
    }
    this.#unpassed = connection; // those that were free have ended, and others will take their places
  }

  waitForAll(): void {
    this.#unpassed?.close();
    for (const { channel } of this.#children.values()) channel?.close();
    while (this.#children.size > 0) this.#wait();
  }

  /**
   * Blocks until a child has ended or is free, the supervisor wants something, or `listener` is readable.
   * Waits for the children that have ended: one SIGCHLD may stand for several.
   *
   * @param listener a descriptor, or -1
   * @param restMs how long it rests
   */
  #wait(listener = -1, restMs = Infinity): void {
    this.#pace.roundEnded(this.#children.size === this.#forking.count);
    this.#forking.recorder.waiting();
    const children = this.#isStopping ? [] : [...this.#children.values()];
    const channels = children.map(({ channel }) => channel?.descriptor ?? -1);
    const { relay } = this.#forking;
    const all = [this.#signals, listener, ...channels, relay?.descriptor ?? -1];
    const watched = all.flatMap((fd) => [fd, EPOLLIN]);
    this.#calls.poll(Int32Array.from(watched), watched.length / 2, this.#timeoutMs(restMs));
    this.#calls.read(this.#signals, this.#signalled, SIGNALS_BYTES); // all that it says is to look
    relay?.relay();
    for (const child of children) this.#hear(child);
    for (let end; (end = anyEnd()) !== undefined;) this.#ended(end);
    this.#obey();
    if (this.#isTelling) this.#tell();
  }

  #timeoutMs(listenerRestMs: number): number {
    if (this.#isTelling) return TELL_AGAIN_MS;
    const isMissing = this.#children.size < this.#forking.count && !this.#isStopping;
    const forkMs = isMissing ? this.#pace.restMs : Infinity;
    const waitMs = Math.min(forkMs, listenerRestMs);
    return waitMs === Infinity ? -1 : Math.ceil(waitMs);
  }

  /** A child that passes clients may be free again. */
  #hear(child: Child): void {
    if (child.channel?.takeFree() !== true) return;
    child.isFree = true;
    if (child.passed !== undefined) this.#forking.descriptors.servedElsewhere();
    child.passed = undefined;
  }

  /** Does what the supervisor wants. */
  #obey(): void {
    const { table, context: { sockets }, descriptors } = this.#forking;
    if (table.isStopping && !descriptors.stopping) {
      sockets.stopListening();
      this.#isTelling = true; // a child may wait for the lock, or for a client to be passed
    }
    if (table.takeRequested()) this.#isTelling = true;
  }

  /** Interrupts the children that have clients to end, as long as they have. */
  #tell(): void {
    this.#isTelling = this.#isStopping;
    for (const { pid, number, waker } of this.#children.values()) {
      const table = this.#forking.workers.descriptors(number);
      const isTold = [...table.clients()].some((fd) => table.isFinished(fd));
      if (!isTold && !this.#isStopping) continue;
      this.#isTelling = true;
      wake(this.#calls, waker);
      sendSignal(pid, FINISH_SIGNAL);
    }
  }

  #ended(end: ProcessEnd & { readonly pid: number }): void {
    const child = this.#children.get(end.pid);
    if (child === undefined) return;
    const { table, descriptors, workers } = this.#forking;
    this.#hear(child); // it may have said last that it was free
    const { pid, number, channel, passed, link } = child;
    if (link !== undefined) this.#forking.relay?.ended(link);
    this.#children.delete(pid);
    this.#freeNumbers.push(number);
    table.remove(number);
    const list = workers.clients(number);
    const clients = [...list.all()];
    list.clear();
    const descriptorsOfChild = workers.descriptors(number);
    if (passed !== undefined) {
      descriptors.servedElsewhere();
      // Not one that the child has closed, and whose end it was waiting for.
      const isReceived = !descriptorsOfChild.clients().next().done;
      if (clients.length === 0 && !isReceived) clients.push(passed);
    }
    descriptorsOfChild.forgetAll();
    const recorder = this.#recorderOf(number);
    for (const client of clients) recorder.closed(client);
    recorder.ended();
    if (this.#isStopping && end.code === 0) return;
    channel?.close();
    const isShortLived = performance.now() < child.forkedAtMs + SHORT_LIFE_MS;
    if (clients.length === 0 && isShortLived) this.#pace.rest();
    this.#report(end, clients);
  }

  /** What a child can no longer count and trace. */
  #recorderOf(number: number): Recorder {
    const { stats, trace } = this.#forking;
    return new Recorder(stats, trace, NOTHING_RARE, number);
  }

  #report({ pid, code, signal }: ProcessEnd & { readonly pid: number }, all: ListedClient[]): void {
    this.#forking.context.notify({
      ...{ kind: "worker-ended", pid, code, signal, clients: all.length },
      peers: all.slice(0, NAMED_CLIENTS).map(({ peer }) => formatAddress(peer)),
    });
  }

  /** There can be no child now. @throws what no server can foresee */
  #refused(error: unknown): void {
    if (!(error instanceof SystemCallError)) throw error;
    const { context: { notify, descriptorLimit: limit }, count: wanted } = this.#forking;
    if (isOutOfDescriptors(error)) {
      this.#pace.rest();
      return notify({ kind: "out-of-descriptors", limit });
    }
    if (error.errno !== ERRNO.EAGAIN && error.errno !== ERRNO.ENOMEM) throw error;
    const workers = this.#children.size;
    this.#pace.refused();
    notify({ kind: "workers-missing", workers, wanted });
  }

  /** The next child of the number has the same. */
  #wakerOf(number: number): number {
    const waker = this.#wakers.get(number) ?? createWaker(this.#calls);
    this.#wakers.set(number, waker);
    return waker;
  }
}
