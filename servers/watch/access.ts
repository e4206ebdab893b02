/**
 * Who may ask what of a view. It listens on this machine only, but pages from elsewhere run on this
 * machine too, in its browser.
 *
 * @module
 */

/** The names under which this machine is itself: any other was made up elsewhere (DNS rebinding). */
const OWN_NAMES = ["127.0.0.1", "localhost", "[::1]"];
/** The port that an address of HTTP does not name. */
const DEFAULT_PORT = 80;
const RANDOM_BYTES = 16;

/** Sent with everything, so that a page can load nothing but its own and be shown in nobody else's. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; " +
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; " +
    "frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

/** A text that nobody can guess. */
export function makeToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether a request was meant for us, by whoever made it. */
export function mayRead({ headers }: Request, port: number): boolean {
  const ports = port === DEFAULT_PORT ? ["", `:${port}`] : [`:${port}`];
  const isOwn = (host: string | null) =>
    OWN_NAMES.some((name) => ports.some((shownPort) => host === name + shownPort));
  if (!isOwn(headers.get("host"))) return false;
  const origin = headers.get("origin"); // that of programs, and of a page's own reading, is absent
  return origin === null || isOwn(origin.replace(/^http:\/\//, ""));
}

/** Whether it may also change something: it must know the token, which no link can carry. */
export function mayControl(request: Request, port: number, token: string): boolean {
  const sent = request.headers.get("authorization") ?? "";
  return mayRead(request, port) && isSame(sent, `Bearer ${token}`);
}

/** Takes as long for every wrong text of the same length. */
function isSame(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let i = 0; i < one.length; i++) difference |= one.charCodeAt(i) ^ other.charCodeAt(i);
  return difference === 0;
}
