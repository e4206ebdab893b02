import { ask } from "./ask.ts";
import type { Destination } from "./destination.ts";
import type { Download } from "./download.ts";
import { DownloadError } from "./reasons.ts";
import { IdleTimeout } from "./idle_timeout.ts";
import { messageOf } from "../../servers/system/thrown.ts";

/**
 * One attempt at a download: fetches what is missing and writes each chunk as it comes, so that only one
 * chunk is in memory.
 *
 * @param timeoutMs how long the server may be silent
 * @param stop aborts the attempt
 * @throws {DownloadError} if it fails for a reason that can be foreseen
 */
export async function receive(
  download: Download,
  destination: Destination,
  timeoutMs: number,
  stop: AbortSignal,
): Promise<void> {
  download.phase = "asking";
  using idleTimeout = new IdleTimeout(timeoutMs, stop);
  const { offsetBytes, sizeBytes, validator, body } = await ask(
    download.url,
    destination.resumption,
    idleTimeout,
  );
  if (offsetBytes === 0) await destination.restart({ sizeBytes, validator });
  download.begin(offsetBytes, sizeBytes);
  for await (const chunk of chunksOf(body, download, idleTimeout)) {
    download.took(chunk.length);
    await destination.write(chunk);
  }
  // `fetch` makes sure that all of the answer has come, which may be less than was missing.
  const { receivedBytes } = download;
  if (sizeBytes !== undefined && receivedBytes !== sizeBytes) {
    throw new DownloadError({ kind: "too-short", receivedBytes, sizeBytes });
  }
}

/** The body piece by piece. The next is asked for when the last was taken care of. */
async function* chunksOf(
  body: ReadableStream<Uint8Array> | null,
  download: Download,
  idleTimeout: IdleTimeout,
): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  // The signal of `fetch` ends its body only until the response is garbage. Cancelling a broken body
  // fails, and its read() says why.
  idleTimeout.signal.addEventListener("abort", () => reader.cancel().catch(() => {}));
  for (;;) {
    const { done, value } = await nextChunk(reader, download, idleTimeout);
    if (done) return;
    yield value;
  }
}

async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { receivedBytes }: Download,
  idleTimeout: IdleTimeout,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    const result = await idleTimeout.during(reader.read());
    idleTimeout.signal.throwIfAborted(); // a read that was cancelled looks like the end of the body
    return result;
  } catch (error) {
    idleTimeout.signal.throwIfAborted();
    throw new DownloadError({ kind: "broke-off", receivedBytes, message: messageOf(error) });
  }
}
