/**
 * Decides which requests may read a view and which may control its server. The view listens on this
 * machine only, but pages from elsewhere also run on this machine, in its browser.
 *
 * @module
 */

/** The names of this machine for itself. Any other name is an attack by DNS rebinding. */
const OWN_NAMES = ["127.0.0.1", "localhost", "[::1]"];
/** The default port of HTTP, which addresses leave out. */
const DEFAULT_PORT = 80;
const RANDOM_BYTES = 16;

/** Sent with every answer: the page loads only its own files, and no other page can embed it. */
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

/** Makes a random text that cannot be guessed: 128 bits, in hexadecimal. */
export function makeToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Whether a request may read the view: its host, and its origin if it has one, are this view.
 *
 * @param port on which the view listens
 */
export function mayRead(request: Request, port: number): boolean {
  return foreignHeader(request, port) === undefined;
}

/**
 * The header that says that a request is not for this view, or not from it: see {@linkcode mayRead}.
 *
 * @param port on which the view listens
 * @returns its name; `undefined` where there is none
 */
export function foreignHeader({ headers }: Request, port: number): "host" | "origin" | undefined {
  const ports = port === DEFAULT_PORT ? ["", `:${port}`] : [`:${port}`];
  const isOwn = (host: string | null) =>
    OWN_NAMES.some((name) => ports.some((shownPort) => host === name + shownPort));
  if (!isOwn(headers.get("host"))) return "host";
  const origin = headers.get("origin"); // programs and same-origin reads send none
  return origin === null || isOwn(origin.replace(/^http:\/\//, "")) ? undefined : "origin";
}

/**
 * Whether a request may also control the server: it must carry the token in a header, which no link
 * can.
 *
 * @param port on which the view listens
 * @param token of the view
 */
export function mayControl(request: Request, port: number, token: string): boolean {
  const sent = request.headers.get("authorization") ?? "";
  return mayRead(request, port) && isToken(sent, `Bearer ${token}`);
}

/** Whether a token is right. The time that this takes does not tell how many characters are. */
export function isToken(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let i = 0; i < one.length; i++) difference |= one.charCodeAt(i) ^ other.charCodeAt(i);
  return difference === 0;
}
