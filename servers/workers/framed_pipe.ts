import { encodeFrame, FrameReader } from "./frames.ts";

/** How many bytes one end sends before the other has taken them. */
const WINDOW_BYTES = 65_536;

type Frame =
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  /** There will be no more data. */
  | { readonly kind: "end" }
  /** So much data has been taken. */
  | { readonly kind: "took"; readonly sizeBytes: number };

/**
 * One end of two pipes, one each way, that carry a client's bytes and messages besides. Bytes that nobody
 * takes hold up no message, for each end sends only as many as the other has room for.
 */
export class FramedPipe<Told extends object, Heard extends object> {
  readonly #write: (bytes: Uint8Array) => Promise<unknown>;
  readonly #hear: (message: Heard) => void;
  readonly #received: Uint8Array[] = [];
  #writing: Promise<unknown> = Promise.resolve();
  #leftBytes = WINDOW_BYTES;
  #hasEnded = false;
  /** Whether the other end is gone. */
  #isBroken = false;
  #onChange = Promise.withResolvers<void>();

  /**
   * @param write writes to the other end
   * @param hear called with each message that is no data
   */
  constructor(
    write: (bytes: Uint8Array) => Promise<unknown>,
    hear: (message: Heard) => void,
  ) {
    this.#write = write;
    this.#hear = hear;
  }

  /** Sends a message, after all that was sent before. */
  tell(message: Told | Frame): void {
    this.#writing = this.#writing.then(() => this.#write(encodeFrame(message)));
    // The other end has ended, which its status explains. What it has written before is still to come.
    this.#writing.catch(() => this.#break());
  }

  /** Resolves when all is written. */
  async written(): Promise<void> {
    await this.#writing.catch(() => {});
  }

  /**
   * Sends data, when the other end has room for it.
   *
   * @returns false when it is gone
   */
  async send(bytes: Uint8Array): Promise<boolean> {
    for (let rest = bytes; rest.length > 0;) {
      while (this.#leftBytes === 0 && !this.#isBroken) await this.#onChange.promise;
      if (this.#isBroken) return false;
      const some = rest.subarray(0, this.#leftBytes);
      this.#leftBytes -= some.length;
      this.tell({ kind: "data", bytes: some });
      rest = rest.subarray(some.length);
    }
    return !this.#isBroken;
  }

  /** Data that has come; `undefined` when there will be no more. Give it back by {@linkcode took}. */
  async receive(): Promise<Uint8Array | undefined> {
    while (this.#received.length === 0 && !this.#hasEnded) await this.#onChange.promise;
    return this.#received.shift();
  }

  /** So many of the bytes that were received have gone their way. */
  took(sizeBytes: number): void {
    this.tell({ kind: "took", sizeBytes });
  }

  /** Takes what the other end writes, until that ends. */
  async run(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const reader = new FrameReader();
    try {
      for await (const chunk of chunks) {
        // The other end has made them by the same code.
        for (const message of reader.read(chunk)) this.#take(message as Frame | Heard);
      }
    } finally {
      this.#hasEnded = true;
      this.#break();
    }
  }

  #take(message: Frame | Heard): void {
    if (!isFrame(message)) return this.#hear(message);
    if (message.kind === "data") this.#received.push(message.bytes);
    else if (message.kind === "took") this.#leftBytes += message.sizeBytes;
    else this.#hasEnded = true;
    this.#change();
  }

  #break(): void {
    this.#isBroken = true;
    this.#change();
  }

  #change(): void {
    this.#onChange.resolve();
    this.#onChange = Promise.withResolvers();
  }
}

function isFrame(message: object): message is Frame {
  const kind = "kind" in message && message.kind;
  return kind === "data" || kind === "took" || kind === "end";
}
