import { type Connection, cutOff, EPOLLERR, EPOLLIN, EPOLLOUT } from "../interface.ts";
import { ConnectedSocket } from "./connected_socket.ts";
import { resetOwn } from "./descriptors.ts";

/** How long a closed connection waits for the other side's last byte before it gives up on it. */
const LINGER_MS = 1_000;
/** How long a closed connection tries to send its last bytes to a client that takes nothing. */
const STALLED_MS = 60_000;

/** A connected client on a socket of Deno's, and the ways in which it ends. */
export class DenoConnection extends ConnectedSocket implements Connection {
  #streamEnded: PromiseWithResolvers<void> | undefined = undefined;
  #released = false;
  /** The end of the stream is being sent, or was. */
  #shut: Promise<void> | undefined = undefined;
  #overdue: ReturnType<typeof setTimeout> | undefined = undefined;

  shutdownWrite(): void {
    if (!this.closing) this.#shut ??= this.#sendEnd().catch(this.onFault);
  }

  /** Sends the last bytes and the end of the stream. */
  async #sendEnd(): Promise<void> {
    await this.sendBuffer?.sent(STALLED_MS);
    if (this.fault === undefined) await this.conn.closeWrite();
  }

  /** From now on receiving reports the end of the stream. A waiting {@linkcode recv} returns. */
  finish(): void {
    if (this.finished || this.closing) return;
    this.finished = true;
    // Deno cannot cancel a read. But a server that waits in recv has sent everything, so it may ask
    // the client to end the read: the client sees the end of the server's stream, and ends its own.
    if (!this.blockedInRecv) {
      this.reactor.signal(this, EPOLLIN);
      return;
    }
    this.conn.closeWrite().catch(this.onFault);
    this.#overdue = setTimeout(() => {
      if (this.blockedInRecv) this.#giveUp();
    }, LINGER_MS);
  }

  /** {@linkcode finish}, because the client was silent. */
  dismiss(): void {
    if (this.finished || this.closing) return;
    this.observer.dismissed(this);
    this.finish();
  }

  /** Gives the descriptor back now, whatever is still to be sent. */
  abort(): void {
    if (this.#released) return;
    if (!this.closing) this.observer.cutOff(this);
    resetOwn(this.peer);
    this.#giveUp();
  }

  #giveUp(): void {
    this.fault ??= cutOff();
    this.#release();
    this.reactor.signal(this, EPOLLIN | EPOLLOUT | EPOLLERR);
  }

  close(): void {
    if (this.closing) return;
    this.closing = this.finished = true;
    this.receiveBuffer.clear();
    const { registration } = this;
    this.registration = undefined;
    registration?.signal(EPOLLIN); // ends a wait to receive
    this.observer.closed(this);
    this.#closeGently();
  }

  /**
   * Sends the last bytes and the end of the stream, and waits for the client's end. Closing earlier
   * with bytes unread would reset the connection and destroy the bytes that are still on their way.
   */
  async #closeGently(): Promise<void> {
    await (this.#shut ?? this.sendBuffer?.sent(STALLED_MS));
    if (this.fault === undefined && !this.ended) {
      const ended = this.#streamEnded = Promise.withResolvers<void>();
      clearTimeout(this.#overdue);
      this.#overdue = setTimeout(() => this.#release(), LINGER_MS);
      try {
        if (this.#shut === undefined) await this.conn.closeWrite();
        if (!this.reading && !this.blockedInRecv) this.discard();
        await ended.promise;
      } catch {
        // Whatever went wrong, nothing more can be sent.
      }
    }
    this.#release();
  }

  /** Reads on after closing, once the read that was outstanding then is done. */
  protected async discard(): Promise<void> {
    const scrap = new Uint8Array(4_096);
    try {
      while (!this.ended) this.ended = await this.conn.read(scrap) === null;
    } catch {
      // A reset ends the stream as well.
    }
    this.#streamEnded?.resolve();
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    clearTimeout(this.#overdue);
    if (!this.closing) this.observer.closed(this);
    this.closing = true;
    if (this.sendBuffer?.isWriting === true) {
      this.fault ??= cutOff(); // the server causes the failures from now on
      resetOwn(this.peer); // Deno 2.5 cannot cancel a write, and keeps the socket until it ends
    }
    this.conn.close();
    this.reactor.release(this);
  }

  protected failed(): void {
    this.#streamEnded?.resolve();
  }
}
