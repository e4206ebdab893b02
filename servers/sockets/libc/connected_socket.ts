/**
 * How an event loop moves bytes through a socket of the system's, with recv(2) and send(2) that do not
 * block. The calls that block, and the ways in which a connection ends, are in `connection.ts`.
 *
 * @module
 */

import { CLIENT_SENDS, EPOLLET, SERVER_WORKS, WOULD_BLOCK } from "../interface_values.ts";
import { type Address, cutOff, noteBlocked, type Turn } from "../interface_values.ts";
import type { Observer } from "../observer.ts";
import type { ConnectionContext, LibcPollable, WatchingList } from "./connection_context.ts";
import { ACTIVITY, CUT_OFF, place, STATE, TOLD_TO_END, TURN } from "./client_table.ts";
import { ERRNO, MSG_DONTWAIT, MSG_NOSIGNAL } from "../../system/system_interface.ts";

/**
 * How many bytes a connection moves at most in one turn of a loop, since all others wait meanwhile. A
 * call counts as at least {@linkcode MIN_BYTES}, since many small ones take their time too.
 */
export const MAX_BYTES_A_TURN = 1_048_576;
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

/** How many views are used again: one of each size up to this, and larger ones in their places. */
const CACHED_VIEWS = 1_024;

/**
 * Where all connections of a thread receive, one after another.
 *
 * `tryRecv` gives a view of it. A new view for each message would be all the garbage that a message
 * leaves, and would let the heap grow by tens of megabytes. So they are used again.
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
    const known = this.#views[countBytes % CACHED_VIEWS];
    if (known !== undefined && known.length === countBytes) return known;
    return this.#views[countBytes % CACHED_VIEWS] = this.bytes.subarray(0, countBytes);
  }
}

/** The half of a connection that an event loop uses. Once closed, it makes no system call. */
export abstract class ConnectedSocket implements LibcPollable {
  readonly kind = "connection";
  /** Why nothing can be moved any more. */
  protected fault: Error | undefined = undefined;
  protected stage: typeof OPEN | typeof FINISHED | typeof ENDED | typeof CLOSED = OPEN;
  /** Where the words begin that the {@linkcode ClientTable} has for this connection. */
  readonly #at: number;
  #edge: typeof NOT_WATCHED | typeof MAY_HAVE_MORE | typeof DRAINED | typeof HUNG_UP = NOT_WATCHED;
  #list: WatchingList | undefined = undefined;
  #contextTurn = 0;
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
    this.#at = place(fd);
    context.table.setThread(fd, context.thread);
  }

  get descriptor(): number {
    return this.stage === CLOSED ? -1 : this.fd;
  }

  get turn(): Turn {
    // Nothing else is ever stored there. Once the descriptor is closed, it may be another client's.
    return this.fd < 0 ? CLIENT_SENDS : this.context.table.words[this.#at + TURN] as Turn;
  }

  set turn(turn: Turn) {
    if (this.fd >= 0) this.context.table.words[this.#at + TURN] = turn;
  }

  tryRecv(sizeBytes: number): Uint8Array | typeof WOULD_BLOCK {
    if (this.stage === OPEN && this.#edge === DRAINED) return this.#wouldBlock();
    // The system will not report an end that the server has made, so that is not put off.
    if (this.stage === OPEN && !this.#hasTurn() && !this.isToldToEnd()) return this.#wouldBlock();
    const { buffer } = this.context;
    const maxBytes = Math.min(sizeBytes, buffer.bytes.length);
    const count = this.receive(buffer.bytes, maxBytes, MSG_DONTWAIT);
    if (count === WOULD_BLOCK) return this.#wouldBlock();
    if (count === 0) return NOTHING;
    this.#leftBytes -= Math.max(count, MIN_BYTES);
    // A short read means that the socket is drained: what comes next is an edge, epoll(7). Asking again
    // would be one more call for each message.
    if (this.#edge === MAY_HAVE_MORE && count < maxBytes) this.#edge = DRAINED;
    return buffer.view(count);
  }

  trySend(bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    const hasTurn = this.fault !== undefined || this.#hasTurn();
    const isTooMuch = bytes.length > MAX_BYTES_A_TURN;
    const some = isTooMuch ? bytes.subarray(0, MAX_BYTES_A_TURN) : bytes;
    const count = hasTurn ? this.transmit(some, MSG_NOSIGNAL | MSG_DONTWAIT) : WOULD_BLOCK;
    if (hasTurn) this.#leftBytes -= Math.max(count, MIN_BYTES);
    const isBlocked = count < some.length; // WOULD_BLOCK is negative
    if (isBlocked) noteBlocked(this, this.observer);
    else this.turn = SERVER_WORKS;
    if (isTooMuch && !isBlocked) this.#list?.lookAgain(this.fd);
    return count;
  }

  /** An interest list watches this connection for `events` from now on, or none any longer. */
  watchedBy(list: WatchingList | undefined, events: number): void {
    const isEdgeTriggered = (events & EPOLLET) !== 0;
    this.#list = isEdgeTriggered ? list : undefined;
    this.#edge = isEdgeTriggered ? MAY_HAVE_MORE : NOT_WATCHED;
  }

  /**
   * An interest list has reported this connection.
   *
   * @param isDrained it asked for readability and did not report it: what comes next is an edge
   */
  reported(hungUp: boolean, isDrained = false): void {
    if (this.#edge === NOT_WATCHED || this.#edge === HUNG_UP) return;
    this.#edge = hungUp ? HUNG_UP : isDrained ? DRAINED : MAY_HAVE_MORE;
  }

  /**
   * Makes `recv`.
   *
   * @returns how many bytes; 0 at the end; {@linkcode WOULD_BLOCK}
   * @throws {ConnectionReset} when the client is gone
   */
  protected receive(buffer: Uint8Array, sizeBytes: number, flags: number): number {
    const fd = this.open();
    for (let surprises = 0;;) {
      // Told to end, it still receives what has arrived; a call that blocked meanwhile is interrupted.
      const isToldToEnd = this.isToldToEnd();
      if (this.stage !== OPEN) return 0;
      const mode = isToldToEnd ? MSG_DONTWAIT : flags;
      const count = this.context.calls.recv(fd, buffer, sizeBytes, mode);
      if (count <= 0) this.isToldToEnd(); // it may have been cut off meanwhile
      if (isToldToEnd && count < sizeBytes && count !== -ERRNO.EINTR) this.stage = FINISHED;
      // recv(2): to receive into no room gives 0 as well.
      if (count === 0 && sizeBytes > 0) this.stage = ENDED;
      if (count > 0) this.received(buffer, count);
      if (count >= 0) return count;
      if (count === -ERRNO.EAGAIN) return isToldToEnd ? 0 : WOULD_BLOCK;
      if (count !== -ERRNO.EINTR) surprises = this.failed("recv", -count, surprises);
    }
  }

  /**
   * Makes `send`.
   *
   * @returns how many bytes, or {@linkcode WOULD_BLOCK}
   * @throws {ConnectionReset} when the client is gone
   */
  protected transmit(bytes: Uint8Array, flags: number): number {
    const fd = this.open();
    this.isToldToEnd(); // then it still sends, unless it is cut off
    for (let surprises = 0;;) {
      const count = this.context.calls.send(fd, bytes, bytes.length, flags);
      if (count >= 0) {
        this.sent(count);
        return count;
      }
      this.isToldToEnd();
      if (count === -ERRNO.EAGAIN) return WOULD_BLOCK;
      if (count !== -ERRNO.EINTR) surprises = this.failed("send", -count, surprises);
    }
  }

  /** What follows from an errno. @returns `surprises`, one more if it is one; then try again */
  protected abstract failed(call: string, errno: number, surprises: number): number;

  protected open(): number {
    if (this.stage === CLOSED) throw new Error("the connection is closed");
    return this.fd;
  }

  /** The first `count` bytes of `buffer` have been received. */
  protected received(buffer: Uint8Array, count: number): void {
    const { words } = this.context.table;
    words[this.#at + TURN] = SERVER_WORKS;
    words[this.#at + ACTIVITY]++;
    this.observer.received(this, buffer, count);
  }

  /** `count` bytes have been sent. */
  protected sent(count: number): void {
    this.context.table.words[this.#at + ACTIVITY]++;
    this.observer.sent(this, count);
  }

  /** It is the client's turn. */
  #wouldBlock(): typeof WOULD_BLOCK {
    this.turn = CLIENT_SENDS;
    return WOULD_BLOCK;
  }

  /** Whether more may be moved in this turn. If not, an edge-triggered list is asked to look again. */
  #hasTurn(): boolean {
    const { turn } = this.context;
    if (turn !== this.#contextTurn) {
      this.#contextTurn = turn;
      this.#leftBytes = MAX_BYTES_A_TURN;
    }
    if (this.#leftBytes > 0) return true;
    this.#list?.lookAgain(this.open());
    return false;
  }

  /** @throws the fault, if there is one: any thread may cut a client off, which then is served no longer */
  protected isToldToEnd(): boolean {
    // Read as it is: a call to the system lies between two readings, and `Atomics.load` takes ten times as long.
    const state = this.context.table.words[this.#at + STATE];
    if (state === CUT_OFF) this.fault ??= cutOff();
    if (this.fault !== undefined) throw this.fault;
    return state === TOLD_TO_END;
  }
}
