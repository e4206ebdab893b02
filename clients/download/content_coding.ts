/**
 * The codings in which servers send what was asked for without any, RFC 9110, 8.4.
 *
 * A decoder must fail on a stream that ends too early. `node:zlib` does so for gzip and
 * deflate, where `DecompressionStream` does not; for Brotli it is the other way round.
 *
 * @module
 */

import type { Transform } from "node:stream";
import { createGunzip, createInflate, createInflateRaw } from "node:zlib";
import { DownloadError } from "./reasons.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Decoder = ReadableWritablePair<Bytes, Bytes>;

/** The codings that a header names, in the order in which they were applied. */
export function codingsOf(header: string | null): string[] {
  return (header ?? "").toLowerCase().split(",").map((coding) => coding.trim())
    .filter((coding) => !["", "identity", "chunked"].includes(coding)); // `fetch` joins the chunks
}

/**
 * Undoes `codings`.
 *
 * @param signal ends it
 * @throws {DownloadError} for a coding that cannot be undone
 */
export function decode(
  body: ReadableStream<Bytes>,
  codings: readonly string[],
  signal: AbortSignal,
): ReadableStream<Bytes> {
  const decoders = codings.map(makeDecoder);
  return decoders.reduceRight((bytes, decoder) => bytes.pipeThrough(decoder, { signal }), body);
}

function makeDecoder(coding: string): Decoder {
  switch (coding) {
    case "gzip":
    case "x-gzip":
      return new ZlibStream(() => createGunzip());
    case "deflate":
      return new ZlibStream((first) => isZlib(first) ? createInflate() : createInflateRaw());
    case "br":
      return makeBrotliDecoder();
    default:
      // A header may have any bytes in it, and this is shown on terminals.
      throw new DownloadError({ kind: "encoding", encoding: coding.replace(/[^!-~]/g, "?") });
  }
}

/** Many servers omit the header of RFC 1950, 2.2: method 8, with which no raw stream begins. */
function isZlib([first]: Bytes): boolean {
  return (first & 0x0f) === 8;
}

/** Not every version of Deno has it. */
function makeBrotliDecoder(): Decoder {
  try {
    return new DecompressionStream("brotli");
  } catch {
    throw new DownloadError({ kind: "encoding", encoding: "br" });
  }
}

/** Sends bytes through a stream of `node:zlib`, which is made when the first of them are there. */
class ZlibStream extends TransformStream<Bytes, Bytes> {
  constructor(make: (first: Bytes) => Transform) {
    let steps: ZlibSteps | undefined = undefined;
    super({
      async transform(chunk, controller) {
        steps ??= new ZlibSteps(make(chunk), (bytes) => controller.enqueue(bytes));
        await steps.write(chunk);
      },
      async flush() {
        await steps?.end();
      },
    });
  }
}

/** A stream of `node:zlib`, of which each step is waited for. Its fault may come after its step. */
class ZlibSteps {
  #fault: Error | undefined = undefined;
  #fail: (fault: Error) => void = () => {};

  constructor(private readonly zlib: Transform, onData: (bytes: Bytes) => void) {
    zlib.on("data", onData);
    zlib.on("error", (fault: Error) => {
      this.#fault = fault;
      this.#fail(fault);
    });
  }

  write(chunk: Bytes): Promise<void> {
    return this.#step((done) => this.zlib.write(chunk, () => done()));
  }

  end(): Promise<void> {
    return this.#step((done) => this.zlib.once("end", done).end());
  }

  #step(begin: (done: () => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#fault !== undefined) return reject(this.#fault);
      this.#fail = reject;
      begin(resolve);
    });
  }
}
