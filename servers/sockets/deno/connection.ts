import { ConnectionReset, EPOLLERR, EPOLLIN, EPOLLOUT, WOULD_BLOCK } from "../interface.ts";
import { CLIENT_SENDS, CLIENT_TAKES, SERVER_WORKS } from "../interface.ts";
import type { Address, Connection, Turn } from "../interface.ts";
import type { Observer } from "../observer.ts";
import type { DenoPollable, DenoReactor, Registration } from "./reactor.ts";
import { isOfOperation, isReset } from "./faults.ts";
import { resetOwn } from "./descriptors.ts";
import { toError } from "../../system/thrown.ts";
import { ReceiveBuffer } from "./receive_buffer.ts";
import { SendBuffer } from "./send_buffer.ts";

/** How long a closed connection waits for the other side's last byte before it gives up on it. */
const LINGER_MS = 1_000;
/** How long a closed connection tries to send its last bytes to a client that takes nothing. */
const STALLED_MS = 60_000;

const NOTHING = new Uint8Array(0);
const END = Promise.resolve(null);

/**
 * A `Deno.TcpConn` that can also be asked without waiting.
 *
 * Deno only has operations that complete later. So one read is always outstanding, and its result plays
 * the part of the kernel's receive buffer. A {@linkcode SendBuffer} plays the part of its send buffer.
 */
export class DenoConnection implements Connection, DenoPollable {
  readonly kind = "connection";
  readonly id: number;
  readonly peer: Address;
  registration: Registration | undefined = undefined;
  look = 0;
  activity = 0;
  turn: Turn = SERVER_WORKS;

  readonly #conn: Deno.TcpConn;
  readonly #reactor: DenoReactor;
  readonly #observer: Observer;
  readonly #receiveBuffer: ReceiveBuffer;
  #sendBuffer: SendBuffer | undefined = undefined;
  #reading = false;
  /** A read was asked for while there was something to write, and is begun after it. */
  #armWhenSent = false;
  #blockedInRecv = false;
  /** The caller's buffer, while a blocking call fills it. */
  #buffer: Uint8Array = NOTHING;
  /** The client sent its last byte. */
  #ended = false;
  /** The server wants no more of the client's bytes: `recv` reports the end. */
  #finished = false;
  #fault: Error | undefined = undefined;
  #closing = false;
  #streamEnded: PromiseWithResolvers<void> | undefined = undefined;
  #released = false;
  #overdue: ReturnType<typeof setTimeout> | undefined = undefined;

  constructor(
    id: number,
    conn: Deno.TcpConn,
    reactor: DenoReactor,
    recvSizeBytes: number,
    observer: Observer = reactor.observer,
  ) {
    this.id = id;
    this.#conn = conn;
    this.#reactor = reactor;
    this.#observer = observer;
    this.#receiveBuffer = new ReceiveBuffer(recvSizeBytes);
    this.peer = { host: conn.remoteAddr.hostname, port: conn.remoteAddr.port };
  }

  recv(buffer: Uint8Array): number | Promise<number> {
    if (this.#finished || this.#ended) return 0;
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

  read(buffer: Uint8Array): Promise<number | null> {
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#finished || this.#ended) return END;
    this.turn = CLIENT_SENDS;
    this.#buffer = buffer;
    this.#blockedInRecv = true;
    return this.#conn.read(buffer);
  }

  didRead(count: number | null): number {
    this.#blockedInRecv = false;
    if (count === null) this.#ended = true;
    if (this.#closing) this.#goOnDiscarding();
    if (count === null || this.#finished) return 0;
    this.turn = SERVER_WORKS;
    this.activity++;
    this.#observer.received(this, this.#buffer, count);
    return count;
  }

  write(bytes: Uint8Array): Promise<number> {
    this.turn = CLIENT_TAKES;
    return this.#conn.write(bytes);
  }

  wrote(count: number): number {
    this.turn = SERVER_WORKS;
    this.activity++;
    this.#observer.sent(this, count);
    return count;
  }

  tryRecv(sizeBytes: number): Uint8Array | typeof WOULD_BLOCK {
    if (this.#receiveBuffer.sizeBytes === 0) {
      if (this.#fault !== undefined) throw this.#fault;
      if (this.#ended || this.#finished) return NOTHING;
      if (this.registration !== undefined) this.registration.disarmed();
      else this.arm();
      this.turn = CLIENT_SENDS;
      return WOULD_BLOCK;
    }
    const bytes = this.#receiveBuffer.take(sizeBytes);
    // A read that begins when a write is done could overwrite these bytes while they are borrowed.
    this.#armWhenSent = false;
    this.registration?.disarmed();
    this.turn = SERVER_WORKS;
    this.activity++;
    this.#observer.received(this, bytes, bytes.length);
    return bytes;
  }

  retain(bytes: Uint8Array): Uint8Array {
    this.#receiveBuffer.retain(bytes);
    return bytes;
  }

  release(bytes: Uint8Array): void {
    this.#receiveBuffer.release(bytes);
  }

  trySend(bytes: Uint8Array): number {
    if (this.#fault !== undefined) throw this.#fault;
    this.#sendBuffer ??= new SendBuffer(this.#conn, this.#onSent, this.#onFault);
    const count = this.#receiveBuffer.owns(bytes)
      ? this.#sendBuffer.borrow(bytes)
      : this.#sendBuffer.take(bytes);
    if (count > 0) this.wrote(count);
    const isBlocked = count < bytes.length;
    // Told once, however often it is tried: a loop that never waits tries all the time.
    if (isBlocked && this.turn !== CLIENT_TAKES) this.#observer.blocked(this);
    this.turn = isBlocked ? CLIENT_TAKES : SERVER_WORKS;
    return count === 0 && bytes.length > 0 ? WOULD_BLOCK : count;
  }

  isReadable(): boolean {
    return this.#receiveBuffer.sizeBytes > 0 || this.#ended || this.#finished ||
      this.#fault !== undefined;
  }

  isWritable(): boolean {
    return this.#fault !== undefined || this.#sendBuffer === undefined ||
      this.#sendBuffer.hasRoom();
  }

  isFaulty(): boolean {
    return this.#fault !== undefined;
  }

  isArmed(): boolean {
    return this.#reading || this.#armWhenSent;
  }

  arm(): void {
    if (this.#reading || this.#ended || this.#fault !== undefined) return;
    // One after the other, as a blocking server does it: an answer is written before the next read is
    // begun, which would find nothing yet and would overwrite what the answer may consist of.
    if (this.#sendBuffer !== undefined && this.#sendBuffer.isWriting) {
      this.#armWhenSent = true;
      return;
    }
    const space = this.#receiveBuffer.space();
    if (space === undefined) return;
    this.#reading = true;
    this.#conn.read(space).then(this.#onRead, this.#onFault);
  }

  explain(error: unknown): Error {
    this.#blockedInRecv = false;
    return isOfOperation(error) ? this.#noteFault(error) : toError(error);
  }

  /** From now on receiving reports the end of the stream. A waiting {@linkcode recv} returns. */
  finish(): void {
    if (this.#finished || this.#closing) return;
    this.#finished = true;
    // Deno cannot cancel a read. But a server that waits in recv has sent everything, so it may ask
    // the client to end the read: the client sees the end of the server's stream, and ends its own.
    if (!this.#blockedInRecv) {
      this.#reactor.signal(this, EPOLLIN);
      return;
    }
    this.#conn.closeWrite().catch(this.#onFault);
    this.#overdue = setTimeout(() => {
      if (this.#blockedInRecv) this.#giveUp();
    }, LINGER_MS);
  }

  /** {@linkcode finish}, because the client was silent. */
  dismiss(): void {
    if (this.#finished || this.#closing) return;
    this.#observer.dismissed(this);
    this.finish();
  }

  /** Whether bytes of the client wait to be received. */
  get hasUnread(): boolean {
    return this.#receiveBuffer.sizeBytes > 0;
  }

  /** Gives the descriptor back now, whatever is still to be sent. */
  abort(): void {
    if (this.#released) return;
    if (!this.#closing) this.#observer.cutOff(this);
    resetOwn(this.peer);
    this.#giveUp();
  }

  #giveUp(): void {
    this.#fault ??= new ConnectionReset("closed by the server");
    this.#release();
    this.#reactor.signal(this, EPOLLIN | EPOLLOUT | EPOLLERR);
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = this.#finished = true;
    this.#receiveBuffer.clear();
    const { registration } = this;
    this.registration = undefined;
    registration?.signal(EPOLLIN); // ends a wait to receive
    this.#observer.closed(this);
    this.#closeGently();
  }

  /**
   * Sends the last bytes and the end of the stream, and waits for the client's end. Closing earlier
   * with bytes unread would reset the connection and destroy the bytes that are still on their way.
   */
  async #closeGently(): Promise<void> {
    if (this.#sendBuffer !== undefined) await this.#sendBuffer.sent(STALLED_MS);
    if (this.#fault === undefined && !this.#ended) {
      const ended = this.#streamEnded = Promise.withResolvers<void>();
      clearTimeout(this.#overdue);
      this.#overdue = setTimeout(() => this.#release(), LINGER_MS);
      try {
        await this.#conn.closeWrite();
        if (!this.#reading && !this.#blockedInRecv) this.#goOnDiscarding();
        await ended.promise;
      } catch {
        // Whatever went wrong, nothing more can be sent.
      }
    }
    this.#release();
  }

  /** Reads on after closing, once the read that was outstanding then is done. */
  async #goOnDiscarding(): Promise<void> {
    const scrap = new Uint8Array(4_096);
    try {
      while (!this.#ended) this.#ended = await this.#conn.read(scrap) === null;
    } catch {
      // A reset ends the stream as well.
    }
    this.#streamEnded?.resolve();
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    clearTimeout(this.#overdue);
    if (!this.#closing) this.#observer.closed(this);
    this.#closing = true;
    if (this.#sendBuffer?.isWriting === true) {
      this.#fault ??= new ConnectionReset("closed by the server"); // the server causes the failures from now on
      resetOwn(this.peer); // Deno 2.5 cannot cancel a write, and keeps the socket until it ends
    }
    this.#conn.close();
    this.#reactor.release(this);
  }

  readonly #onRead = (count: number | null): void => {
    this.#reading = false;
    if (count === null) this.#ended = true;
    if (this.#closing) {
      this.#goOnDiscarding();
      return;
    }
    if (count !== null) this.#receiveBuffer.stored(count);
    this.#reactor.signal(this, EPOLLIN);
  };

  readonly #onSent = (hasRoomAgain: boolean): void => {
    this.activity++; // the client takes its bytes
    if (this.#armWhenSent && !this.#sendBuffer?.isWriting) {
      this.#armWhenSent = false;
      if (!this.#closing) this.arm();
    }
    if (hasRoomAgain && !this.#closing) this.#reactor.signal(this, EPOLLOUT);
  };

  readonly #onFault = (error: unknown): void => {
    this.#reading = false;
    this.#noteFault(error);
    this.#sendBuffer?.giveUp();
    this.#streamEnded?.resolve();
    this.#reactor.signal(this, EPOLLIN | EPOLLOUT | EPOLLERR);
  };

  #noteFault(error: unknown): Error {
    if (this.#fault !== undefined) return this.#fault;
    if (!isReset(error)) return this.#fault = toError(error);
    this.#observer.reset(this);
    return this.#fault = new ConnectionReset(error.message);
  }

  // Bound once per connection: an async function in place of these would cost a frame per message.
  readonly #onRecv = (count: number | null): number => this.didRead(count);

  readonly #onFailed = (error: unknown): never => {
    throw this.explain(error);
  };
}
