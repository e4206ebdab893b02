/** `Sun, 06 Nov 1994 08:49:37 GMT`, and the two forms of old servers, RFC 9110, 5.6.7. */
const HTTP_DATE = /^[A-Z][a-z]{2,8},? .*\d{2}:\d{2}:\d{2}/;

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
