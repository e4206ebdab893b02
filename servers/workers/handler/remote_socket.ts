import type { SessionConnection } from "../../context/sessions.ts";
import { CLIENT_SENDS, type Connection, type Turn, WOULD_BLOCK } from "../../sockets/interface.ts";
import type { Address } from "../../sockets/interface.ts";
import { toError } from "../../system/thrown.ts";
import { ANSWER, MAX_PIECE_BYTES, WINDOW_BYTES } from "./channel.ts";

/** The way to the loop. */
interface Answers {
  /** Writes a record. */
  write(kind: number, id: number, bytes?: Uint8Array): void;
  /** Writes a record, and wakes who takes it. */
  tell(kind: number, id: number, bytes?: Uint8Array): void;
}

/** The socket of a client that another thread has: what is sent goes there, within limits. */
export class RemoteSocket implements Pick<Connection, "trySend" | "turn">, SessionConnection {
  turn: Turn = CLIENT_SENDS;
  leftBytes = WINDOW_BYTES;
  /** Whether the client has sent something that is not yet answered. */
  isAsking = false;

  constructor(readonly id: number, readonly peer: Address, private readonly answers: Answers) {}

  trySend(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.leftBytes);
    if (count === 0) return WOULD_BLOCK;
    for (let sent = 0; sent < count;) {
      const end = Math.min(count, sent + MAX_PIECE_BYTES);
      const isWhole = sent === 0 && end === bytes.length;
      this.answers.write(ANSWER.bytes, this.id, isWhole ? bytes : bytes.subarray(sent, end));
      sent = end;
    }
    this.leftBytes -= count;
    return count;
  }

  /** The thread looks into the outbox whenever it has something for the client. */
  interruptBy(): void {}

  explain(error: unknown): Error {
    return toError(error);
  }

  /** The loop closes the connection. */
  close(): void {}

  abort(): void {
    this.answers.tell(ANSWER.abort, this.id);
  }
}
