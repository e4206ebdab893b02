/**
 * A client on a socket of the system's whose bytes a ring of requests moves, io_uring(7).
 *
 * The system receives ahead of the server. What comes while a send is under way is kept where it arrived,
 * and is sent from there. When much has come, or the server wants nothing, the request to receive is
 * cancelled: a client that does not read is soon not received from. What such a client has sent, or does
 * not take, is copied, so that it never holds a buffer that others need.
 *
 * @module
 */

import {
  CLIENT_SENDS,
  CLIENT_TAKES,
  ConnectionReset,
  cutOff,
  noteBlocked,
  SERVER_WORKS,
} from "../interface.ts";
import { WOULD_BLOCK } from "../interface.ts";
import { CLOSED, ENDED, FINISHED, MAX_BYTES_A_TURN } from "./connected_socket.ts";
import { isReset, LibcConnection } from "./connection.ts";
import { KeptChunks } from "./kept_chunks.ts";
import type { RingRequests } from "./ring_requests.ts";
import { ERRNO, SystemCallError } from "../../system/system_interface.ts";

const NOTHING = new Uint8Array(0);
/** How many receipts may be kept until the request to receive is cancelled. */
const MANY_KEPT = 8;

/** Results after which the request to receive is made again, if the server still wants it. */
const MAKE_AGAIN: readonly number[] = [-ERRNO.ENOBUFS, -ERRNO.ECANCELED, -ERRNO.EINTR];

/** See the module. */
export class RingConnection extends LibcConnection {
  /** What {@linkcode CompletionQueue.didRecv} gives. */
  chunk: Uint8Array = NOTHING;
  #requests!: RingRequests<RingConnection>;
  /** Whether the server wants what arrives. */
  #isWanted = false;
  #kept!: KeptChunks;
  #isReceiving = false;
  #isLast = false;
  #isCancelling = false;
  #isSending = false;
  /** Whether the server wants to send more as soon as that is done. */
  #isAwaited = false;
  /** Whether the socket is full. */
  #isStalled = false;
  /** Whether it is a send that is done once it is handed over, if no result says otherwise. */
  #isAtOnce = false;
  #isClosing = false;
  #hasReportedFault = false;
  /** What is being sent, and the number of its buffer, or -1. */
  #out: Uint8Array = NOTHING;
  #outBuffer = -1;

  /** The fault that has ended the connection. */
  get error(): Error | undefined {
    return this.fault;
  }

  /** Call it once, before all else. */
  useRing(requests: RingRequests<RingConnection>): void {
    this.#requests = requests;
    this.#kept = new KeptChunks(requests.buffers);
  }

  /** From now on the server wants what arrives. */
  startReceiving(): void {
    this.#isWanted = true;
    this.#hasReportedFault = false;
    if (this.#kept.count > 0 || this.fault !== undefined) this.#requests.reportSoon(this);
    else this.#receive();
  }

  /** The server wants nothing. The request is cancelled only if something comes. */
  stopReceiving(): void {
    this.#isWanted = false;
  }

  override trySend(bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    const fd = this.open();
    this.isToldToEnd(); // then it still sends, unless it is cut off
    const isTooMuch = bytes.length > MAX_BYTES_A_TURN;
    if (this.#isSending || isTooMuch) {
      this.#isAwaited = true;
      this.#requests.hurry();
    }
    if (this.#isSending) return WOULD_BLOCK;
    const some = isTooMuch ? bytes.subarray(0, MAX_BYTES_A_TURN) : bytes;
    this.#outBuffer = this.#requests.claim(some);
    this.#out = this.#outBuffer < 0 ? copyOf(some) : some;
    this.#isSending = this.#isAtOnce = true;
    this.#requests.sendAtOnce(fd, this.#out, this);
    return some.length;
  }

  /** Nothing else would end a request to send what the client does not take. */
  override abort(): void {
    super.abort();
    if (this.fd >= 0) this.toldToEnd();
  }

  override close(): void {
    if (this.stage === CLOSED || this.#isClosing) return;
    this.#isClosing = true;
    this.#isWanted = false;
    this.#kept.clear();
    this.#closeWhenDone();
  }

  /**
   * A request to receive has a result.
   *
   * @param hasMore whether it goes on
   * @param buffer the number of the buffer that the result is in, or -1
   * @returns whether there is something to report
   */
  receiveDone(result: number, hasMore: boolean, buffer: number): boolean {
    if (!hasMore) this.#isReceiving = this.#isCancelling = false;
    if (this.#isClosing) return this.#closeWhenDone();
    if (result > 0) {
      const bytes = this.#requests.buffers.view(buffer, result);
      this.received(bytes, result);
      if (this.#isStalled) noteBlocked(this, this.observer); // as before: it is not served yet
      const isReported = this.#report(bytes);
      // A short read means that this was all there is to come.
      if (this.#isLast && result < this.context.buffer.bytes.length) return this.#end(isReported);
      if (this.#isWanted && !hasMore) this.#receive();
      return isReported;
    }
    if (result === 0) {
      this.stage = ENDED;
      return this.#report(NOTHING);
    }
    if (result === -ERRNO.ENOBUFS) this.#requests.buffers.provideMore();
    if (result === -ERRNO.EAGAIN && this.#isLast) return this.#end(false);
    if (!MAKE_AGAIN.includes(result)) return this.#fail("recv", -result);
    if (this.#isWanted && this.#kept.count === 0) this.#receive();
    return false;
  }

  /** The request to send has a result, which will be taken. */
  hasSendResult(): void {
    this.#isAtOnce = false;
  }

  /** The request to send is handed over. Without a result, all is sent. */
  handedOver(): void {
    if (this.#isAtOnce) this.sendDone(this.#out.length);
  }

  /** Whether a send that the server has waited for is done. */
  hasSent(): boolean {
    const hasSent = this.#isAwaited && !this.#isSending && !this.#isClosing;
    if (hasSent) this.#isAwaited = false;
    return hasSent && this.fault === undefined;
  }

  /** A request to send has a result. */
  sendDone(result: number): void {
    this.#isAtOnce = false;
    if (result > 0) this.sent(result);
    if (result === this.#out.length) return this.#allSent();
    const isFull = result >= 0 || result === -ERRNO.EAGAIN || result === -ERRNO.EINTR;
    if (isFull && this.fault === undefined) return this.#sendRest(Math.max(result, 0));
    this.#takeBackOut();
    if (this.#isClosing) {
      if (!isFull) this.fault ??= new ConnectionReset(new SystemCallError("send", -result).message);
      this.#closeWhenDone();
    } else if (this.fault === undefined) {
      this.#fail("send", -result);
      this.#hasReportedFault = false;
      this.#requests.reportSoon(this);
    }
  }

  /** Reports what was kept, or its fault. @returns whether there is something to report */
  reportKept(): boolean {
    if (this.#isClosing || this.stage === CLOSED) return false;
    if (this.fault !== undefined) return this.#reportFault();
    if (!this.#isWanted || this.#isStalled) return false;
    if (this.#kept.count === 0) this.#receive();
    else if (this.#isSending) this.#requests.hurry(); // nothing else would end the wait
    const kept = this.#isSending ? undefined : this.#kept.take();
    if (kept === undefined) return false;
    this.chunk = kept.bytes;
    this.#requests.lend(kept.buffer);
    return true;
  }

  /** The server has told it to end, or has cut it off: see the `DescriptorTable`. */
  toldToEnd(): void {
    if (!this.context.table.isCutOff(this.fd)) {
      if (this.#isReceiving && !this.#isLast) this.#cancelReceive();
      return;
    }
    this.fault ??= cutOff();
    if (this.#isClosing) this.#closeWhenDone();
    else {
      this.#requests.cancelAll(this.fd);
      this.#requests.reportSoon(this);
    }
  }

  #receive(): void {
    if (this.#isReceiving || this.stage === ENDED || this.stage === FINISHED) return;
    this.#isReceiving = true;
    this.#isLast = this.context.table.isFinished(this.fd);
    this.#requests.receive(this.fd, this.#isLast);
  }

  #cancelReceive(): void {
    if (!this.#isCancelling) this.#requests.cancelReceive(this.fd);
    this.#isCancelling = true;
  }

  /** @returns whether `bytes` are reported now; otherwise they are kept */
  #report(bytes: Uint8Array): boolean {
    this.chunk = bytes;
    if (this.#isWanted && !this.#isSending && this.#kept.count === 0) return true;
    const isShort = this.#isSending && !this.#isStalled;
    if (isShort) this.#requests.hurry();
    this.#kept.add(bytes, isShort ? this.#requests.claim(bytes) : -1);
    const isMuch = !isShort || this.#kept.count > MANY_KEPT;
    if (this.#isReceiving && isMuch) this.#cancelReceive();
    return false;
  }

  /** The server ends the client, and has received all that had arrived. */
  #end(hasReported: boolean): boolean {
    this.stage = FINISHED;
    if (!hasReported) return this.#report(NOTHING);
    this.#kept.add(NOTHING, -1);
    this.#requests.reportSoon(this);
    return true;
  }

  #fail(call: string, errno: number): boolean {
    const error = new SystemCallError(call, errno);
    if (isReset(errno)) this.observer.reset(this);
    this.fault = isReset(errno) ? new ConnectionReset(error.message) : error;
    return this.#reportFault();
  }

  #reportFault(): boolean {
    if (this.#hasReportedFault) return false;
    return this.#hasReportedFault = true;
  }

  #allSent(): void {
    this.#takeBackOut();
    if (this.#isStalled) this.turn = this.#isWanted ? CLIENT_SENDS : SERVER_WORKS;
    this.#isStalled = false;
    if (this.#isClosing) this.#closeWhenDone();
    else if (this.#isAwaited) this.#requests.reportSoon(this);
    else if (this.#isWanted) this.startReceiving();
    else this.#kept.copy(); // the server sleeps, perhaps for long
  }

  /** Sends what the socket did not take as soon as it has room, from memory of its own. */
  #sendRest(sentBytes: number): void {
    const rest = this.#out.subarray(sentBytes);
    const isInBuffer = this.#outBuffer >= 0;
    const out = isInBuffer ? copyOf(rest) : rest;
    this.#takeBackOut();
    this.#out = out;
    this.#isSending = true;
    if (!this.#isStalled) this.observer.blocked(this);
    this.#isStalled = true;
    this.#kept.copy();
    this.turn = CLIENT_TAKES;
    this.#requests.send(this.fd, out);
  }

  /** Nothing is being sent. */
  #takeBackOut(): void {
    this.#isSending = false;
    if (this.#outBuffer >= 0) this.#requests.buffers.give(this.#outBuffer);
    this.#outBuffer = -1;
    this.#out = NOTHING;
  }

  /** Closes once all requests have their results: they hold on to the socket. @returns false */
  #closeWhenDone(): false {
    if (!this.#isReceiving && !this.#isSending) {
      this.#requests.forget(this);
      super.close();
    } else if (this.fault !== undefined) this.#requests.cancelAll(this.fd);
    else if (this.#isReceiving) this.#cancelReceive();
    return false;
  }
}

/** A copy that stays where it is: small arrays would lie in the heap, where the collector moves them. */
function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new ArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
