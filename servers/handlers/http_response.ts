import { type Reply, replyWith } from "./session.ts";

const encoder = new TextEncoder();

/** The headers of a response, beside those that all have. */
export type Headers = Readonly<Record<string, string>>;

/**
 * The head of a response.
 *
 * @param status with its reason, as in `200 OK`
 * @param keepAlive whether the connection serves the next request
 * @param headers by their names in lower case
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(
 *   responseHead("304 Not Modified", true, { etag: '"1"' }),
 *   'HTTP/1.1 304 Not Modified\r\netag: "1"\r\nconnection: keep-alive\r\n\r\n',
 * );
 * ```
 */
export function responseHead(status: string, keepAlive: boolean, headers: Headers): string {
  let lines = "";
  for (const name in headers) lines += `${name}: ${headers[name]}\r\n`;
  const connection = keepAlive ? "keep-alive" : "close";
  return `HTTP/1.1 ${status}\r\n${lines}connection: ${connection}\r\n\r\n`;
}

/**
 * A response with a text.
 *
 * @param isHead whether the request was a HEAD, whose response has no body
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(textResponse("200 OK", "hello\n", true, false).close, false);
 * ```
 */
export function textResponse(
  status: string,
  body: string,
  keepAlive: boolean,
  isHead: boolean,
  headers: Headers = {},
): Reply {
  const head = responseHead(status, keepAlive, {
    "content-type": "text/plain",
    "content-length": String(body.length),
    ...headers,
  });
  return replyWith(encoder.encode(isHead ? head : head + body), !keepAlive);
}

/**
 * A refusal, after which the connection ends: where the next request begins may be in doubt.
 *
 * @param status with its reason, as in `400 Bad Request`
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(refusal("400 Bad Request").close, true);
 * ```
 */
export function refusal(status: string): Reply {
  const allow = status.startsWith("405") ? { allow: "GET, HEAD, POST" } : undefined;
  return textResponse(status, `${status}\n`, false, false, allow);
}
