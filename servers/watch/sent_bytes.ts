import type { TraceRecord } from "../metrics/trace_reader.ts";

/**
 * Finds the first bytes of what is sent. The record of a reply has them, which is written when the reply
 * is computed; that of its sending, which comes later, has only their number.
 */
export class SentBytes {
  /** Replies that were computed and not sent yet, by the numbers of their clients in the trace. */
  readonly #replies = new Map<number, Uint8Array>();

  /** @returns the record, with the bytes if something was sent and they are known */
  complete(record: TraceRecord): TraceRecord {
    const { event, client, bytes, sizeBytes, isAfterGap } = record;
    // What was left out may be the sending of the reply.
    if (isAfterGap || event === "closed") this.#replies.delete(client);
    const reply = this.#replies.get(client);
    const isReply = event === "handled" || event === "prepared";
    if (isReply && reply === undefined && bytes.length > 0) this.#replies.set(client, bytes);
    if (event !== "sent" || reply === undefined) return record;
    this.#replies.delete(client);
    return { ...record, bytes: reply.subarray(0, sizeBytes) };
  }

  /** Records were left out: which reply is sent next is not known. */
  forget(): void {
    this.#replies.clear();
  }
}
