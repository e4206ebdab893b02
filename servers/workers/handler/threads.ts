import type { BoundClient, HandlerThreads } from "../../context/handler_threads.ts";
import { type FromServer, portsOf } from "../../context/protocol.ts";
import { sharesRooms, speaksUnasked } from "../../handlers/traits.ts";
import { maxThreads } from "../../context/worker_limit.ts";
import type { WorkerContext } from "../../context/worker_context.ts";
import type { Connection } from "../../sockets/interface.ts";
import { describeThrown } from "../../system/thrown.ts";
import { ANSWER, createShared, MAX_PIECE_BYTES, SHARED } from "./channel.ts";
import { readFailure } from "./failure.ts";
import { type Mailbox, makeMailbox } from "./mailbox.ts";
import { RemoteClient } from "./remote_client.ts";
import { createRing, RingReader } from "./ring.ts";
import { HandlerThreadEnd } from "./thread_end.ts";

type Tell = (message: FromServer, transfer?: Transferable[]) => void;

/** How often to look whether a thread has failed before it could serve. */
const READY_POLL_INTERVAL_MS = 50;

/** How long sessions may take to hear that their clients have left. */
const LAST_WORDS_MS = 1_000;

/** The threads that run the handler, in the thread of the loop. */
export class LoopsHandlerThreads implements HandlerThreads {
  readonly mailbox: Mailbox;
  readonly #context: WorkerContext;
  readonly #tell: Tell;
  /** Wakes who takes the answers of the threads. */
  readonly #answersTo: Mailbox;
  readonly #shared = createShared();
  /** The same, unless there is a sender, from which this thread hears. */
  readonly #senderShared: SharedArrayBuffer | undefined;
  readonly #threads: HandlerThreadEnd[] = [];
  /** Where this thread hears of its clients. */
  #inboxes: RingReader[] = [];
  /** The index of the thread that got the last client. */
  #last = -1;
  /** By number. */
  readonly #clients = new Map<number, RemoteClient>();

  private constructor(context: WorkerContext, mailbox: Mailbox, answersTo: Mailbox, tell: Tell) {
    this.#context = context;
    this.#tell = tell;
    this.mailbox = mailbox;
    this.#answersTo = answersTo;
    this.#senderShared = answersTo === mailbox ? undefined : createShared();
  }

  /**
   * Starts the threads, and blocks until all can serve.
   *
   * @param hasSender whether a thread of its own sends the answers
   * @throws {Error} when one of them cannot begin
   */
  static async start(
    context: WorkerContext,
    hasSender: boolean,
    tell: Tell,
  ): Promise<LoopsHandlerThreads> {
    const mailbox = await makeMailbox(context.sockets);
    const answersTo = hasSender ? await makeMailbox(context.sockets) : mailbox;
    const threads = new LoopsHandlerThreads(context, mailbox, answersTo, tell);
    // One that has no descriptors left for its event loop could not begin.
    const { descriptorLimit: limit, options: { workers: wanted } } = context;
    const max = Math.max(1, maxThreads(limit) - (hasSender ? 1 : 0));
    if (wanted > max) context.notify({ kind: "workers-limited", wanted, max, limit });
    const count = Math.min(wanted, max);
    for (let number = 1; number <= count; number++) threads.#add(number);
    if (hasSender) threads.#startSender(count + 1);
    else threads.#inboxes = threads.#threads.map(({ channel }) => new RingReader(channel.answers));
    threads.#waitUntilReady();
    return threads;
  }

  get queued(): number {
    return Atomics.load(new Int32Array(this.#shared), SHARED.queued);
  }

  bind(connection: Connection): BoundClient {
    const thread = this.#leastBusy();
    this.#context.dispatched(connection, thread.number);
    const isSentElsewhere = this.#senderShared !== undefined;
    const mayBeTold = speaksUnasked(this.#context.handler.name);
    const client = new RemoteClient(connection, thread, isSentElsewhere, mayBeTold, () => {
      this.#clients.delete(connection.id);
    });
    thread.clients.add(client);
    this.#clients.set(connection.id, client);
    return client;
  }

  /** The thread with the fewest clients, and of several, the next in turn. */
  #leastBusy(): HandlerThreadEnd {
    const threads = this.#threads;
    let least = (this.#last + 1) % threads.length;
    for (let step = 1; step < threads.length; step++) {
      const index = (this.#last + 1 + step) % threads.length;
      if (threads[index].clients.size < threads[least].clients.size) least = index;
    }
    return threads[this.#last = least];
  }

  *answered(): Generator<BoundClient> {
    // Before looking: what is answered after that wakes the loop again.
    Atomics.store(new Int32Array(this.#senderShared ?? this.#shared), SHARED.rung, 0);
    for (const inbox of this.#inboxes) {
      while (inbox.next()) {
        const { kind, client: number, payload } = inbox;
        if (number < 0) yield* this.#replace(-number, readFailure(payload));
        const client = this.#clients.get(number);
        if (client === undefined) continue; // it left before it had its answer
        client.answered(kind, payload);
        yield client;
      }
    }
    for (const thread of this.#threads) yield* thread.clientsWithRoom();
  }

  finish(): void {
    const untilMs = performance.now() + LAST_WORDS_MS;
    for (const thread of this.#threads) thread.waitUntilHeard(untilMs);
  }

  #add(number: number): void {
    const thread = new HandlerThreadEnd(number, this.#shared, this.#context.recvSizeBytes);
    this.#threads.push(thread);
    this.#begin(thread);
  }

  #begin(thread: HandlerThreadEnd): void {
    const { number, channel } = thread;
    const doorbell = this.#answersTo.doorbell();
    let waker: MessagePort | undefined;
    if (sharesRooms(this.#context.handler.name)) {
      const { port1, port2 } = new MessageChannel();
      [thread.waker, waker] = [port1, port2];
    }
    const wanted = { number, channel, doorbell, waker };
    this.#tell({ kind: "handler-thread-wanted", wanted }, portsOf(wanted));
  }

  #startSender(number: number): void {
    const answers = this.#threads.map(({ channel }) => channel.answers);
    const results = createRing(MAX_PIECE_BYTES);
    this.#inboxes = [new RingReader(results)];
    this.#tell({
      kind: "sender-wanted",
      wanted: {
        ...{ number, answers, results, shared: this.#shared, loopShared: this.#senderShared! },
        ...{
          waitsFor: Number(this.#answersTo.doorbell()),
          doorbell: Number(this.mailbox.doorbell()),
        },
      },
    });
  }

  /**
   * All of their code is loaded before the first client comes: with as many as there may be, there is no
   * descriptor left to load more. Also wakes on a record, since a thread that cannot begin says why.
   */
  #waitUntilReady(): void {
    const shared = new Int32Array(this.#shared);
    const hasSender = this.#senderShared !== undefined;
    while (hasSender && Atomics.load(shared, SHARED.canSend) === 0) {
      Atomics.wait(shared, SHARED.canSend, 0, READY_POLL_INTERVAL_MS);
    }
    for (const thread of this.#threads) {
      while (!thread.isReady) {
        thread.waitUntilReady(READY_POLL_INTERVAL_MS);
        for (const inbox of this.#inboxes) {
          if (inbox.next() && inbox.kind === ANSWER.failed) throw readFailure(inbox.payload);
        }
      }
    }
  }

  /** A thread has ended. So do its clients, since their sessions were in it. Another takes its place. */
  *#replace(number: number, failure: Error): Generator<BoundClient> {
    const thread = this.#threads[number - 1];
    if (!thread.isReady) throw failure; // and so would the next one be
    this.#context.notify({
      kind: "worker-failed",
      worker: number,
      reason: describeThrown(failure),
    });
    this.#tell({ kind: "thread-over", number });
    thread.restart();
    this.#begin(thread);
    for (const { connection } of [...thread.clients]) {
      const client = this.#clients.get(connection.id);
      client?.fail(failure);
      if (client !== undefined) yield client;
    }
  }
}
