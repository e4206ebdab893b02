/**
 * What the headers of an answer say about the file, RFC 9110.
 *
 * @module
 */

/** `Sun, 06 Nov 1994 08:49:37 GMT`, and the two forms of old servers, RFC 9110, 5.6.7. */
const HTTP_DATE = /^[A-Z][a-z]{2,8},? .*\d{2}:\d{2}:\d{2}/;

/** What {@linkcode strongValidator} takes a weak or malformed entity tag for. */
const STRONG_TAG = /^"[\x21\x23-\x7e\x80-\xff]*"$/;
/** How much older than the answer a date must be, so that the file cannot have changed unnoticed. */
const STRONG_AGE_MS = 1_000;

/**
 * How many bytes a body has, if that is known beforehand. A length that is sent more than once, as
 * `5, 5`, is one length, RFC 9110, 8.6. It says nothing beside a Transfer-Encoding, RFC 9112, 6.3.
 */
export function sizeOf(headers: Headers): number | undefined {
  const header = headers.get("content-length");
  if (header === null || headers.has("transfer-encoding")) return undefined;
  const lengths = new Set(header.split(",").map(parseLength));
  const [length] = lengths;
  return lengths.size === 1 ? length : undefined;
}

function parseLength(text: string): number | undefined {
  return /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : undefined;
}

/** Which bytes of a file an answer with status 206 has. */
export interface ContentRange {
  readonly first: number;
  readonly last: number;
  /** The size of the whole file, if the server says it. */
  readonly sizeBytes: number | undefined;
}

/** Reads a header `Content-Range`, RFC 9110, 14.4; `undefined` for none, or one that makes no sense. */
export function parseContentRange(header: string | null): ContentRange | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(header ?? "");
  if (match === null) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2])];
  const sizeBytes = match[3] === "*" ? undefined : Number(match[3]);
  return first <= last && last < (sizeBytes ?? Infinity) ? { first, last, sizeBytes } : undefined;
}

/**
 * How long a server asks to be left alone: whole seconds, or up to a date, RFC 9110, 10.2.3.
 *
 * @returns milliseconds; `undefined` if it asks for nothing that makes sense
 */
export function parseRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  if (!HTTP_DATE.test(header)) return undefined; // of "1.5" or "-5", Date.parse() would make a day
  const ms = Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/**
 * What a later request may name in `If-Range` so that it gets the rest of this file and of no other,
 * RFC 9110, 13.1.5: a strong entity tag or, where there is no tag, a date that is old enough.
 */
export function strongValidator(headers: Headers): string | undefined {
  const tag = headers.get("etag");
  if (tag !== null) return STRONG_TAG.test(tag) ? tag : undefined;
  const modified = headers.get("last-modified");
  if (modified === null) return undefined;
  const ageMs = Date.parse(headers.get("date") ?? "") - Date.parse(modified);
  return ageMs >= STRONG_AGE_MS ? modified : undefined; // also if one of the two is no date
}
