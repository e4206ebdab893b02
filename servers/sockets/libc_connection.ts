import { CLIENT_SENDS, CLIENT_TAKES, SERVER_WORKS } from "./interface.ts";
import { ConnectionReset, WOULD_BLOCK } from "./interface.ts";
import type { Address, Connection, Turn } from "./interface.ts";
import type { EdgeTriggeredList, LibcHome } from "./libc_home.ts";
import type { LibcPollable } from "./libc_hub.ts";
import { ERRNO, SystemCallError } from "./system_call_error.ts";
import { SHUT_RD, SHUT_WR } from "./system_calls.ts";
import { hasUnread, resetWhenClosed } from "./socket_options.ts";
import { MSG_DONTWAIT, MSG_NOSIGNAL, type SystemCalls } from "./system_calls.ts";
import { toError } from "./thrown.ts";

/** How long a closed connection waits for the other side's last byte before it gives up on it. */
const LINGER_MS = 1_000;
const LINGER_LOOK_MS = 5;

/**
 * How much a connection moves in one turn of a loop, however much there is: all others would wait for
 * its end. A call counts as {@linkcode LEAST_BYTES} at least, since many small ones take their time too.
 */
const MOST_BYTES_A_TURN = 1_048_576;
const LEAST_BYTES = 16_384;

/** How far a connection has come. Numbers, since ten thousand connections have one each. */
const OPEN = 0;
/** The client was told to end, and everything that had arrived until then was received. */
const FINISHED = 1;
/** The client's last byte was received. */
const ENDED = 2;
const CLOSED = 3;

/** What is known of the next `recv` of a connection that an edge-triggered list watches. */
const NOT_WATCHED = 0;
const MAY_HAVE_MORE = 1;
/** Nothing can be received before the next edge. */
const DRAINED = 2;
/** The client has ended its stream or reset it, so there is more to be received than bytes. */
const HUNG_UP = 3;

const NOTHING = new Uint8Array(0);

/** A socket of the system's. Once closed it makes no call any more, whatever it is asked for. */
export class LibcConnection implements Connection, LibcPollable {
  readonly kind = "connection";

  readonly #home: LibcHome;
  #fd: number;
  #fault: ConnectionReset | undefined = undefined;
  #stage: typeof OPEN | typeof FINISHED | typeof ENDED | typeof CLOSED = OPEN;
  #edge: typeof NOT_WATCHED | typeof MAY_HAVE_MORE | typeof DRAINED | typeof HUNG_UP = NOT_WATCHED;
  #list: EdgeTriggeredList | undefined = undefined;
  #turn = 0;
  #leftBytes = MOST_BYTES_A_TURN;

  /**
   * @param fd of a connected socket, which this object closes
   * @param id see {@linkcode Connection.id}
   */
  constructor(home: LibcHome, fd: number, readonly id: number, readonly peer: Address) {
    this.#home = home;
    this.#fd = fd;
    home.table.setThread(fd, home.thread);
  }

  get descriptor(): number {
    return this.#stage === CLOSED ? -1 : this.#fd;
  }

  get activity(): number {
    return this.#fd < 0 ? 0 : this.#home.table.activity(this.#fd);
  }

  get turn(): Turn {
    return this.#fd < 0 ? CLIENT_SENDS : this.#home.table.turn(this.#fd);
  }

  set turn(turn: Turn) {
    if (this.#fd >= 0) this.#home.table.setTurn(this.#fd, turn);
  }

  get hasUnread(): boolean {
    return this.#fd >= 0 && hasUnread(this.#home.calls, this.#fd);
  }

  recv(buffer: Uint8Array): number {
    this.turn = CLIENT_SENDS;
    const count = this.#receive(buffer, buffer.length, 0);
    if (count > 0) this.#received(buffer, count);
    return count;
  }

  send(bytes: Uint8Array): void {
    this.turn = CLIENT_TAKES;
    for (let sent = 0; sent < bytes.length;) {
      const count = this.#transmit(sent === 0 ? bytes : bytes.subarray(sent), MSG_NOSIGNAL);
      if (count !== WOULD_BLOCK) sent += count;
    }
    this.turn = SERVER_WORKS;
  }

  tryRecv(sizeBytes: number): Uint8Array | typeof WOULD_BLOCK {
    if (this.#edge === DRAINED && this.#stage === OPEN) return this.#wouldBlock();
    const { buffer, table } = this.#home;
    // An end that was made here is no news to the system, so it is not put off.
    if (this.#stage === OPEN && !this.#hasTurn() && !table.isFinished(this.#fd)) {
      return this.#wouldBlock();
    }
    const mostBytes = Math.min(sizeBytes, buffer.bytes.length);
    const count = this.#receive(buffer.bytes, mostBytes, MSG_DONTWAIT);
    if (count === WOULD_BLOCK) return this.#wouldBlock();
    if (count === 0) return NOTHING;
    this.#leftBytes -= Math.max(count, LEAST_BYTES);
    // Fewer than asked for were all there are: what comes next is an edge, epoll(7). Asking once more
    // to be told so would be a call for each message.
    if (this.#edge === MAY_HAVE_MORE && count < mostBytes) this.#edge = DRAINED;
    this.#received(buffer.bytes, count);
    return buffer.lend(count);
  }

  keep(bytes: Uint8Array): Uint8Array {
    return bytes.slice();
  }

  release(): void {}

  trySend(bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    if (this.#fault === undefined && !this.#hasTurn()) {
      if (this.turn !== CLIENT_TAKES) this.#home.observer.blocked(this);
      this.turn = CLIENT_TAKES;
      return WOULD_BLOCK;
    }
    const isTooMuch = bytes.length > MOST_BYTES_A_TURN;
    const some = isTooMuch ? bytes.subarray(0, MOST_BYTES_A_TURN) : bytes;
    const count = this.#transmit(some, MSG_NOSIGNAL | MSG_DONTWAIT);
    this.#leftBytes -= Math.max(count, LEAST_BYTES);
    if (count === some.length) {
      this.turn = SERVER_WORKS;
      if (isTooMuch) this.#list?.lookAgain(this.#fd);
    } else if (this.turn !== CLIENT_TAKES) { // as WOULD_BLOCK is; told once, however often it is tried
      this.turn = CLIENT_TAKES;
      this.#home.observer.blocked(this);
    }
    return count;
  }

  /** Whether more may be moved in this turn. If not, an edge-triggered list is asked to look again. */
  #hasTurn(): boolean {
    const { turn } = this.#home;
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#leftBytes = MOST_BYTES_A_TURN;
    }
    if (this.#leftBytes > 0) return true;
    this.#list?.lookAgain(this.#open());
    return false;
  }

  explain(error: unknown): Error {
    return toError(error);
  }

  /** An edge-triggered interest list watches this connection from now on, or none any longer. */
  watchEdges(list: EdgeTriggeredList | undefined): void {
    this.#list = list;
    this.#edge = list === undefined ? NOT_WATCHED : MAY_HAVE_MORE;
  }

  /** An interest list has reported this connection. */
  reported(hungUp: boolean): void {
    if (this.#edge !== NOT_WATCHED && this.#edge !== HUNG_UP) {
      this.#edge = hungUp ? HUNG_UP : MAY_HAVE_MORE;
    }
  }

  /** From now on the stream is at its end for us, after what has arrived. */
  finish(): void {
    if (this.#stage === CLOSED) return;
    this.#home.table.finish(this.#fd);
    this.reported(false);
    this.#home.wake();
  }

  /** {@linkcode finish}, because the client was silent. */
  dismiss(): void {
    if (this.#stage === CLOSED) return;
    this.#home.table.dismiss(this.#fd);
    this.finish();
  }

  /** Ends the connection now; what it still holds is lost. */
  abort(): void {
    if (this.#fd < 0) return;
    const { calls, table } = this.#home;
    this.#fault ??= cutOff();
    table.finish(this.#fd, (fd) => cutSocketOff(calls, fd), false);
    if (this.#stage === CLOSED) this.#giveBack();
  }

  /**
   * Gives the descriptor away, for another thread to make a connection of it. This one is closed, and
   * the client knows nothing of it.
   */
  detach(): number {
    const fd = this.#open();
    this.#home.closing(fd);
    this.#stage = CLOSED;
    this.#fd = -1;
    this.#home.released(this);
    return fd;
  }

  /**
   * Ends the connection. A client that has not ended yet is sent the end and waited for: closing with
   * bytes unread would reset the connection and destroy what is still on its way, tcp(7).
   */
  close(): void {
    if (this.#stage === CLOSED) return;
    const { calls, table, observer } = this.#home;
    const stage = this.#stage;
    this.#stage = CLOSED;
    const isCutOff = table.isCutOff(this.#fd);
    if (isCutOff) observer.cutOff(this);
    else if (stage === FINISHED && table.isDismissed(this.#fd)) observer.dismissed(this);
    observer.closed(this);
    this.#home.closing(this.#fd);
    const isOver = stage === ENDED || this.#fault !== undefined || isCutOff;
    if (isOver) return this.#giveBack();
    calls.shutdown(this.#fd, SHUT_WR);
    const untilMs = performance.now() + LINGER_MS;
    this.lookForEnd(untilMs);
    if (this.#fd >= 0) this.#home.linger(this, untilMs);
  }

  /** {@linkcode lookForEnd} until it is found, on a thread that has nothing else to do. */
  waitForEnd(untilMs: number): void {
    while (this.#fd >= 0) {
      this.#home.calls.poll(null, 0, LINGER_LOOK_MS);
      this.lookForEnd(untilMs);
    }
  }

  /** Of a closed connection: gives back its descriptor if the client has ended, or it is late. */
  lookForEnd(untilMs: number): void {
    const { calls, buffer: { bytes } } = this.#home;
    while (performance.now() < untilMs) {
      const count = calls.recv(this.#fd, bytes, bytes.length, MSG_DONTWAIT);
      if (count === -ERRNO.EAGAIN) return;
      if (count <= 0 && count !== -ERRNO.EINTR) break;
    }
    this.#giveBack();
  }

  #giveBack(): void {
    const fd = this.#fd;
    this.#fd = -1;
    this.#home.table.remove(fd);
    // The descriptor is free whatever close(2) says, and nobody is left to be told.
    this.#home.calls.close(fd);
    this.#home.released(this);
  }

  #open(): number {
    if (this.#stage === CLOSED) throw new Error("the connection is closed");
    return this.#fd;
  }

  /** Nobody can go on before the client does. */
  #wouldBlock(): typeof WOULD_BLOCK {
    this.turn = CLIENT_SENDS;
    return WOULD_BLOCK;
  }

  #received(buffer: Uint8Array, count: number): void {
    const { table } = this.#home;
    table.setTurn(this.#fd, SERVER_WORKS);
    table.moved(this.#fd);
    this.#home.observer.received(this, buffer, count);
  }

  #receive(buffer: Uint8Array, sizeBytes: number, flags: number): number {
    const fd = this.#open();
    this.#throwFault(fd);
    if (this.#stage !== OPEN) return 0;
    for (let surprises = 0;;) {
      // Told to end, it still receives what has arrived; a call that blocked meanwhile is interrupted.
      const isFinished = this.#home.table.isFinished(fd);
      const mode = isFinished ? MSG_DONTWAIT : flags;
      const count = this.#home.calls.recv(fd, buffer, sizeBytes, mode);
      if (count <= 0) this.#throwFault(fd);
      if (isFinished && count < sizeBytes && count !== -ERRNO.EINTR) this.#stage = FINISHED;
      // recv(2): to receive into no room gives 0 as well.
      if (count === 0 && sizeBytes > 0) this.#stage = ENDED;
      if (count >= 0) return count;
      if (count === -ERRNO.EAGAIN) return isFinished ? 0 : WOULD_BLOCK;
      if (count !== -ERRNO.EINTR) surprises = this.#failed("recv", -count, surprises);
    }
  }

  #transmit(bytes: Uint8Array, flags: number): number {
    const fd = this.#open();
    this.#throwFault(fd);
    for (let surprises = 0;;) {
      const count = this.#home.calls.send(fd, bytes, bytes.length, flags);
      if (count >= 0) {
        this.#home.table.moved(fd);
        this.#home.observer.sent(this, count);
        return count;
      }
      this.#throwFault(fd);
      if (count === -ERRNO.EAGAIN) return WOULD_BLOCK;
      if (count !== -ERRNO.EINTR) surprises = this.#failed("send", -count, surprises);
    }
  }

  /** A client that was cut off, by whatever thread, is served no longer: that is no fault of its own. */
  #throwFault(fd: number): void {
    if (this.#fault === undefined && this.#home.table.isCutOff(fd)) this.#fault = cutOff();
    if (this.#fault !== undefined) throw this.#fault;
  }

  /**
   * @returns the number of surprises so far, if the call should be tried again
   * @throws {ConnectionReset} when the client is gone
   * @throws {SystemCallError} for what is not foreseen, when it comes twice. Between a call and the
   *   reading of errno the runtime may make calls of its own, so one time in very many it is not ours.
   */
  #failed(call: string, errno: number, surprises: number): number {
    const error = new SystemCallError(call, errno);
    if (isReset(errno)) {
      this.#home.observer.reset(this);
      throw this.#fault = new ConnectionReset(error.message);
    }
    if (surprises > 0) throw error;
    return surprises + 1;
  }
}

/**
 * Has a socket end with a reset as soon as it is closed, and wakes the thread that waits to receive from
 * it. To be called while nobody can close it.
 */
export function cutSocketOff(calls: SystemCalls, fd: number): void {
  resetWhenClosed(calls, fd);
  // For reading only, of which the client sees nothing: shut down for writing, the socket would send it
  // an end of stream, and a part of an answer would look whole.
  calls.shutdown(fd, SHUT_RD);
}

function cutOff(): ConnectionReset {
  return new ConnectionReset("closed by the server");
}

/** Whether the connection has ended for a reason that is not ours, recv(2), send(2) and tcp(7). */
function isReset(errno: number): boolean {
  return errno === ERRNO.ECONNRESET || errno === ERRNO.EPIPE || errno === ERRNO.ETIMEDOUT ||
    errno === ERRNO.ECONNABORTED || errno === ERRNO.EHOSTUNREACH || errno === ERRNO.ENETUNREACH ||
    errno === ERRNO.ENETDOWN || errno === ERRNO.ENOTCONN;
}
