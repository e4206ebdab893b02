/** What {@linkcode strongValidator} takes a weak or malformed entity tag for. */
const STRONG_TAG = /^"[\x21\x23-\x7e\x80-\xff]*"$/;
/** How much older than the answer a date must be, so that the file cannot have changed unnoticed. */
const STRONG_AGE_MS = 1_000;

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
