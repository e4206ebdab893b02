import type { Sender, SendingClient } from "../../context/handler_threads.ts";
import type { SenderWanted } from "../../context/protocol.ts";
import { ConnectionReset, EPOLLIN, EPOLLOUT } from "../../sockets/interface.ts";
import type { ConnectionContext } from "../../sockets/libc/connection_context.ts";
import { POLLFD_WORDS } from "../../sockets/poll_entries.ts";
import { quiet, wake } from "../../system/eventfd.ts";
import { ERRNO } from "../../system/system_interface.ts";
import { ANSWER, SHARED } from "./channel.ts";
import { writeFailure } from "./failure.ts";
import { RingReader, RingWriter } from "./ring.ts";
import { SenderClient } from "./sender_client.ts";

/** The thread that sends, as the page of its model sees it. */
export class RingSender implements Sender {
  readonly #context: ConnectionContext;
  readonly #waitsFor: number;
  readonly #shared: Int32Array;
  readonly #loopShared: Int32Array;
  readonly #doorbell: number;
  readonly #answers: readonly RingReader[];
  readonly #results: RingWriter;
  /** See `ConnectionContext`: one client must not keep this thread from the others. */
  turn = 0;
  /** By number. */
  readonly #clients = new Map<number, SenderClient>();
  /** Those whose sockets take no more. */
  readonly #blocked = new Set<SenderClient>();

  constructor(wanted: SenderWanted, context: ConnectionContext) {
    const { answers, results, shared, loopShared, waitsFor, doorbell } = wanted;
    this.#context = context;
    this.#answers = answers.map((ring) => new RingReader(ring));
    this.#results = new RingWriter(results);
    this.#shared = new Int32Array(shared);
    this.#loopShared = new Int32Array(loopShared);
    this.#waitsFor = waitsFor;
    this.#doorbell = doorbell;
  }

  /** Tells the loop that this thread can send. */
  begun(): void {
    Atomics.store(this.#shared, SHARED.canSend, 1);
    Atomics.notify(this.#shared, SHARED.canSend);
  }

  *wait(): Generator<SendingClient> {
    // Before looking: what is answered after that wakes this thread.
    Atomics.store(this.#shared, SHARED.rung, 0);
    this.turn++;
    yield* this.#poll(this.#answers.some(({ hasNext }) => hasNext) ? 0 : -1);
    for (const answers of this.#answers) {
      while (answers.next()) {
        const client = this.#take(answers);
        if (client !== undefined) yield client;
      }
    }
  }

  watch(client: SendingClient): void {
    if (client instanceof SenderClient) this.#blocked.add(client);
  }

  passOn(client: SendingClient): void {
    if (!(client instanceof SenderClient)) return;
    const { verdict } = client;
    if (verdict === undefined) return;
    client.verdict = undefined;
    this.#tell(verdict, client.id, client.failure);
  }

  failed(client: SendingClient, error: unknown): void {
    if (!(client instanceof SenderClient) || client.isBroken) return;
    client.isBroken = true;
    this.#blocked.delete(client);
    if (error instanceof ConnectionReset) this.#tell(ANSWER.broken, client.id);
    else this.#tell(ANSWER.failed, client.id, writeFailure(error));
  }

  /** Waits for answers and for sockets that take more. @returns clients of which that is so */
  *#poll(timeoutMs: number): Generator<SenderClient> {
    if (timeoutMs === 0 && this.#blocked.size === 0) return;
    const { calls } = this.#context;
    const blocked = [...this.#blocked];
    const entries = new Int32Array([
      ...[this.#waitsFor, EPOLLIN],
      ...blocked.flatMap(({ connection }) => [connection.descriptor, EPOLLOUT]),
    ]);
    const count = calls.poll(entries, entries.length / POLLFD_WORDS, timeoutMs);
    const found = (index: number) => entries[index * POLLFD_WORDS + 1] >>> 16;
    if (found(0) !== 0) quiet(calls, this.#waitsFor);
    // Interrupted, it is to look whether a client is cut off.
    const isInterrupted = count === -ERRNO.EINTR;
    for (const [index, client] of blocked.entries()) {
      if (!isInterrupted && found(1 + index) === 0) continue;
      this.#blocked.delete(client);
      yield client;
    }
  }

  /** Takes a record. @returns the client that it is about, if there is something to do for it */
  #take({ kind, client: id, payload }: RingReader): SenderClient | undefined {
    if (id <= 0) this.#tell(kind, id, payload); // of a thread itself
    else if (kind === ANSWER.begin) {
      this.#clients.set(id, SenderClient.begin(this.#context, id, payload));
    } else if (kind === ANSWER.end) this.#end(id);
    const client = this.#clients.get(id);
    if (client === undefined || client.isBroken) return undefined;
    if (kind === ANSWER.abort) return this.#cutOff(client);
    if (kind === ANSWER.bytes) client.outgoing.add(payload);
    else if (kind !== ANSWER.begin) client.verdict = kind;
    if (kind === ANSWER.failed) client.failure = payload.slice();
    return client;
  }

  /** It does not take what it was sent, so nothing can be told after that. */
  #cutOff(client: SenderClient): undefined {
    client.isBroken = true;
    this.#blocked.delete(client);
    this.#tell(ANSWER.abort, client.id, client.failure);
  }

  #end(id: number): void {
    const client = this.#clients.get(id);
    if (client !== undefined) this.#blocked.delete(client);
    this.#clients.delete(id);
    this.#tell(ANSWER.gone, id);
  }

  #tell(kind: number, client: number, bytes?: Uint8Array): void {
    this.#results.write(kind, client, bytes);
    if (Atomics.exchange(this.#loopShared, SHARED.rung, 1) === 0) {
      wake(this.#context.calls, this.#doorbell);
    }
  }
}
