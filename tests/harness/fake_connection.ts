import {
  type Connection,
  type Interrupting,
  SERVER_WORKS,
  type Turn,
} from "../../servers/sockets/interface.ts";

/** A connection that nothing may be done with: a test puts in what it needs. */
export class FakeConnection implements Connection {
  readonly kind = "connection";
  readonly peer = { host: "::1", port: 1234 };
  readonly activity = 0;
  turn: Turn = SERVER_WORKS;
  readonly hasUnread = false;

  constructor(readonly id = 1) {}

  recv(_buffer: Uint8Array): number {
    return unused();
  }

  send(_bytes: Uint8Array): void {
    return unused();
  }

  interruptBy(_outbox: Interrupting): void {
    return unused();
  }

  explain(_error: unknown): Error {
    return unused();
  }

  tryRecv(_sizeBytes: number): Uint8Array {
    return unused();
  }

  retain(_bytes: Uint8Array): Uint8Array {
    return unused();
  }

  release(_bytes: Uint8Array): void {
    return unused();
  }

  trySend(_bytes: Uint8Array): number {
    return unused();
  }

  shutdownWrite(): void {
    return unused();
  }

  close(): void {
    return unused();
  }

  finish(): void {
    return unused();
  }

  dismiss(): void {
    return unused();
  }

  abort(): void {
    return unused();
  }
}

function unused(): never {
  throw new Error("a call that this test does not expect");
}
