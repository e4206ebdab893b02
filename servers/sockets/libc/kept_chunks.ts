import type { ProvidedBuffers } from "../../system/provided_buffers.ts";

/** What has arrived for a server that did not want it yet. */
interface Kept {
  bytes: Uint8Array;
  /** The number of its buffer, or -1 for a copy. */
  buffer: number;
}

/**
 * Chunks that have arrived before the server wanted them, in order. Empty bytes are the end of the stream.
 * A chunk is kept in the buffer in which it arrived, or as a copy.
 */
export class KeptChunks {
  #list: Kept[] | undefined = undefined; // most clients never need it

  /** @param buffers of which some may be given back */
  constructor(private readonly buffers: ProvidedBuffers) {}

  get count(): number {
    return this.#list?.length ?? 0;
  }

  /** @param buffer the number of the buffer that is kept, or -1 to keep a copy */
  add(bytes: Uint8Array, buffer: number): void {
    (this.#list ??= []).push({ bytes: buffer < 0 ? bytes.slice() : bytes, buffer });
  }

  /** The oldest, whose buffer is the caller's from now on. */
  take(): Kept | undefined {
    return this.#list?.shift();
  }

  /** Gives back the buffers, and keeps copies. */
  copy(): void {
    for (const kept of this.#list ?? []) {
      if (kept.buffer < 0) continue;
      kept.bytes = kept.bytes.slice();
      this.buffers.give(kept.buffer);
      kept.buffer = -1;
    }
  }

  /** Gives back the buffers, and keeps nothing. */
  clear(): void {
    for (const { buffer } of this.#list ?? []) if (buffer >= 0) this.buffers.give(buffer);
    this.#list = undefined;
  }
}
