// @ts-types="./std/text_line_stream.d.ts"
import { TextLineStream } from "@std/streams/text-line-stream";

/**
 * The lines of a UTF-8 text that arrives as bytes.
 *
 * @returns the lines without their `\n` or `\r\n`; the last one may lack its end
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 *
 * const bytes = ReadableStream.from(["one\r\ntw", "o"].map((text) => new TextEncoder().encode(text)));
 * deepEqual(await Array.fromAsync(linesOf(bytes)), ["one", "two"]);
 * ```
 */
export function linesOf(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<string> {
  return bytes.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
}
