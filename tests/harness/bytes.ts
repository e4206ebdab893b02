/**
 * Bytes for tests.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { assertEquals } from "./assert.ts";

const encoder = new TextEncoder();

export function encode(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** For whole texts: one that is cut within a character needs a decoder of its own. */
export function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Bytes that no mistake leaves looking the same. */
export function randomBytes(sizeBytes: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
}

/** All the chunks, one after another. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** `assertEquals` for megabytes: it says where the first difference is instead of showing them. */
export function assertSameBytes(actual: Uint8Array, expected: Uint8Array): void {
  assertEquals(actual.length, expected.length);
  if (Buffer.compare(actual, expected) === 0) return; // many times as fast as a look at each
  const place = actual.findIndex((byte, index) => byte !== expected[index]);
  assertEquals(place, -1, `byte ${place} of ${expected.length} is another`);
}

export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const zipped = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(zipped).bytes();
}
