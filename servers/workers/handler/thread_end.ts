/**
 * The loop's end of a thread that runs the handler, and of its clients.
 *
 * @module
 */

import type { BoundClient } from "../../context/handler_threads.ts";
import type { HandlerThreadChannel } from "../../context/protocol.ts";
import { sendSome } from "../../loop/clients.ts";
import type { Connection } from "../../sockets/interface.ts";
import { toError } from "../../system/thrown.ts";
import { ANSWER, createChannel, OWN, REQUEST, SHARED } from "./channel.ts";
import { RingReader, RingWriter } from "./ring.ts";

const NOTHING = new Uint8Array(0);
const decoder = new TextDecoder();

/** A record for which the ring had no room. */
interface Request {
  readonly kind: number;
  readonly client: number;
  readonly bytes: Uint8Array;
}

/** A thread, as the loop has it. */
export class HandlerThreadEnd {
  readonly channel: HandlerThreadChannel;
  /** The clients that are bound to it. */
  readonly clients = new Set<RemoteClient>();
  /** Why the thread has ended, if it has. */
  failure: Error | undefined = undefined;
  readonly #recvSizeBytes: number;
  readonly #shared: Int32Array;
  readonly #own: Int32Array;
  readonly #requests: RingWriter;
  readonly #answers: RingReader;
  /** What is to follow when the ring has room. */
  #overflow: Request[] = [];
  readonly #waiting = new Set<RemoteClient>();

  constructor(readonly number: number, shared: SharedArrayBuffer, recvSizeBytes: number) {
    this.channel = createChannel(shared, recvSizeBytes);
    this.#recvSizeBytes = recvSizeBytes;
    this.#shared = new Int32Array(shared);
    this.#own = new Int32Array(this.channel.own);
    this.#requests = new RingWriter(this.channel.requests);
    this.#answers = new RingReader(this.channel.answers);
  }

  /** Whether it has its handler. */
  get isReady(): boolean {
    return Atomics.load(this.#own, OWN.isReady) === 1;
  }

  /** Blocks until the thread can serve. @throws {Error} when it has failed */
  waitUntilReady(): void {
    while (!this.isReady) {
      Atomics.wait(this.#own, OWN.isReady, 0, 50);
      if ([...this.answers()].length > 0 || this.failure !== undefined) throw this.failure;
    }
  }

  /** Reads the answers, and yields the number of the client of each: see {@linkcode payload}. */
  *answers(): Generator<number> {
    const answers = this.#answers;
    while (answers.next()) {
      if (answers.client !== 0) yield answers.client;
      else this.failure = readFailure(answers.payload);
    }
  }

  /** Of the last answer. */
  get kind(): number {
    return this.#answers.kind;
  }

  /** Of the last answer, good until the next. */
  get payload(): Uint8Array {
    return this.#answers.payload;
  }

  /** Whether a chunk has room. If not, `client` will be among {@linkcode clientsWithRoom}. */
  hasRoomFor(client: RemoteClient): boolean {
    if (this.#hasRoom()) return true;
    this.#waiting.add(client);
    this.#requests.wantRoom();
    return this.#hasRoom(); // the thread may have read in between
  }

  #hasRoom(): boolean {
    return this.#overflow.length === 0 && this.#requests.hasRoom(this.#recvSizeBytes);
  }

  /** Writes what had no room, and yields clients that had none. */
  *clientsWithRoom(): Generator<RemoteClient> {
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

  request(kind: number, client: number, bytes: Uint8Array = NOTHING): void {
    if (this.#overflow.length > 0 || !this.#requests.tryWrite(kind, client, bytes)) {
      this.#overflow.push({ kind, client, bytes: bytes.slice() });
      this.#writeOverflow();
    }
    Atomics.add(this.#own, OWN.requests, 1);
    Atomics.notify(this.#own, OWN.requests);
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
    Atomics.add(this.#own, OWN.requests, 1);
    Atomics.notify(this.#own, OWN.requests);
  }

  forget(client: RemoteClient): void {
    this.clients.delete(client);
    this.#waiting.delete(client);
    if (this.failure === undefined) this.request(REQUEST.left, client.connection.id);
  }

  /** Of a thread that has ended: how many chunks it has not taken. */
  takeQueued(): number {
    const isChunk = ({ kind }: { readonly kind: number }) => kind === REQUEST.chunk;
    let queued = this.#overflow.filter(isChunk).length;
    const unread = new RingReader(this.channel.requests, true);
    while (unread.next()) if (isChunk(unread)) queued++;
    return queued;
  }
}

/** A client as the loop has it. */
export class RemoteClient implements BoundClient {
  isHandled = false;
  isOver = false;
  #isWaitedFor = false;
  #failure: Error | undefined = undefined;
  /** Copies, but for the last while the answer is good that it came with. */
  #unsent: Uint8Array[] = [];
  #isBorrowed = false;
  readonly #onLeave: () => void;

  constructor(
    readonly connection: Connection,
    private readonly thread: HandlerThreadEnd,
    onLeave: () => void,
  ) {
    this.#onLeave = onLeave;
  }

  get hasUnsent(): boolean {
    return this.#unsent.length > 0;
  }

  hasRoom(): boolean {
    return this.thread.hasRoomFor(this);
  }

  handOver(chunk: Uint8Array): void {
    this.isHandled = true;
    this.thread.handOver(this.connection.id, chunk);
  }

  /** Its thread has answered. Call {@linkcode flush} before the next answer is read. */
  answered(kind: number, payload: Uint8Array): void {
    if (kind === ANSWER.bytes) {
      this.#unsent.push(payload);
      this.#isBorrowed = true;
    } else if (kind === ANSWER.waits) this.#isWaitedFor = true;
    else if (kind === ANSWER.failed) this.#failure = readFailure(payload);
    else {
      this.isHandled = false;
      this.isOver = kind === ANSWER.closes;
    }
  }

  fail(failure: Error): void {
    this.#failure = failure;
  }

  flush(): void {
    const isBorrowed = this.#isBorrowed;
    this.#isBorrowed = false;
    let sent = 0;
    for (; sent < this.#unsent.length; sent++) {
      const rest = sendSome(this.connection, this.#unsent[sent]);
      if (rest.length > 0) {
        this.#unsent[sent] = rest;
        break;
      }
    }
    this.#unsent.splice(0, sent);
    if (isBorrowed && this.hasUnsent) this.#unsent.push(this.#unsent.pop()!.slice());
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#isWaitedFor || this.hasUnsent) return;
    this.#isWaitedFor = false;
    this.thread.request(REQUEST.goOn, this.connection.id);
  }

  leave(): void {
    this.#onLeave();
    this.thread.forget(this);
  }
}

/** The bytes that stand for an error in an answer. */
export function writeFailure(thrown: unknown): Uint8Array {
  const { message, stack } = toError(thrown);
  const text = JSON.stringify({ message, stack });
  return new TextEncoder().encode(text);
}

function readFailure(bytes: Uint8Array): Error {
  const { message, stack } = JSON.parse(decoder.decode(bytes));
  const error = new Error(message);
  error.stack = stack;
  return error;
}
