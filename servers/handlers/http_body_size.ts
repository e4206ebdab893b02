/** How many bytes a body has; `chunked` when only its chunks say so. */
export type BodySize = number | "chunked";

/**
 * How long the body of a request is, RFC 9112, 6.3.
 *
 * @param lengths the elements of all Content-Length headers
 * @param codings those of all Transfer-Encoding headers, in lower case
 * @param isOld whether the request is one of HTTP/1.0
 * @returns the size, or the status with which to refuse a request whose readers may differ
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(bodySizeOf(["5"], [], false), 5);
 * assertEquals(bodySizeOf(["5"], ["chunked"], false), "400 Bad Request");
 * ```
 */
export function bodySizeOf(
  lengths: readonly string[],
  codings: readonly string[],
  isOld: boolean,
): BodySize | string {
  // A number, and the same one if it is there several times.
  const isOne = lengths.every((length) => /^\d+$/.test(length) && length === lengths[0]);
  if (!isOne) return "400 Bad Request";
  if (codings.length === 0) {
    const size = Number(lengths[0] ?? 0);
    return Number.isSafeInteger(size) ? size : "413 Content Too Large";
  }
  // Section 6.1: with a length as well, or in HTTP/1.0, a proxy on the way has likely not understood it.
  const last = codings.indexOf("chunked");
  if (lengths.length > 0 || isOld || last !== codings.length - 1) return "400 Bad Request";
  return last > 0 ? "501 Not Implemented" : "chunked";
}
