import { getcurrent } from "./greenlet.ts";
import { Attempts, checkedWait, checkWaits, type Coroutine, DONE_ALREADY } from "./park.ts";
import type { Wait } from "./park.ts";
import { BrokenPipe, SocketClosed } from "./socket_errors.ts";
import { inTime, StreamSocket } from "./stream_socket.ts";
import type { Watch, Watching } from "./watch.ts";
import { type Connection, EPOLLERR, formatAddress } from "../../sockets/interface.ts";
import { type Interrupting, WOULD_BLOCK } from "../../sockets/interface.ts";
import { sendSome } from "../../loop/clients.ts";

/** What {@linkcode GeventSocket.shutdown} ends, with the numbers of shutdown(2). */
export const SHUT_RD = 0;
export const SHUT_WR = 1;
export const SHUT_RDWR = 2;

/** A greenlet that receives more often in a row, without having to wait, lets the others run first. */
const MAX_IN_A_ROW = 16;

/** The wait of {@linkcode GeventSocket.recv}. */
class Receiving extends Attempts<Uint8Array> {
  sizeBytes = 0;

  constructor(private readonly socket: GeventSocket) {
    super();
  }

  protected override attempt(): Uint8Array | undefined {
    return this.socket.receiveOrPark(this.sizeBytes);
  }
}

/** The wait of {@linkcode GeventSocket.recvUnless}. */
class ReceivingUnless extends Attempts<Uint8Array | typeof WOULD_BLOCK> {
  constructor(
    private readonly socket: GeventSocket,
    private readonly sizeBytes: number,
    private readonly other: Pick<Interrupting, "isWaiting">,
  ) {
    super();
  }

  protected override attempt(): Uint8Array | typeof WOULD_BLOCK | undefined {
    return this.other.isWaiting ? WOULD_BLOCK : this.socket.receiveOrPark(this.sizeBytes);
  }
}

function receiveNothing(sizeBytes: number): Uint8Array {
  if (sizeBytes !== 0) throw new RangeError(`${sizeBytes} bytes cannot be received`);
  return new Uint8Array(0);
}

/** A connected socket whose calls wait by switching to another greenlet. */
export class GeventSocket extends StreamSocket {
  readonly #watch: Watch;
  readonly #receiving = new Receiving(this);
  #recvsInARow = 0;
  #isClosed = false;
  #isShut = false;

  static {
    checkWaits(this, "recv", "recvUnless", "send");
  }

  /** @param loop of the hub that runs the greenlets that use it */
  constructor(private readonly loop: Watching, readonly connection: Connection) {
    super();
    this.#watch = loop.watch(connection);
  }

  /** The address of the other end, as in `127.0.0.1:50216`. */
  override toString(): string {
    return formatAddress(this.connection.peer);
  }

  /**
   * Waits for bytes.
   *
   * @param sizeBytes with 0, it waits for nothing and receives nothing
   * @returns at most `sizeBytes`, none at the end of the stream. This is a borrowed view: copy what
   *   you need beyond the next wait, since other sockets receive into the same memory.
   * @throws {ConnectionReset} when the other side reset the connection
   * @throws {SocketClosed} when this side has closed it
   * @throws {SocketTimeout} when none came in the time that was set
   * @throws {RangeError} when `sizeBytes` is negative or NaN
   */
  override recv(sizeBytes: number): Wait<Uint8Array> {
    const receiving = this.#receiving.isTaken ? new Receiving(this) : this.#receiving;
    receiving.sizeBytes = sizeBytes;
    return this.timeoutMs === Infinity ? receiving : inTime(this.timeoutMs, () => receiving);
  }

  /**
   * {@linkcode recv}, or {@linkcode WOULD_BLOCK} as soon as there is something else to do, such as to
   * send what nobody has asked for.
   */
  recvUnless(sizeBytes: number, other: Interrupting): Wait<Uint8Array | typeof WOULD_BLOCK> {
    other.onWaiting = () => this.#watch.readable.wake();
    return new ReceivingUnless(this, sizeBytes, other);
  }

  /** For {@linkcode Receiving}. @returns `undefined` when the greenlet is parked */
  receiveOrPark(sizeBytes: number): Uint8Array | undefined {
    if (sizeBytes > 0 && this.#recvsInARow === MAX_IN_A_ROW) {
      this.#recvsInARow = 0;
      getcurrent().yieldTurn();
      return undefined;
    }
    this.#mustBeOpen();
    if (!(sizeBytes > 0)) return receiveNothing(sizeBytes);
    const bytes = this.connection.tryRecv(sizeBytes);
    if (bytes !== WOULD_BLOCK) {
      this.#recvsInARow++;
      return bytes;
    }
    this.#recvsInARow = 0;
    this.#watch.readable.wait();
    return undefined;
  }

  /**
   * Waits until the send buffer has taken all of `bytes`.
   *
   * @throws {ConnectionReset} when the other side has closed or reset the connection
   * @throws {SocketClosed} when this side has closed it
   * @throws {BrokenPipe} when this side has shut down sending
   * @throws {SocketTimeout} when that takes longer than the time that was set
   */
  override send(bytes: Uint8Array): Wait {
    this.#mustBeOpen();
    if (this.#isShut) throw new BrokenPipe();
    const unsent = sendSome(this.connection, bytes);
    if (unsent.length === 0) return DONE_ALREADY;
    // `bytes` may be a borrowed view of memory that others receive into meanwhile: copy the rest.
    const rest = unsent.slice();
    if (this.timeoutMs === Infinity) return GeventSocket.#sendRest(this, rest);
    return inTime(this.timeoutMs, () => GeventSocket.#sendRest(this, rest));
  }

  static readonly #sendRest = checkedWait(
    function* (socket: GeventSocket, rest: Uint8Array): Coroutine {
      for (let unsent = rest; unsent.length > 0; unsent = sendSome(socket.connection, unsent)) {
        yield* socket.#watch.writable.wait();
        socket.#mustBeOpen();
      }
    },
  );

  /**
   * Ends one direction or both: `SHUT_WR` sends the end of the stream, and this side can still receive;
   * after `SHUT_RD`, it receives what has arrived and then the end. A greenlet that waits in a direction
   * that is ended gets {@linkcode SocketClosed}, as in Python.
   */
  shutdown(how: typeof SHUT_RD | typeof SHUT_WR | typeof SHUT_RDWR): void {
    this.#mustBeOpen();
    if (how !== SHUT_WR) {
      this.#watch.readable.interrupt(new SocketClosed());
      this.connection.finish();
    }
    if (how === SHUT_RD || this.#isShut) return;
    this.#isShut = true;
    this.#watch.writable.interrupt(new SocketClosed());
    this.connection.shutdownWrite();
  }

  #mustBeOpen(): void {
    if (this.#isClosed) throw new SocketClosed();
  }

  /**
   * Closes the connection; bytes in the send buffer are still sent. Greenlets that wait for the
   * socket get {@linkcode SocketClosed}. Closing twice is harmless.
   */
  override close(): void {
    this.#isClosed = true;
    this.loop.forget(this.connection);
    this.connection.close();
    this.#watch.became(EPOLLERR);
  }
}
