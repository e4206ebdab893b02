import type { BoundClient } from "../../context/handler_threads.ts";
import type { HandlerThreadChannel } from "../../context/protocol.ts";
import { createChannel, OWN, REQUEST, SHARED } from "./channel.ts";
import { RingReader, RingWriter } from "./ring.ts";

const NOTHING = new Uint8Array(0);
/** How often it is looked whether there is room for what the thread is to hear. */
const HEARD_POLL_INTERVAL_MS = 10;

/** A record for which the ring had no room. */
interface Request {
  readonly kind: number;
  readonly client: number;
  readonly bytes: Uint8Array;
}

/** The loop's end of a thread that runs the handler. */
export class HandlerThreadEnd {
  readonly channel: HandlerThreadChannel;
  /** The clients that are bound to it. */
  readonly clients = new Set<BoundClient>();
  readonly #recvSizeBytes: number;
  readonly #shared: Int32Array;
  readonly #own: Int32Array;
  readonly #requests: RingWriter;
  /** By which the thread is woken if its event loop turns. */
  waker: MessagePort | undefined = undefined;
  /** What is to follow when the ring has room. */
  #overflow: Request[] = [];
  readonly #waiting = new Set<BoundClient>();
  /** How many clients have left, of which the thread hears. */
  #left = 0;

  /** @param shared memory of all threads and the loop */
  constructor(readonly number: number, shared: SharedArrayBuffer, recvSizeBytes: number) {
    this.channel = createChannel(shared, recvSizeBytes);
    this.#recvSizeBytes = recvSizeBytes;
    this.#shared = new Int32Array(shared);
    this.#own = new Int32Array(this.channel.own);
    this.#requests = new RingWriter(this.channel.requests);
  }

  /** Whether the thread has its handler. */
  get isReady(): boolean {
    return Atomics.load(this.#own, OWN.isReady) === 1;
  }

  /** Blocks until the thread can serve, at most `timeoutMs`. */
  waitUntilReady(timeoutMs: number): void {
    Atomics.wait(this.#own, OWN.isReady, 0, timeoutMs);
  }

  /**
   * Blocks until the thread has heard of all clients that have left, and their sessions with it.
   *
   * @param untilMs when it gives up, on the clock of `performance.now()`: the handler may be busy
   */
  waitUntilHeard(untilMs: number): void {
    for (let heard; (heard = Atomics.load(this.#own, OWN.left)) < this.#left;) {
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) return;
      this.#writeOverflow();
      Atomics.wait(this.#own, OWN.left, heard, Math.min(leftMs, HEARD_POLL_INTERVAL_MS));
    }
  }

  /** Whether a chunk has room. If not, `client` will be among {@linkcode clientsWithRoom}. */
  hasRoomFor(client: BoundClient): boolean {
    if (this.#hasRoom()) return true;
    this.#waiting.add(client);
    this.#requests.wantRoom();
    return this.#hasRoom(); // the thread may have read in between
  }

  #hasRoom(): boolean {
    return this.#overflow.length === 0 && this.#requests.hasRoom(this.#recvSizeBytes);
  }

  /** Writes what had no room, and yields clients that had none. */
  *clientsWithRoom(): Generator<BoundClient> {
    this.#writeOverflow();
    for (const client of this.#waiting) {
      if (!this.#hasRoom()) return this.#requests.wantRoom();
      this.#waiting.delete(client);
      yield client;
    }
  }

  handOver(client: number, chunk: Uint8Array): void {
    Atomics.add(this.#shared, SHARED.queued, 1);
    this.request(REQUEST.chunk, client, chunk);
  }

  /** Writes a record for the thread, now or when there is room. */
  request(kind: number, client: number, bytes: Uint8Array = NOTHING): void {
    if (kind === REQUEST.left || kind === REQUEST.end) this.#left++;
    if (this.#overflow.length > 0 || !this.#requests.tryWrite(kind, client, bytes)) {
      this.#overflow.push({ kind, client, bytes: bytes.slice() });
      this.#writeOverflow();
    }
    this.#wake();
  }

  #writeOverflow(): void {
    if (this.#overflow.length === 0) return;
    let written = 0;
    const write = () => {
      for (; written < this.#overflow.length; written++) {
        const { kind, client, bytes } = this.#overflow[written];
        if (!this.#requests.tryWrite(kind, client, bytes)) return false;
      }
      return true;
    };
    if (!write()) {
      this.#requests.wantRoom();
      write(); // the thread may have read in between
    }
    if (written === 0) return;
    this.#overflow = this.#overflow.slice(written);
    this.#wake();
  }

  #wake(): void {
    Atomics.add(this.#own, OWN.requests, 1);
    Atomics.notify(this.#own, OWN.requests);
    if (this.waker !== undefined && Atomics.exchange(this.#own, OWN.sleeps, 0) === 1) {
      this.waker.postMessage(null);
    }
  }

  /**
   * Of a client that leaves before the thread could be told of it: tells it nothing.
   *
   * @returns whether that is so
   */
  cancel(id: number): boolean {
    const isUntold = ({ kind, client }: Request) => kind === REQUEST.begin && client === id;
    if (!this.#overflow.some(isUntold)) return false;
    const chunks = this.#overflow.filter(({ kind, client }) =>
      kind === REQUEST.chunk && client === id
    );
    Atomics.sub(this.#shared, SHARED.queued, chunks.length);
    this.#overflow = this.#overflow.filter(({ client }) => client !== id);
    return true;
  }

  /** The client has left. */
  forget(client: BoundClient): void {
    this.clients.delete(client);
    this.#waiting.delete(client);
  }

  /**
   * Prepares the memory for the next thread: this one has ended, and reads and writes no more. Its
   * clients' chunks are nobody's any more; what concerns the sender is left to the next one.
   */
  restart(): void {
    Atomics.store(this.#own, OWN.isReady, 0);
    const unread: Request[] = [];
    const reader = new RingReader(this.channel.requests);
    while (reader.next()) {
      const { kind, client, payload } = reader;
      unread.push({ kind, client, bytes: payload.slice() });
    }
    unread.push(...this.#overflow);
    const chunks = unread.filter(({ kind }) => kind === REQUEST.chunk).length;
    Atomics.sub(this.#shared, SHARED.queued, chunks);
    const { begin, end } = REQUEST;
    this.#overflow = unread.filter(({ kind }) => kind === begin || kind === end);
    this.#left = this.#overflow.filter(({ kind }) => kind === end).length;
    Atomics.store(this.#own, OWN.left, 0);
    this.#writeOverflow();
  }
}
