import type { BoundClient } from "../../context/handler_threads.ts";
import { CLIENT_SENDS, type Connection } from "../../sockets/interface.ts";
import { ANSWER, REQUEST } from "./channel.ts";
import { readFailure } from "./failure.ts";
import { Outgoing } from "./outgoing.ts";
import { describeClient } from "./sender_client.ts";
import type { HandlerThreadEnd } from "./thread_end.ts";

/** A client as the loop has it, whose session is in a thread. */
export class RemoteClient implements BoundClient {
  isHandled = false;
  isOver = false;
  isGone = false;
  /** Whether other threads know it. Those that only connect, and leave, would fill the queue of a busy one. */
  #isKnown = false;
  #isWaitedFor = false;
  #failure: Error | undefined = undefined;
  readonly #outgoing: Outgoing;
  readonly #onGone: () => void;

  /**
   * @param isSentElsewhere whether another thread sends the answers, and has to let go first
   * @param onGone called when no thread knows the client any more
   */
  constructor(
    readonly connection: Connection,
    private readonly thread: HandlerThreadEnd,
    private readonly isSentElsewhere: boolean,
    onGone: () => void,
  ) {
    this.#outgoing = new Outgoing(connection);
    this.#onGone = onGone;
    connection.turn = CLIENT_SENDS; // the client speaks first
  }

  get hasUnsent(): boolean {
    return !this.#outgoing.isEmpty;
  }

  hasRoom(): boolean {
    return this.thread.hasRoomFor(this);
  }

  handOver(chunk: Uint8Array): void {
    this.isHandled = true;
    if (!this.#isKnown && this.isSentElsewhere) {
      this.thread.request(REQUEST.begin, this.connection.id, describeClient(this.connection));
    }
    this.#isKnown = true;
    this.thread.handOver(this.connection.id, chunk);
  }

  /** Its thread has answered. Call {@linkcode flush} before the next answer is read. */
  answered(kind: number, payload: Uint8Array): void {
    switch (kind) {
      case ANSWER.bytes:
        return this.#outgoing.add(payload);
      case ANSWER.waits:
        this.#isWaitedFor = true;
        return;
      case ANSWER.failed:
        this.#failure = readFailure(payload);
        return;
      case ANSWER.gone:
        return this.#goes();
      default:
        this.isHandled = false;
        this.isOver = kind !== ANSWER.done;
    }
  }

  /** Its thread has ended, and its session with it. */
  fail(failure: Error): void {
    this.#failure = failure;
  }

  flush(): void {
    this.#outgoing.flush();
    if (this.hasUnsent) return; // a failure comes after what was answered before it
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#isWaitedFor) return;
    this.#isWaitedFor = false;
    this.thread.request(REQUEST.goOn, this.connection.id);
  }

  leave(): void {
    const kind = this.isSentElsewhere ? REQUEST.end : REQUEST.left;
    if (this.#isKnown) this.thread.request(kind, this.connection.id);
    this.thread.forget(this);
    // While none of its chunks is under way, no other thread touches its socket.
    if (!this.isSentElsewhere || !this.isHandled) this.#goes();
  }

  #goes(): void {
    this.isGone = true;
    this.#onGone();
  }
}
