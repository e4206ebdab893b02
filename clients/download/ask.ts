import { parseContentRange } from "./content_range.ts";
import type { Description, Destination, Resumption } from "./destination.ts";
import { DownloadError, type Reason } from "./reasons.ts";
import type { Silence } from "./silence.ts";
import { toError } from "../../servers/sockets/thrown.ts";
import { strongValidator } from "./validator.ts";

/** What a server answers that sends the file, or the rest of it. */
export interface Answer extends Description {
  /** Which byte of the file is the first. */
  readonly offsetBytes: number;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
}

/**
 * Asks for what is at `url`, or for what is missing of it.
 *
 * @throws {DownloadError} if the server does not send it
 */
export async function ask(
  url: URL,
  { isVerbatim, resumption }: Destination,
  silence: Silence,
): Promise<Answer> {
  // A size, and an offset to go on from, are those of the encoded file. So what goes to disk is asked
  // for without an encoding.
  const verbatim: Record<string, string> = isVerbatim ? { "Accept-Encoding": "identity" } : {};
  if (resumption !== undefined) {
    const { offsetBytes, validator } = resumption;
    const range = { "Range": `bytes=${offsetBytes}-`, "If-Range": validator };
    const response = await send(url, { ...verbatim, ...range }, silence);
    if (continues(response, resumption)) return { ...resumption, body: response.body };
    // Partial Content of something else, or Range Not Satisfiable: then all of it.
    const isOfNoUse = [206, 416].includes(response.status) || isEncoded(response);
    if (!isOfNoUse) return await begin(response);
    await response.body?.cancel();
  }
  const response = await send(url, verbatim, silence);
  if (!isVerbatim || !response.ok || !isEncoded(response)) return await begin(response);
  // The server encodes it all the same. `fetch` decodes only what was not asked for by hand.
  await response.body?.cancel();
  return await begin(await send(url, {}, silence));
}

/** Whether these are the bytes that were missing, or the first of them. */
function continues(response: Response, { offsetBytes, sizeBytes, validator }: Resumption): boolean {
  const range = parseContentRange(response.headers.get("content-range"));
  if (response.status !== 206 || range === undefined) return false;
  const current = strongValidator(response.headers);
  return range.first === offsetBytes && range.sizeBytes === sizeBytes &&
    decodedSizeBytes(response) === range.last - range.first + 1 &&
    (current === undefined || current === validator);
}

async function begin(response: Response): Promise<Answer> {
  const { status, statusText, headers, body } = response;
  if (!response.ok || status === 206) {
    await body?.cancel();
    const retryAfterMs = parseRetryAfter(headers.get("retry-after"));
    throw new DownloadError({ kind: "status", status, statusText, retryAfterMs });
  }
  const sizeBytes = decodedSizeBytes(response);
  const canResume = sizeBytes !== undefined && headers.get("accept-ranges") !== "none";
  return {
    offsetBytes: 0,
    body,
    sizeBytes,
    ...canResume && { validator: strongValidator(headers) },
  };
}

/**
 * The size of what the body gives, if that is known beforehand. Where it is not the body may be encoded:
 * some versions of `fetch` decode it without telling, and take the size away.
 */
function decodedSizeBytes(response: Response): number | undefined {
  const length = response.headers.get("content-length");
  return length === null || isEncoded(response) ? undefined : Number(length);
}

function isEncoded({ headers }: Response): boolean {
  return (headers.get("content-encoding") ?? "identity") !== "identity";
}

/** Seconds, or a date, RFC 9110, 10.2.3. */
function parseRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

async function send(
  url: URL,
  headers: Record<string, string>,
  silence: Silence,
): Promise<Response> {
  const { signal } = silence;
  try {
    return await silence.during(fetch(url, { headers, signal }));
  } catch (error) {
    signal.throwIfAborted();
    throw new DownloadError(whyNoAnswer(toError(error)));
  }
}

/** `fetch` tells its reasons in words only. */
function whyNoAnswer({ message, cause }: Error): Reason {
  const told = cause instanceof Error ? cause.message : message;
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
