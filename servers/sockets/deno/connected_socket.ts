/**
 * How bytes move through a connection of Deno's. How it ends is in `connection.ts`.
 *
 * @module
 */

import {
  ConnectionReset,
  EPOLLERR,
  EPOLLIN,
  EPOLLOUT,
  noteBlocked,
  WOULD_BLOCK,
} from "../interface.ts";
import { CLIENT_SENDS, CLIENT_TAKES, SERVER_WORKS } from "../interface.ts";
import { type Address, INTERRUPTED, type Interrupting, type Turn } from "../interface.ts";
import { interruptedRecv } from "../interrupted_recv.ts";
import type { Observer } from "../observer.ts";
import type { DenoPollable, DenoReactor, Registration } from "./reactor.ts";
import { isOfOperation, isReset } from "./faults.ts";
import { toError } from "../../system/thrown.ts";
import { ReceiveBuffer } from "./receive_buffer.ts";
import { SendBuffer } from "./send_buffer.ts";

const NOTHING = new Uint8Array(0);
const END = Promise.resolve(null);

/**
 * A `Deno.TcpConn` that can also be asked without waiting.
 *
 * Deno only has operations that complete later. So one read is always outstanding, and its result plays
 * the part of the kernel's receive buffer. A {@linkcode SendBuffer} plays the part of its send buffer.
 */
export abstract class ConnectedSocket implements DenoPollable {
  readonly kind = "connection";
  readonly peer: Address;
  registration: Registration | undefined = undefined;
  look = 0;
  activity = 0;
  turn: Turn = SERVER_WORKS;

  protected readonly receiveBuffer: ReceiveBuffer;
  protected sendBuffer: SendBuffer | undefined = undefined;
  /** Whether a read is outstanding whose bytes the receive buffer gets. */
  protected reading = false;
  protected blockedInRecv = false;
  /** The client sent its last byte. */
  protected ended = false;
  /** The server wants no more of the client's bytes: `recv` reports the end. */
  protected finished = false;
  /** Why nothing can be moved any more. */
  protected fault: Error | undefined = undefined;
  protected closing = false;
  /** A read was asked for while there was something to write, and is begun after it. */
  #armWhenSent = false;
  /** The caller's buffer, while a blocking call fills it. */
  #buffer: Uint8Array = NOTHING;

  constructor(
    readonly id: number,
    protected readonly conn: Deno.TcpConn,
    protected readonly reactor: DenoReactor,
    recvSizeBytes: number,
    protected readonly observer: Observer = reactor.observer,
  ) {
    this.receiveBuffer = new ReceiveBuffer(recvSizeBytes);
    this.peer = { host: conn.remoteAddr.hostname, port: conn.remoteAddr.port };
  }

  /** A read of a closed connection is over: reads on until the client's stream is at its end. */
  protected abstract discard(): void;

  /** Nothing can be received or sent any more. */
  protected abstract failed(): void;

  /** Whether bytes of the client wait to be received. */
  get hasUnread(): boolean {
    return this.receiveBuffer.sizeBytes > 0;
  }

  recv(buffer: Uint8Array): number | Promise<number> {
    if (this.finished || this.ended) return 0;
    this.turn = CLIENT_SENDS;
    return this.read(buffer).then(this.#onRecv, this.#onFailed);
  }

  async send(bytes: Uint8Array): Promise<void> {
    this.turn = CLIENT_TAKES;
    try {
      for (let sent = 0; sent < bytes.length;) {
        sent += this.wrote(await this.write(sent === 0 ? bytes : bytes.subarray(sent)));
      }
    } catch (error) {
      throw this.explain(error);
    }
  }

  interruptBy(outbox: Interrupting): void {
    const read = interruptedRecv(
      (buffer) => ConnectedSocket.prototype.read.call(this, buffer),
      outbox,
    );
    this.read = (buffer) => {
      this.turn = CLIENT_SENDS;
      return read(buffer);
    };
  }

  read(buffer: Uint8Array): Promise<number | null> {
    if (this.fault !== undefined) throw this.fault;
    if (this.finished || this.ended) return END;
    this.turn = CLIENT_SENDS;
    this.#buffer = buffer;
    this.blockedInRecv = true;
    return this.conn.read(buffer);
  }

  didRead(count: number | null): number {
    if (count === INTERRUPTED) return count; // the read goes on
    this.blockedInRecv = false;
    if (count === null) this.ended = true;
    if (this.closing) this.discard();
    if (count === null || this.finished) return 0;
    this.turn = SERVER_WORKS;
    this.activity++;
    this.observer.received(this, this.#buffer, count);
    return count;
  }

  write(bytes: Uint8Array): Promise<number> {
    this.turn = CLIENT_TAKES;
    return this.conn.write(bytes);
  }

  wrote(count: number): number {
    this.turn = SERVER_WORKS;
    this.activity++;
    this.observer.sent(this, count);
    return count;
  }

  tryRecv(sizeBytes: number): Uint8Array | typeof WOULD_BLOCK {
    if (this.receiveBuffer.sizeBytes === 0) {
      if (this.fault !== undefined) throw this.fault;
      if (this.ended || this.finished) return NOTHING;
      if (this.registration !== undefined) this.registration.disarmed();
      else this.arm();
      this.turn = CLIENT_SENDS;
      return WOULD_BLOCK;
    }
    const bytes = this.receiveBuffer.take(sizeBytes);
    // A read that begins when a write is done could overwrite these bytes while they are borrowed.
    this.#armWhenSent = false;
    this.registration?.disarmed();
    this.turn = SERVER_WORKS;
    this.activity++;
    this.observer.received(this, bytes, bytes.length);
    return bytes;
  }

  retain(bytes: Uint8Array): Uint8Array {
    this.receiveBuffer.retain(bytes);
    return bytes;
  }

  release(bytes: Uint8Array): void {
    this.receiveBuffer.release(bytes);
  }

  trySend(bytes: Uint8Array): number {
    if (this.fault !== undefined) throw this.fault;
    this.sendBuffer ??= new SendBuffer(this.conn, this.#onSent, this.onFault);
    const count = this.receiveBuffer.owns(bytes)
      ? this.sendBuffer.borrow(bytes)
      : this.sendBuffer.take(bytes);
    if (count > 0) this.wrote(count);
    const isBlocked = count < bytes.length;
    if (isBlocked) noteBlocked(this, this.observer);
    else this.turn = SERVER_WORKS;
    return count === 0 && bytes.length > 0 ? WOULD_BLOCK : count;
  }

  holds(asked: number): number {
    if (this.fault !== undefined) return asked;
    const readable = (asked & EPOLLIN) !== 0 &&
      (this.receiveBuffer.sizeBytes > 0 || this.ended || this.finished);
    const writable = (asked & EPOLLOUT) !== 0 &&
      (this.sendBuffer === undefined || this.sendBuffer.hasRoom());
    return (readable ? EPOLLIN : 0) | (writable ? EPOLLOUT : 0);
  }

  isArmed(): boolean {
    return this.reading || this.#armWhenSent;
  }

  arm(): void {
    if (this.reading || this.ended || this.fault !== undefined) return;
    // One after the other, as a blocking server does it: an answer is written before the next read is
    // begun, which would find nothing yet and would overwrite what the answer may consist of.
    if (this.sendBuffer !== undefined && this.sendBuffer.isWriting) {
      this.#armWhenSent = true;
      return;
    }
    const space = this.receiveBuffer.space();
    if (space === undefined) return;
    this.reading = true;
    this.conn.read(space).then(this.#onRead, this.onFault);
  }

  explain(error: unknown): Error {
    if (!isOfOperation(error)) return toError(error); // a read may go on
    this.blockedInRecv = false;
    return this.#noteFault(error);
  }

  readonly #onRead = (count: number | null): void => {
    this.reading = false;
    if (count === null) this.ended = true;
    if (this.closing) {
      this.discard();
      return;
    }
    if (count !== null) this.receiveBuffer.stored(count);
    this.reactor.signal(this, EPOLLIN);
  };

  readonly #onSent = (hasRoomAgain: boolean): void => {
    this.activity++; // the client takes its bytes
    if (this.#armWhenSent && !this.sendBuffer?.isWriting) {
      this.#armWhenSent = false;
      if (!this.closing) this.arm();
    }
    if (hasRoomAgain && !this.closing) this.reactor.signal(this, EPOLLOUT);
  };

  protected readonly onFault = (error: unknown): void => {
    this.reading = false;
    this.#noteFault(error);
    this.sendBuffer?.giveUp();
    this.failed();
    this.reactor.signal(this, EPOLLIN | EPOLLOUT | EPOLLERR);
  };

  #noteFault(error: unknown): Error {
    if (this.fault !== undefined) return this.fault;
    if (!isReset(error)) return this.fault = toError(error);
    this.observer.reset(this);
    return this.fault = new ConnectionReset(error.message);
  }

  // Bound once per connection: an async function in place of these would cost a frame per message.
  readonly #onRecv = (count: number | null): number => this.didRead(count);

  readonly #onFailed = (error: unknown): never => {
    throw this.explain(error);
  };
}
