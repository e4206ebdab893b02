import type { BoundClient } from "../../context/handler_threads.ts";
import type { CloseReason } from "../../handlers/session.ts";
import { CLIENT_SENDS, type Connection, ConnectionReset } from "../../sockets/interface.ts";
import { LibcConnection } from "../../sockets/libc/connection.ts";
import { ANSWER, REQUEST } from "./channel.ts";
import { readFailure } from "./failure.ts";
import { Outgoing } from "./outgoing.ts";
import { describeClient } from "./sender_client.ts";
import type { HandlerThreadEnd } from "./thread_end.ts";

const encoder = new TextEncoder();

/** A client as the loop has it, whose session is in a thread. */
export class RemoteClient implements BoundClient {
  isHandled = false;
  isOver = false;
  isGone = false;
  /** Whether other threads know it. Those that only connect, and leave, would fill the queue of a busy one. */
  #isKnown = false;
  #isWaitedFor = false;
  #failure: Error | undefined = undefined;
  #isAborted = false;
  readonly #outgoing: Outgoing;
  readonly #onGone: () => void;

  /**
   * @param isSentElsewhere whether another thread sends the answers, and has to let go first
   * @param mayBeTold whether its session says something unasked, such as a greeting
   * @param onGone called when no thread knows the client any more
   */
  constructor(
    readonly connection: Connection,
    private readonly thread: HandlerThreadEnd,
    private readonly isSentElsewhere: boolean,
    private readonly mayBeTold: boolean,
    onGone: () => void,
  ) {
    this.#outgoing = new Outgoing(connection);
    this.#onGone = onGone;
    connection.turn = CLIENT_SENDS; // the client speaks first, unless there is a greeting
    if (mayBeTold) this.#begin();
  }

  get hasUnsent(): boolean {
    return !this.#outgoing.isEmpty;
  }

  hasRoom(): boolean {
    return this.thread.hasRoomFor(this);
  }

  handOver(chunk: Uint8Array): void {
    this.isHandled = true;
    if (!this.#isKnown && this.isSentElsewhere) this.#begin();
    this.#isKnown = true;
    this.thread.handOver(this.connection.id, chunk);
  }

  finish(): boolean {
    if (!this.mayBeTold || this.isHandled) return false;
    this.isHandled = true;
    this.thread.request(REQUEST.finish, this.connection.id);
    return true;
  }

  #begin(): void {
    this.#isKnown = true;
    this.thread.request(REQUEST.begin, this.connection.id, describeClient(this.connection));
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
      case ANSWER.abort:
        this.#isAborted = true;
        if (payload.length > 0) this.#failure = readFailure(payload);
        return this.connection.abort();
      case ANSWER.begin:
        return; // for the sender, of which there is none here
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
    if (this.#isAborted) throw this.#failure;
    this.#outgoing.flush();
    if (this.hasUnsent) return; // a failure comes after what was answered before it
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#isWaitedFor) return;
    this.#isWaitedFor = false;
    this.thread.request(REQUEST.goOn, this.connection.id);
  }

  leave(error?: unknown): void {
    const isTold = this.#isKnown && !this.thread.cancel(this.connection.id);
    const kind = this.isSentElsewhere ? REQUEST.end : REQUEST.left;
    if (isTold) {
      this.thread.request(kind, this.connection.id, encoder.encode(this.#reasonOf(error)));
    }
    this.thread.forget(this);
    // While nothing of it is under way, no other thread touches its socket.
    const isUnderWay = this.isHandled || this.mayBeTold;
    if (!this.isSentElsewhere || !isUnderWay || !isTold) this.#goes();
    else if (this.connection instanceof LibcConnection) this.connection.resetNow();
  }

  #reasonOf(error: unknown): CloseReason {
    if (error === undefined) return "end";
    return this.connection.explain(error) instanceof ConnectionReset ? "reset" : "failed";
  }

  #goes(): void {
    this.isGone = true;
    this.#onGone();
  }
}
