import type { Connection, Interrupting } from "../interface.ts";
import {
  CLIENT_SENDS,
  CLIENT_TAKES,
  ConnectionReset,
  cutOff,
  EPOLLIN,
  EPOLLOUT,
  INTERRUPTED,
  SERVER_WORKS,
  WOULD_BLOCK,
} from "../interface_values.ts";
import { CLOSED, ConnectedSocket, ENDED, FINISHED } from "./connected_socket.ts";
import { ERRNO, SystemCallError, type SystemCalls } from "../../system/system_interface.ts";
import { MSG_DONTWAIT, MSG_NOSIGNAL, MSG_PEEK } from "../../system/system_interface.ts";
import { SHUT_RD, SHUT_WR, SO_LINGER, SOL_SOCKET } from "../../system/system_interface.ts";
import { toError } from "../../system/thrown.ts";

/** How long a closed connection waits for the other side's last byte before it gives up on it. */
const LINGER_MS = 1_000;
const LINGER_POLL_INTERVAL_MS = 5;

/** So often it waits also when there is something: a client that never pauses would hold up what else is heard. */
const RECVS_A_TURN = 32;

/** `struct linger`: on, and for no time at all, socket(7). */
const NO_LINGER = Int32Array.of(1, 0);
const byte = new Uint8Array(1);

/** An address of the family `AF_UNSPEC`, which is 0. */
const NO_ADDRESS = new Uint8Array(16);

/** A connected client on a socket of the system's: what a loop does not need for each message. */
export class LibcConnection extends ConnectedSocket implements Connection {
  #outbox: Interrupting | undefined = undefined;
  #recvsToHear = 0;

  get activity(): number {
    return this.fd < 0 ? 0 : this.context.table.activity(this.fd);
  }

  get hasUnread(): boolean {
    return this.fd >= 0 && hasUnread(this.context.calls, this.fd);
  }

  recv(buffer: Uint8Array): number | Promise<number> {
    this.turn = CLIENT_SENDS;
    if (this.#outbox?.isWaiting) return INTERRUPTED;
    const { context } = this;
    if (context.waitFor !== undefined) return this.#recvAndHear(buffer);
    return this.receive(buffer, buffer.length, 0);
  }

  /** Receives when there is something, so that the thread is not blocked in the call. */
  async #recvAndHear(buffer: Uint8Array): Promise<number> {
    for (;;) {
      if (this.#outbox?.isWaiting) return INTERRUPTED;
      const isTurn = ++this.#recvsToHear % RECVS_A_TURN === 0;
      const count = isTurn ? WOULD_BLOCK : this.receive(buffer, buffer.length, MSG_DONTWAIT);
      if (count !== WOULD_BLOCK) return count;
      await this.context.waitFor?.(this.fd, EPOLLIN);
    }
  }

  interruptBy(outbox: Interrupting): void {
    this.#outbox = outbox;
    outbox.onWaiting = () => this.context.interruptWait();
  }

  send(bytes: Uint8Array): void | Promise<void> {
    this.turn = CLIENT_TAKES;
    if (this.context.waitFor !== undefined) return this.#sendAndHear(bytes);
    for (let sent = 0; sent < bytes.length;) {
      const count = this.transmit(sent === 0 ? bytes : bytes.subarray(sent), MSG_NOSIGNAL);
      if (count !== WOULD_BLOCK) sent += count;
    }
    this.turn = SERVER_WORKS;
  }

  /** Sends as the socket takes it. A client that does not read is let go by what is heard meanwhile. */
  async #sendAndHear(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      const count = this.transmit(bytes.subarray(sent), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count !== WOULD_BLOCK) sent += count;
      else await this.context.waitFor?.(this.fd, EPOLLOUT);
    }
    this.turn = SERVER_WORKS;
  }

  retain(bytes: Uint8Array): Uint8Array {
    return bytes.slice();
  }

  release(): void {}

  explain(error: unknown): Error {
    return toError(error);
  }

  /**
   * @throws {ConnectionReset} when the client is gone
   * @throws {SystemCallError} for any other error, when it comes twice. Between a call and the reading
   *   of errno the runtime may make calls of its own, so very rarely errno belongs to another call.
   */
  protected failed(call: string, errno: number, surprises: number): number {
    const error = new SystemCallError(call, errno);
    if (isReset(errno)) {
      this.observer.reset(this);
      throw this.fault = new ConnectionReset(error.message);
    }
    if (surprises > 0) throw error;
    return surprises + 1;
  }

  shutdownWrite(): void {
    if (this.stage !== CLOSED) this.context.calls.shutdown(this.fd, SHUT_WR);
  }

  /** From now on receiving reports the end of the stream, after what has arrived. */
  finish(): void {
    if (this.stage === CLOSED) return;
    this.context.table.finish(this.fd);
    this.reported(false);
    this.context.wake();
  }

  /** {@linkcode finish}, because the client was silent. */
  dismiss(): void {
    if (this.stage === CLOSED) return;
    this.context.table.dismiss(this.fd);
    this.finish();
  }

  /** Ends the connection now; what it still holds is lost. */
  abort(): void {
    if (this.fd < 0) return;
    const { calls, table } = this.context;
    this.fault ??= cutOff();
    table.finish(this.fd, (fd) => cutSocketOff(calls, fd), false);
    this.context.wake();
    this.context.interruptWait(); // which may be for the client to take something
    if (this.stage === CLOSED) this.#giveBack();
  }

  /**
   * Of one that was cut off and cannot be closed yet, because another thread may be about to use its
   * descriptor: resets it now, connect(2) to no address.
   */
  resetNow(): void {
    const { calls, table } = this.context;
    if (this.fd >= 0 && table.isCutOff(this.fd)) {
      calls.connect(this.fd, NO_ADDRESS, NO_ADDRESS.length);
    }
  }

  /**
   * Gives the descriptor away, for another thread to make a connection of it. Closes this object, but
   * not the client's connection.
   */
  detach(): number {
    const fd = this.open();
    this.stage = CLOSED;
    this.fd = -1;
    this.context.released(this);
    return fd;
  }

  /**
   * Ends the connection. If the client has not ended yet, sends the end and waits for the client's:
   * closing with bytes unread would reset the connection and destroy those on their way, tcp(7).
   */
  close(): void {
    if (this.stage === CLOSED) return;
    const { context: { calls, table }, observer } = this;
    const stage = this.stage;
    this.stage = CLOSED;
    const isCutOff = table.isCutOff(this.fd);
    if (isCutOff) {
      resetWhenClosed(calls, this.fd); // in another process, one can only say that it is to be cut off
      observer.cutOff(this);
    }
    if (!isCutOff && stage === FINISHED && table.isDismissed(this.fd)) observer.dismissed(this);
    observer.closed(this);
    const isOver = stage === ENDED || this.fault !== undefined || isCutOff;
    if (isOver) return this.#giveBack();
    calls.shutdown(this.fd, SHUT_WR);
    const untilMs = performance.now() + LINGER_MS;
    this.lookForEnd(untilMs);
    if (this.fd >= 0) this.context.linger(this, untilMs);
  }

  /** {@linkcode lookForEnd} until it is found, on a thread that has nothing else to do. */
  waitForEnd(untilMs: number): void {
    while (this.fd >= 0) {
      this.context.calls.poll(null, 0, LINGER_POLL_INTERVAL_MS);
      this.lookForEnd(untilMs);
    }
  }

  /** Of a closed connection: gives back its descriptor if the client has ended, or it is late. */
  lookForEnd(untilMs: number): void {
    const { calls, buffer: { bytes } } = this.context;
    while (performance.now() < untilMs) {
      const count = calls.recv(this.fd, bytes, bytes.length, MSG_DONTWAIT);
      if (count === -ERRNO.EAGAIN) return;
      if (count <= 0 && count !== -ERRNO.EINTR) break;
    }
    this.#giveBack();
  }

  #giveBack(): void {
    const fd = this.fd;
    this.fd = -1;
    this.context.table.remove(fd);
    // The descriptor is free whatever close(2) returns.
    this.context.calls.close(fd);
    this.context.released(this);
  }
}

/**
 * Whether the client or the network has ended the connection, recv(2), send(2) and tcp(7).
 *
 * @param errno of a call on it
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ERRNO } from "../../system/system_interface.ts";
 * assertEquals(isReset(ERRNO.ECONNRESET), true);
 * ```
 */
export function isReset(errno: number): boolean {
  return errno === ERRNO.ECONNRESET || errno === ERRNO.EPIPE || errno === ERRNO.ETIMEDOUT ||
    errno === ERRNO.ECONNABORTED || errno === ERRNO.EHOSTUNREACH || errno === ERRNO.ENETUNREACH ||
    errno === ERRNO.ENETDOWN || errno === ERRNO.ENOTCONN;
}

/**
 * Whether there are bytes to be received.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { socketPair } from "../../system/socket_pair.ts";
 * import { systemCalls } from "../../system/system_calls.ts";
 * const calls = systemCalls();
 * const [near, far] = socketPair();
 * calls.write(far, Uint8Array.of(1), 1);
 * assertEquals(hasUnread(calls, near), true);
 * calls.close(near);
 * calls.close(far);
 * ```
 */
export function hasUnread(calls: SystemCalls, fd: number): boolean {
  return calls.recv(fd, byte, byte.length, MSG_PEEK | MSG_DONTWAIT) > 0;
}

/**
 * Closing the socket resets the connection, and throws away what is still to be sent.
 *
 * @example
 * ```ts
 * import { AF_INET, SOCK_STREAM, systemCalls } from "../../system/system_calls.ts";
 * const calls = systemCalls();
 * const fd = calls.socket(AF_INET, SOCK_STREAM, 0);
 * resetWhenClosed(calls, fd);
 * calls.close(fd);
 * ```
 */
export function resetWhenClosed(calls: SystemCalls, fd: number): void {
  calls.setsockopt(fd, SOL_SOCKET, SO_LINGER, NO_LINGER, NO_LINGER.byteLength);
}

/**
 * Has a socket end with a reset once it is closed, and wakes the thread that waits to receive from it.
 * Call it while no other thread can close the socket.
 *
 * @example
 * ```ts
 * import { AF_INET, SOCK_STREAM, systemCalls } from "../../system/system_calls.ts";
 * const calls = systemCalls();
 * const fd = calls.socket(AF_INET, SOCK_STREAM, 0);
 * cutSocketOff(calls, fd); // recv returns 0 now, and close(2) will reset the connection
 * calls.close(fd);
 * ```
 */
export function cutSocketOff(calls: SystemCalls, fd: number): void {
  resetWhenClosed(calls, fd);
  // For reading only, which the client does not see. Shut down for writing, the socket would send an
  // end of stream, and a part of an answer would look whole.
  calls.shutdown(fd, SHUT_RD);
}
