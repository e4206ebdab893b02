import { EPOLLHUP, EPOLLRDHUP } from "../../../servers/system/system_calls.ts";
import { EPOLLERR, EPOLLIN, EPOLLOUT } from "../../../servers/sockets/interface.ts";
import type { LibcClock } from "../../../servers/system/clock.ts";
import { ERRNO, SystemCallError } from "../../../servers/system/system_interface.ts";
import { MSG_NOSIGNAL, SHUT_WR, type SystemCalls } from "../../../servers/system/system_calls.ts";
import { EchoTracker } from "../echo_tracker.ts";
import type { LoadClient } from "../load_client.ts";
import type { Measurements } from "../measurements.ts";
import type { FloodOptions } from "../options.ts";
import { lossOf } from "../tally.ts";
import type { Turns } from "../turns.ts";

/** How many sends or receives a connection may do before the others have their turn. */
const MAX_AT_ONCE = 16;
const AGAIN = -ERRNO.EAGAIN;
const INTERRUPTED = -ERRNO.EINTR;

const NOTHING = new Uint8Array(0);

/** What the connections of a thread share, and where they report. */
export interface LoadContext {
  readonly calls: SystemCalls;
  readonly clock: LibcClock;
  readonly options: FloodOptions;
  readonly measurements: Measurements;
  /** All connections receive into it, and check it before the next recv(2). */
  readonly buffer: Uint8Array;
  /** The same as words. */
  readonly words: Int32Array;
  /** Whether the flood has ended: no message is begun after that. */
  readonly isOver: boolean;
  /** Whether connections that were answered wait until all others were. */
  readonly isSettling: boolean;
  /** Whose turn it is to send, if all connections share a rate. */
  readonly turns: Turns<LibcLoadConnection> | undefined;
  /** Calls {@linkcode LibcLoadConnection.wake} at its {@linkcode LibcLoadConnection.dueMs}. */
  wakeWhenDue(connection: LibcLoadConnection): void;
  /** Calls {@linkcode LibcLoadConnection.goOn} after the others had their turn. */
  goOnLater(connection: LibcLoadConnection): void;
  closed(connection: LibcLoadConnection): void;
}

/**
 * One connection of a flood on a non-blocking socket, which epoll(7) reports at each change.
 *
 * Because only changes are reported, it receives and sends until the socket has no more to give or
 * take. A call that does less than it could have done shows that, which spares the one that would fail.
 */
export class LibcLoadConnection {
  readonly #thread: LoadContext;
  readonly #echoes: EchoTracker;
  readonly #wait: boolean;
  /** -1 once it is closed: the number may belong to another connection by now. */
  #fd: number;
  /** The message that is being sent, and how much of it was. */
  #message: Uint8Array = NOTHING;
  #sentBytes = 0;
  /** Since when the message is due that it is the turn of this connection to send. */
  #turnMs: number | undefined = undefined;
  /** The next message is not begun before; 0: at once. */
  #thinksUntilMs = 0;
  #isAsleep = false;
  /** It waits for its next turn. */
  #hasMore = false;
  #isShutDown = false;
  /** When it is to be woken. */
  dueMs = 0;

  /**
   * @param client whose connection it is
   * @param number by which the thread knows it
   * @param fd an open socket, which this closes
   * @param connectMs how long it took to open it
   */
  constructor(
    thread: LoadContext,
    readonly client: LoadClient,
    readonly number: number,
    fd: number,
    connectMs: number,
    nowMs: number,
  ) {
    this.#thread = thread;
    this.#fd = fd;
    this.#wait = thread.options.wait;
    this.#echoes = new EchoTracker(client, connectMs, thread.options, thread.measurements, nowMs);
  }

  get isServed(): boolean {
    return this.#echoes.isServed;
  }

  /** Sends all that may be sent now, and the end of the stream if that was the last. */
  talk(nowMs: number): void {
    for (let sent = 0; sent < MAX_AT_ONCE; sent++) {
      if (this.#fd === -1 || this.#isShutDown || !this.#sendRest()) return;
      if (this.#wait && this.#echoes.isOwed) return;
      if (this.#thread.isOver || this.#echoes.isComplete) return this.#sendLast();
      if (this.#thread.isSettling && this.isServed) return;
      const dueMs = Math.max(this.#thinksUntilMs, this.#echoes.dueMs);
      if (dueMs > nowMs) return this.#sleepUntil(dueMs);
      const { turns } = this.#thread;
      if (turns !== undefined && this.#turnMs === undefined && !this.#thread.isSettling) {
        return turns.park(this);
      }
      this.#message = this.#echoes.next(nowMs, this.#turnMs);
      this.#turnMs = undefined;
      this.#sentBytes = 0;
      if (!this.#sendRest()) return;
      if (this.#wait) return;
      nowMs = this.#thread.clock.now();
      this.#think(nowMs);
    }
    this.#goOnLater();
  }

  /** Something has changed, epoll_ctl(2). */
  changed(events: number): void {
    if (events !== EPOLLOUT) {
      this.#receive((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) !== 0);
    }
    // In most cases there is nothing to send: the echo that has just come was answered.
    if ((events & EPOLLOUT) !== 0 && (!this.#wait || this.#message !== NOTHING)) {
      this.talk(this.#thread.clock.now());
    }
  }

  /** Goes on with what the last turn left over. */
  goOn(): void {
    this.#hasMore = false;
    this.changed(EPOLLIN | EPOLLOUT | EPOLLRDHUP);
  }

  /** Its {@linkcode dueMs} has come. */
  wake(nowMs: number): void {
    this.#isAsleep = false;
    this.talk(nowMs);
  }

  /** It is its turn to send a message, which is due since then. */
  takeTurn(dueMs: number, nowMs: number): void {
    this.#turnMs = dueMs;
    this.talk(nowMs);
  }

  /** Ends the connection without waiting any longer for what it is owed. */
  giveUp(): void {
    this.#echoes.givenUp();
    this.#echoes.isLastSent = true;
    this.#close();
  }

  /** What it has sent and got back. */
  get echoes(): EchoTracker {
    return this.#echoes;
  }

  /** Sends what is left of the message. @returns whether nothing is left */
  #sendRest(): boolean {
    const { calls } = this.#thread;
    while (this.#message !== NOTHING) {
      const message = this.#message;
      const rest = this.#sentBytes === 0 ? message : message.subarray(this.#sentBytes);
      const count = calls.send(this.#fd, rest, rest.length, MSG_NOSIGNAL);
      if (count === rest.length) {
        this.#message = NOTHING;
        this.#echoes.wasSent(message);
      } else if (count >= 0) {
        this.#sentBytes += count;
      } else if (count === AGAIN) {
        return false;
      } else if (count !== INTERRUPTED) {
        this.#lose("send", -count);
        return false;
      }
    }
    return true;
  }

  #sendLast(): void {
    this.#echoes.isLastSent = true;
    if (this.#wait) return this.#close();
    this.#isShutDown = true;
    const status = this.#thread.calls.shutdown(this.#fd, SHUT_WR);
    if (status < 0) this.#lose("shutdown", -status);
  }

  /** @param toEnd whether the end of the stream, or an error, comes after the bytes that are there */
  #receive(toEnd: boolean): void {
    const { calls, clock, buffer } = this.#thread;
    for (let received = 0; received < MAX_AT_ONCE; received++) {
      if (this.#fd === -1) return;
      const count = calls.recv(this.#fd, buffer, buffer.length, 0);
      if (count > 0) {
        this.#took(count, clock.now());
        if (count < buffer.length && !toEnd) return;
      } else if (count === AGAIN) {
        return;
      } else if (count === 0) {
        this.#echoes.ended(clock.now());
        return this.#close();
      } else if (count !== INTERRUPTED) {
        return this.#lose("recv", -count);
      }
    }
    this.#goOnLater();
  }

  #took(count: number, nowMs: number): void {
    const { buffer, words, isOver } = this.#thread;
    this.#echoes.took(buffer, words, count, nowMs, isOver);
    if (this.#echoes.isBroken) return this.#close();
    if (!this.#wait || this.#echoes.isOwed) return;
    this.#think(nowMs);
    this.talk(nowMs);
  }

  #think(nowMs: number): void {
    const { thinkMs } = this.#thread.options;
    if (thinkMs > 0) this.#thinksUntilMs = nowMs + thinkMs;
  }

  #sleepUntil(dueMs: number): void {
    if (this.#isAsleep) return;
    this.#isAsleep = true;
    this.dueMs = dueMs;
    this.#thread.wakeWhenDue(this);
  }

  #goOnLater(): void {
    if (this.#hasMore) return;
    this.#hasMore = true;
    this.#thread.goOnLater(this);
  }

  #lose(call: string, errno: number): void {
    const reason = lossOf(new SystemCallError(call, errno));
    this.#echoes.lost(reason, this.#thread.clock.now());
    this.#close();
  }

  #close(): void {
    if (this.#fd === -1) return;
    this.#thread.calls.close(this.#fd);
    this.#fd = -1;
    this.#thread.closed(this);
  }
}
