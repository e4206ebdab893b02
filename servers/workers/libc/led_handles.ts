/**
 * The listener and the clients that threads take turns at waiting for: one epoll(7) with EPOLLONESHOT,
 * of which one thread at a time makes use, the leader.
 *
 * @module
 */

import type { LedBy } from "../../context/protocol.ts";
import { Team } from "../../context/team.ts";
import type { LEADS, LedHandles } from "../../context/workers.ts";
import { LedSessions, waitAlone } from "./led_sessions.ts";
import type { Session } from "../../handlers/session.ts";
import { CLIENT_SENDS, EPOLLIN, EPOLLONESHOT } from "../../sockets/interface.ts";
import type { Connection, Listener, Sockets } from "../../sockets/interface.ts";
import { LibcConnection } from "../../sockets/libc/connection.ts";
import { LibcListener } from "../../sockets/libc/listener.ts";
import { LibcSockets } from "../../sockets/libc/sockets.ts";
import { parseSocketAddress, SOCKET_ADDRESS_BYTES } from "../../sockets/libc/socket_address.ts";
import type { OffThreadPoll } from "../../system/off_thread_poll.ts";
import { quiet, wake } from "../../system/eventfd.ts";
import { ERRNO, SystemCallError } from "../../system/system_interface.ts";
import { EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_EVENT } from "../../system/system_calls.ts";

const { words: WORDS, data: DESCRIPTOR, moreData: ID } = EPOLL_EVENT;
const ONCE = EPOLLIN | EPOLLONESHOT;

/** See the module. */
export class LibcLedHandles implements LedHandles {
  readonly #team: Team;
  readonly #event = new Int32Array(WORDS);
  readonly #known: LibcConnection[] = [];
  readonly #sessions: LedSessions;

  /**
   * @param newSession begins the session of a client
   * @param keepsState whether a session remembers something, so that its client stays with this thread
   * @param speaksUnasked whether a session may have something to say when its client comes
   */
  private constructor(
    private readonly led: LedBy,
    private readonly sockets: LibcSockets,
    private readonly listener: LibcListener,
    number: number,
    private readonly newSession: (client: Connection) => Session,
    private readonly keepsState: boolean,
    private readonly speaksUnasked: boolean,
  ) {
    const waker = sockets.runsEventLoop ? sockets.waker : 0;
    const wakeThread = (waker: number) => wake(sockets.calls, waker);
    this.#team = new Team(led.memory, number, led.threads, waker, wakeThread);
    this.#sessions = new LedSessions(newSession, () => sockets.interruptWait());
    listener.stopBlocking();
    if (sockets.runsEventLoop) sockets.waitFor = waitAlone;
  }

  /** @throws {Error} when the sockets are of another kind */
  static open(
    led: LedBy,
    sockets: Sockets,
    listener: Listener,
    number: number,
    newSession: (client: Connection) => Session,
    keepsState: boolean,
    speaksUnasked: boolean,
  ): LibcLedHandles {
    if (!(sockets instanceof LibcSockets && listener instanceof LibcListener)) {
      throw new Error("only the system's sockets can be led");
    }
    return new LibcLedHandles(
      ...[led, sockets, listener, number] as const,
      ...[newSession, keepsState, speaksUnasked] as const,
    );
  }

  follow(): Connection | typeof LEADS | Promise<Connection | typeof LEADS> {
    this.sockets.observer.waiting();
    if (this.sockets.runsEventLoop) return this.#followAndHear(this.sockets.offThread);
    for (;;) {
      const lookAgainMs = this.#lookAfterClosed();
      if (this.#isOver) this.#wakeLeader();
      const turn = this.#turnOf(this.#team.follow(lookAgainMs));
      if (turn !== undefined) return turn;
    }
  }

  /** As `follow()`, in a thread whose event loop turns while it waits. */
  async #followAndHear(offThread: OffThreadPoll): Promise<Connection | typeof LEADS> {
    for (;;) {
      const lookAgainMs = this.#lookAfterClosed();
      if (this.#isOver) this.#wakeLeader();
      const addressed = this.#nextAddressed();
      if (addressed !== undefined) return addressed;
      const handle = this.#team.tryFollow();
      const turn = this.#turnOf(handle);
      if (turn !== undefined) return turn;
      if (handle !== null) continue;
      await offThread.readable([this.sockets.waker], asTimeout(lookAgainMs));
      this.sockets.quietWaker();
      this.#team.stopWaiting();
    }
  }

  #turnOf(handle: number | null | undefined): Connection | typeof LEADS | undefined {
    if (handle === undefined) return "leads";
    if (handle === null) return undefined;
    const client = this.#known[handle];
    // Of a thread that has failed, whose place this one has taken, the clients have ended.
    const isThere = client !== undefined && client.descriptor === handle;
    return isThere ? this.#take(client) : undefined;
  }

  /** A client to whom there is something to say, unless it will be served anyway. */
  #nextAddressed(): Connection | undefined {
    for (const client of this.#sessions.addressed()) {
      const fd = client.descriptor;
      if (fd >= 0 && this.#team.claim(fd)) return this.#take(client);
    }
    return undefined;
  }

  wait(): Connection | Listener | null | Promise<Connection | Listener | null> {
    if (this.sockets.runsEventLoop) return this.#waitAndHear(this.sockets.offThread);
    for (;;) {
      const maxMs = Math.min(this.#lookAfterClosed(), this.#restMs());
      if (this.#isOver) return null;
      const ready = this.#ask(asTimeout(maxMs));
      if (ready !== undefined) return ready;
    }
  }

  /** As `wait()`, in a thread whose event loop turns while it waits. */
  async #waitAndHear(offThread: OffThreadPoll): Promise<Connection | Listener | null> {
    for (;;) {
      const maxMs = Math.min(this.#lookAfterClosed(), this.#restMs());
      if (this.#isOver) return null;
      const ready = this.#nextAddressed() ?? this.#ask(0);
      if (ready !== undefined) return ready;
      await offThread.readable([this.led.epoll, this.sockets.waker], asTimeout(maxMs));
      this.sockets.quietWaker();
    }
  }

  /** Waits for the epoll. @returns a handle that is ready, and is this thread's now */
  #ask(timeoutMs: number): Connection | Listener | undefined {
    const { calls, observer } = this.sockets;
    for (;;) {
      const count = calls.epoll_wait(this.led.epoll, this.#event, 1, timeoutMs);
      if (count < 0 && count !== -ERRNO.EINTR) throw new SystemCallError("epoll_wait", -count);
      observer.wokeUp(Math.max(0, count), Math.max(0, count));
      if (count <= 0) {
        if (count === 0 && this.#restMs() === 0) this.#resumeListener();
        return undefined;
      }
      const fd = this.#event[DESCRIPTOR];
      if (fd === this.led.listener) return this.listener;
      const ready = fd === this.led.waker ? this.#nextToldToEnd() : fd;
      if (ready !== undefined && this.#team.claim(ready)) {
        return this.#take(this.#connection(ready));
      }
      if (fd === this.led.waker) return undefined; // there may be something else to do
    }
  }

  promote(): void {
    this.#team.promote();
  }

  add(client: Connection): boolean {
    if (!(client instanceof LibcConnection)) throw new Error("a connection of another kind");
    const fd = client.descriptor;
    this.#known[fd] = client;
    if (this.keepsState) this.#team.bind(fd);
    else this.#team.own(fd);
    this.#control(EPOLL_CTL_ADD, fd, EPOLLONESHOT, client.id); // for nothing yet
    const isGreeted = this.speaksUnasked && this.session(client).outbox?.isWaiting === true;
    if (!isGreeted) this.rearm(client);
    return isGreeted;
  }

  rearm(handle: Connection | Listener): void {
    if (handle === this.listener) return this.#rearmListener();
    if (!(handle instanceof LibcConnection)) throw new Error("a connection of another kind");
    const fd = handle.descriptor;
    if (fd < 0) return this.#closed(handle);
    handle.turn = CLIENT_SENDS;
    if (!this.keepsState) this.sockets.connections.delete(handle);
    this.#team.release(fd);
    this.#control(EPOLL_CTL_MOD, fd, ONCE, handle.id);
    // It may have been told so while this thread served it, and then nobody looks again.
    if (this.sockets.table.isFinished(fd)) this.#wakeLeader();
    this.#sessions.served(handle);
  }

  served(serving: Promise<void>): void | Promise<void> {
    if (!this.sockets.runsEventLoop) return serving;
  }

  session(client: Connection): Session {
    return this.keepsState ? this.#sessions.of(client) : this.newSession(client);
  }

  /** Of a thread that fails: another one leads. */
  abandon(): void {
    this.#team.promote();
  }

  get #isOver(): boolean {
    const { table } = this.sockets;
    return table.stopping && table.openCount === 0;
  }

  #wakeLeader(): void {
    wake(this.sockets.calls, this.led.waker);
  }

  /** From now on it is served by this thread. */
  #take(client: LibcConnection): LibcConnection {
    const { table, thread, connections } = this.sockets;
    this.sockets.turn++;
    table.setThread(client.descriptor, thread);
    connections.add(client);
    return client;
  }

  /** This thread's object for a client that another one may have accepted. */
  #connection(fd: number): LibcConnection {
    const known = this.#known[fd];
    const id = this.sockets.table.id(fd);
    if (known?.id === id && known.descriptor === fd) return known;
    const address = new Uint8Array(SOCKET_ADDRESS_BYTES);
    // Without a peer the client is gone, which the next call on its socket will tell.
    this.sockets.calls.getpeername(fd, address, Uint32Array.of(SOCKET_ADDRESS_BYTES));
    return this.#known[fd] = new LibcConnection(
      this.sockets,
      fd,
      id,
      parseSocketAddress(address),
    );
  }

  /** A client that the supervisor has told to end, and that nobody serves. The epoll knows nothing of it. */
  #nextToldToEnd(): number | undefined {
    const { table, calls } = this.sockets;
    quiet(calls, this.led.waker);
    for (const fd of table.clients()) {
      if (!table.isFinished(fd) || !this.#team.isFree(fd)) continue;
      this.#wakeLeader(); // there may be more
      return fd;
    }
    return undefined;
  }

  #closed(client: LibcConnection): void {
    this.#sessions.delete(client);
    if (!this.sockets.lingering.has(client)) this.#resumeListener();
  }

  /**
   * Gives back the descriptors of closed clients that have ended by now.
   *
   * @returns in how many milliseconds to look again; `Infinity` if none is left
   */
  #lookAfterClosed(): number {
    const { lingering } = this.sockets;
    const count = lingering.size;
    if (count === 0) return Infinity;
    const lookAgainMs = this.sockets.lookAfterLingering();
    if (lingering.size < count) this.#resumeListener();
    return lookAgainMs;
  }

  #rearmListener(): void {
    if (this.sockets.table.stopping) return;
    const restMs = this.listener.restMs();
    if (restMs === Infinity) return this.#control(EPOLL_CTL_MOD, this.led.listener, ONCE, 0);
    this.#team.restsUntilMs = Date.now() + restMs;
    this.#wakeLeader(); // it waits no longer than that
  }

  /** Accepting goes on, after it has rested. */
  #resumeListener(): void {
    if (this.#team.restsUntilMs === 0) return;
    this.#team.restsUntilMs = 0;
    this.#control(EPOLL_CTL_MOD, this.led.listener, ONCE, 0);
  }

  #restMs(): number {
    const { restsUntilMs } = this.#team;
    return restsUntilMs === 0 ? Infinity : Math.max(0, Math.ceil(restsUntilMs - Date.now()));
  }

  /** That a descriptor has been closed meanwhile is no mistake. */
  #control(operation: number, fd: number, events: number, id: number): void {
    this.#event[0] = events;
    this.#event[DESCRIPTOR] = fd;
    this.#event[ID] = id;
    this.sockets.calls.epoll_ctl(this.led.epoll, operation, fd, this.#event);
  }
}

/** As the system takes it. */
function asTimeout(ms: number): number {
  return ms === Infinity ? -1 : Math.ceil(ms);
}
