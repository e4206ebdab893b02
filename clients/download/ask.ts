import { codingsOf, decode } from "./content_coding.ts";
import { hideCredentials } from "./credentials.ts";
import type { Description, Resumption } from "./destination.ts";
import { DownloadError, type Reason } from "./reasons.ts";
import { parseContentRange, parseRetryAfter, sizeOf, strongValidator } from "./headers.ts";
import type { IdleTimeout } from "./idle_timeout.ts";
import { visible } from "../../cli/visible_text.ts";
import { toError } from "../../servers/system/thrown.ts";

/** The answer of a server that sends the file, or the rest of it. */
export interface Answer extends Description {
  /** Which byte of the file is the first. */
  readonly offsetBytes: number;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
}

/**
 * Requests the file at `url`, or the rest of it.
 *
 * @param resumption what is there already; `undefined`: nothing
 * @param idleTimeout aborts it when the server is silent for too long
 * @throws {DownloadError} if the server does not send it
 */
export async function ask(
  url: URL,
  resumption: Resumption | undefined,
  idleTimeout: IdleTimeout,
): Promise<Answer> {
  if (resumption !== undefined) {
    const { offsetBytes, validator } = resumption;
    const range = { "Range": `bytes=${offsetBytes}-`, "If-Range": validator };
    const response = await send(url, range, idleTimeout);
    if (continues(response, resumption)) return { ...resumption, body: response.body };
    // Partial Content of something else, or Range Not Satisfiable: then all of it.
    if (![206, 416].includes(response.status)) return await begin(response, idleTimeout.signal);
    await response.body?.cancel();
  }
  return await begin(await send(url, {}, idleTimeout), idleTimeout.signal);
}

/**
 * Whether these are the bytes that were missing, or the first of them. The answer must prove it: a
 * server that does not know `If-Range` sends a part of whatever is there by now.
 */
function continues(response: Response, { offsetBytes, sizeBytes, validator }: Resumption): boolean {
  const { status, headers } = response;
  const range = parseContentRange(headers.get("content-range"));
  if (status !== 206 || range === undefined || codingsIn(headers).length > 0) return false;
  return range.first === offsetBytes && range.sizeBytes === sizeBytes &&
    sizeOf(headers) === range.last - range.first + 1 &&
    !/^multipart\//i.test(headers.get("content-type") ?? "") &&
    strongValidator(headers) === validator;
}

async function begin(response: Response, signal: AbortSignal): Promise<Answer> {
  const { status, statusText, headers, body } = response;
  try {
    if (!response.ok || status === 206) {
      const retryAfterMs = parseRetryAfter(headers.get("retry-after"));
      throw new DownloadError({ kind: "status", status, statusText, retryAfterMs });
    }
    const codings = codingsIn(headers);
    const decoded = body && decode(body, codings, signal);
    // Sizes and offsets in headers are those of the encoded file.
    const sizeBytes = codings.length > 0 ? undefined : sizeOf(headers);
    const canResume = sizeBytes !== undefined && headers.get("accept-ranges") !== "none";
    return {
      offsetBytes: 0,
      body: decoded,
      sizeBytes,
      ...canResume && { validator: strongValidator(headers) },
    };
  } catch (error) {
    await body?.cancel();
    throw error;
  }
}

/** What was done to the file, and after that to the message, which `fetch` has not undone. */
function codingsIn(headers: Headers): string[] {
  return [
    ...codingsOf(headers.get("content-encoding")),
    ...codingsOf(headers.get("transfer-encoding")),
  ];
}

async function send(
  url: URL,
  headers: Record<string, string>,
  idleTimeout: IdleTimeout,
): Promise<Response> {
  const { signal } = idleTimeout;
  // An encoded body has no known size and cannot be resumed. Versions of Deno also differ in what they
  // decode; with this header, the headers of the answer say what is left to decode.
  const own = { ...headers, "Accept-Encoding": "identity" };
  try {
    return await idleTimeout.during(fetch(url, { headers: own, signal }));
  } catch (error) {
    signal.throwIfAborted();
    throw new DownloadError(whyNoAnswer(toError(error)));
  }
}

/** Why `fetch` had no answer; it gives its reasons in words only. */
function whyNoAnswer({ message, cause }: Error): Reason {
  // A redirect may put any characters into it, and terminals show it.
  const told = visible(hideCredentials(cause instanceof Error ? cause.message : message));
  const short = told.replace(
    /^error sending request .*?client error \(\w+\): |^Fetch failed: /,
    "",
  );
  if (/^Maximum number of redirects/.test(short)) return { kind: "too-many-redirects" };
  if (/certificate/.test(short)) return { kind: "certificate", message: short };
  return /^Fetch failed|^Invalid URL/.test(told)
    ? { kind: "not-allowed", message: short }
    : { kind: "no-answer", message: short };
}
