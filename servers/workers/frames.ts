/**
 * Messages in a stream of bytes: the length of each, then what it is as JSON, then bytes.
 *
 * @module
 */

import { joinedBytes } from "../handlers/joined_bytes.ts";

/** The lengths of the whole and of the JSON, 32 bits each. */
const HEAD_BYTES = 8;
/** A longer one is none of ours. */
const MAX_FRAME_BYTES = 2 ** 30;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const NOTHING = new Uint8Array(0);

/**
 * The bytes that stand for a message.
 *
 * @param message plain data, of which `bytes` may be a `Uint8Array`
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const frame = encodeFrame({ kind: "said", bytes: Uint8Array.of(42) });
 * const reader = new FrameReader();
 * assertEquals([...reader.read(frame)], [{ kind: "said", bytes: Uint8Array.of(42) }]);
 * ```
 */
export function encodeFrame(message: object): Uint8Array {
  const bytes = "bytes" in message && message.bytes instanceof Uint8Array ? message.bytes : NOTHING;
  const json = encoder.encode(
    JSON.stringify(message, (name, value) => name === "bytes" ? undefined : value),
  );
  const frame = new Uint8Array(HEAD_BYTES + json.length + bytes.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, json.length + bytes.length);
  view.setUint32(4, json.length);
  frame.set(json, HEAD_BYTES);
  frame.set(bytes, HEAD_BYTES + json.length);
  return frame;
}

/** Takes a stream apart. */
export class FrameReader {
  #rest: Uint8Array = NOTHING;

  /**
   * Adds some of the stream.
   *
   * @returns the messages that are whole now, each with `bytes`
   * @throws {Error} when the stream holds something else
   */
  *read(chunk: Uint8Array): Generator<object & { readonly bytes: Uint8Array }> {
    let rest = this.#rest.length === 0 ? chunk : joinedBytes(this.#rest, chunk);
    while (rest.length >= HEAD_BYTES) {
      const view = new DataView(rest.buffer, rest.byteOffset);
      const [length, jsonLength] = [view.getUint32(0), view.getUint32(4)];
      if (length > MAX_FRAME_BYTES || jsonLength > length) throw new Error("this is no message");
      const end = HEAD_BYTES + length;
      if (rest.length < end) break;
      const bytesBegin = HEAD_BYTES + jsonLength;
      const message = JSON.parse(decoder.decode(rest.subarray(HEAD_BYTES, bytesBegin)));
      message.bytes = rest.slice(bytesBegin, end);
      rest = rest.subarray(end);
      yield message;
    }
    this.#rest = rest.slice(); // the chunk is good until the next one is received
  }
}
