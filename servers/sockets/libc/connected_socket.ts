/**
 * How bytes move through a connected socket of the system's, recv(2) and send(2). How it ends is in
 * `connection.ts`.
 *
 * @module
 */

import { CLIENT_SENDS, CLIENT_TAKES, ConnectionReset, SERVER_WORKS } from "../interface.ts";
import { type Address, type Connection, type Turn, WOULD_BLOCK } from "../interface.ts";
import type { Observer } from "../observer.ts";
import type { ConnectionContext, EdgeTriggeredList, LibcPollable } from "./connection_context.ts";
import { cutOff, isReset } from "./faults.ts";
import { hasUnread } from "./socket_options.ts";
import { ERRNO, SystemCallError } from "../../system/system_call_error.ts";
import { MSG_DONTWAIT, MSG_NOSIGNAL } from "../../system/system_calls.ts";
import { toError } from "../../system/thrown.ts";

/**
 * How many bytes a connection moves at most in one turn of a loop, since all others wait meanwhile. A
 * call counts as at least {@linkcode MIN_BYTES}, since many small ones take their time too.
 */
const MAX_BYTES_A_TURN = 1_048_576;
const MIN_BYTES = 16_384;

/** How far a connection has come. Numbers, since ten thousand connections have one each. */
export const OPEN = 0;
/** The server ends the client, and has received everything that had arrived until then. */
export const FINISHED = 1;
/** The client's last byte was received. */
export const ENDED = 2;
export const CLOSED = 3;

/** What an edge-triggered list knows of the next `recv` of a connection. */
const NOT_WATCHED = 0;
const MAY_HAVE_MORE = 1;
/** Nothing can be received before the next edge. */
const DRAINED = 2;
/** The client has ended or reset its stream, so the next `recv` does not block. */
const HUNG_UP = 3;

const NOTHING = new Uint8Array(0);

/** Sizes up to this have a view each that is used again, in bytes. */
const MAX_CACHED_VIEW_BYTES = 4_096;

/**
 * Where all connections of a thread receive, one after another.
 *
 * `tryRecv` gives a view of it. A new view for each message would be all the garbage that a message
 * leaves, and would let the heap grow by tens of megabytes. So those of small sizes are used again.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const buffer = new ReceiveBuffer(1_024);
 * buffer.bytes.set([1, 2, 3]); // recv(2) stores its bytes
 * assertEquals(buffer.view(2), Uint8Array.of(1, 2));
 * ```
 */
export class ReceiveBuffer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #views: (Uint8Array | undefined)[] = [];

  /** @param sizeBytes the most that one `tryRecv` receives */
  constructor(sizeBytes: number) {
    this.bytes = new Uint8Array(sizeBytes);
  }

  /** A view of the first `countBytes`, valid until the next receipt. */
  view(countBytes: number): Uint8Array {
    if (countBytes > MAX_CACHED_VIEW_BYTES) return this.bytes.subarray(0, countBytes);
    return this.#views[countBytes] ??= this.bytes.subarray(0, countBytes);
  }
}

/** The half of a connection that moves bytes. Once closed, it makes no system call. */
export abstract class ConnectedSocket implements Connection, LibcPollable {
  readonly kind = "connection";
  /** Why nothing can be moved any more. */
  protected fault: ConnectionReset | undefined = undefined;
  protected stage: typeof OPEN | typeof FINISHED | typeof ENDED | typeof CLOSED = OPEN;
  #edge: typeof NOT_WATCHED | typeof MAY_HAVE_MORE | typeof DRAINED | typeof HUNG_UP = NOT_WATCHED;
  #list: EdgeTriggeredList | undefined = undefined;
  #turn = 0;
  #leftBytes = MAX_BYTES_A_TURN;

  /**
   * @param fd the descriptor of a connected socket, which this object closes; -1 once it is closed
   * @param id see {@linkcode Connection.id}
   * @param observer where it reports what happens to it
   */
  constructor(
    protected readonly context: ConnectionContext,
    protected fd: number,
    readonly id: number,
    readonly peer: Address,
    protected readonly observer: Observer = context.observer,
  ) {
    context.table.setThread(fd, context.thread);
  }

  abstract close(): void;

  get descriptor(): number {
    return this.stage === CLOSED ? -1 : this.fd;
  }

  get activity(): number {
    return this.fd < 0 ? 0 : this.context.table.activity(this.fd);
  }

  get turn(): Turn {
    return this.fd < 0 ? CLIENT_SENDS : this.context.table.turn(this.fd);
  }

  set turn(turn: Turn) {
    if (this.fd >= 0) this.context.table.setTurn(this.fd, turn);
  }

  get hasUnread(): boolean {
    return this.fd >= 0 && hasUnread(this.context.calls, this.fd);
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
    if (this.#edge === DRAINED && this.stage === OPEN) return this.#wouldBlock();
    const { buffer, table } = this.context;
    // The system will not report an end that the server has made, so that is not put off.
    if (this.stage === OPEN && !this.#hasTurn() && !table.isFinished(this.fd)) {
      return this.#wouldBlock();
    }
    const maxBytes = Math.min(sizeBytes, buffer.bytes.length);
    const count = this.#receive(buffer.bytes, maxBytes, MSG_DONTWAIT);
    if (count === WOULD_BLOCK) return this.#wouldBlock();
    if (count === 0) return NOTHING;
    this.#leftBytes -= Math.max(count, MIN_BYTES);
    // A short read means that the socket is drained: what comes next is an edge, epoll(7). Asking again
    // would be one more call for each message.
    if (this.#edge === MAY_HAVE_MORE && count < maxBytes) this.#edge = DRAINED;
    this.#received(buffer.bytes, count);
    return buffer.view(count);
  }

  retain(bytes: Uint8Array): Uint8Array {
    return bytes.slice();
  }

  release(): void {}

  trySend(bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    if (this.fault === undefined && !this.#hasTurn()) {
      if (this.turn !== CLIENT_TAKES) this.observer.blocked(this);
      this.turn = CLIENT_TAKES;
      return WOULD_BLOCK;
    }
    const isTooMuch = bytes.length > MAX_BYTES_A_TURN;
    const some = isTooMuch ? bytes.subarray(0, MAX_BYTES_A_TURN) : bytes;
    const count = this.#transmit(some, MSG_NOSIGNAL | MSG_DONTWAIT);
    this.#leftBytes -= Math.max(count, MIN_BYTES);
    // WOULD_BLOCK is less, too. A loop that never waits tries again and again, and it is one block.
    const isBlocked = count < some.length;
    if (isBlocked && this.turn !== CLIENT_TAKES) this.observer.blocked(this);
    if (isTooMuch && !isBlocked) this.#list?.lookAgain(this.fd);
    this.turn = isBlocked ? CLIENT_TAKES : SERVER_WORKS;
    return count;
  }

  /** Whether more may be moved in this turn. If not, an edge-triggered list is asked to look again. */
  #hasTurn(): boolean {
    const { turn } = this.context;
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#leftBytes = MAX_BYTES_A_TURN;
    }
    if (this.#leftBytes > 0) return true;
    this.#list?.lookAgain(this.open());
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

  protected open(): number {
    if (this.stage === CLOSED) throw new Error("the connection is closed");
    return this.fd;
  }

  /** It is the client's turn. */
  #wouldBlock(): typeof WOULD_BLOCK {
    this.turn = CLIENT_SENDS;
    return WOULD_BLOCK;
  }

  #received(buffer: Uint8Array, count: number): void {
    const { table } = this.context;
    table.setTurn(this.fd, SERVER_WORKS);
    table.moved(this.fd);
    this.observer.received(this, buffer, count);
  }

  #receive(buffer: Uint8Array, sizeBytes: number, flags: number): number {
    const fd = this.open();
    this.#throwFault(fd);
    if (this.stage !== OPEN) return 0;
    for (let surprises = 0;;) {
      // Told to end, it still receives what has arrived; a call that blocked meanwhile is interrupted.
      const isFinished = this.context.table.isFinished(fd);
      const mode = isFinished ? MSG_DONTWAIT : flags;
      const count = this.context.calls.recv(fd, buffer, sizeBytes, mode);
      if (count <= 0) this.#throwFault(fd);
      if (isFinished && count < sizeBytes && count !== -ERRNO.EINTR) this.stage = FINISHED;
      // recv(2): to receive into no room gives 0 as well.
      if (count === 0 && sizeBytes > 0) this.stage = ENDED;
      if (count >= 0) return count;
      if (count === -ERRNO.EAGAIN) return isFinished ? 0 : WOULD_BLOCK;
      if (count !== -ERRNO.EINTR) surprises = this.#failed("recv", -count, surprises);
    }
  }

  #transmit(bytes: Uint8Array, flags: number): number {
    const fd = this.open();
    this.#throwFault(fd);
    for (let surprises = 0;;) {
      const count = this.context.calls.send(fd, bytes, bytes.length, flags);
      if (count >= 0) {
        this.context.table.moved(fd);
        this.observer.sent(this, count);
        return count;
      }
      this.#throwFault(fd);
      if (count === -ERRNO.EAGAIN) return WOULD_BLOCK;
      if (count !== -ERRNO.EINTR) surprises = this.#failed("send", -count, surprises);
    }
  }

  /** Any thread may cut a client off, which then is served no longer. */
  #throwFault(fd: number): void {
    if (this.fault === undefined && this.context.table.isCutOff(fd)) this.fault = cutOff();
    if (this.fault !== undefined) throw this.fault;
  }

  /**
   * @returns the number of surprises so far, if the call should be tried again
   * @throws {ConnectionReset} when the client is gone
   * @throws {SystemCallError} for any other error, when it comes twice. Between a call and the reading
   *   of errno the runtime may make calls of its own, so very rarely errno belongs to another call.
   */
  #failed(call: string, errno: number, surprises: number): number {
    const error = new SystemCallError(call, errno);
    if (isReset(errno)) {
      this.observer.reset(this);
      throw this.fault = new ConnectionReset(error.message);
    }
    if (surprises > 0) throw error;
    return surprises + 1;
  }
}
