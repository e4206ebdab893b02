// @ts-types="./std/text_line_stream.d.ts"
import { TextLineStream } from "@std/streams/text-line-stream";

/**
 * The lines of a UTF-8 text that arrives as bytes.
 *
 * @returns the lines without their `\n` or `\r\n`; the last one may lack its end
 * @example
 * ```ts
 * const bytes = ReadableStream.from([new TextEncoder().encode("one\r\ntw"), new Uint8Array([111])]);
 * await Array.fromAsync(linesOf(bytes)); // ["one", "two"]
 * ```
 */
export function linesOf(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<string> {
  return bytes.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
}
