import { type RequestHead, RequestReader } from "./http_request.ts";
import { LineBuffer } from "./line_buffer.ts";
import { GeneratedReplies, type Reply, replyWith, type Session } from "./session.ts";

/** The longest line of a request that is read, in bytes; browsers stay far below. */
const LONGEST_LINE_BYTES = 8_192;
const MAX_HEADERS = 100;
const encoder = new TextEncoder();

/**
 * As much of HTTP/1.1 (RFC 9112) as ordinary clients and load tools need: GET and HEAD with
 * keep-alive and pipelining. A request with a body is answered and is the connection's last. An
 * ambiguous request is refused.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * const request = "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
 * const reply = http().onData(new TextEncoder().encode(request)).next();
 * assertStringIncludes(new TextDecoder().decode(reply?.bytes), "HTTP/1.1 200 OK");
 * ```
 */
export function http(): Session {
  const buffer = new LineBuffer(LONGEST_LINE_BYTES);
  let request: RequestReader | undefined;

  function* replies(lines: Iterable<string | null>): Generator<Reply> {
    for (const line of lines) {
      if (line === null) return yield refusal("431 Request Header Fields Too Large");
      if (request === undefined) {
        // Empty lines before a request are skipped, RFC 9112 section 2.2.
        if (line === "") continue;
        request = RequestReader.begin(line);
        if (request === undefined) return yield refusal("400 Bad Request");
      } else if (line !== "") {
        if (request.count === MAX_HEADERS) {
          return yield refusal("431 Request Header Fields Too Large");
        }
        if (!request.take(line)) return yield refusal("400 Bad Request");
      } else {
        const reply = respond(request.end());
        request = undefined;
        yield reply;
        if (reply.close) return;
      }
    }
  }

  return { onData: (chunk) => new GeneratedReplies(replies(buffer.lines(chunk))) };
}

function respond(request: RequestHead | string): Reply {
  if (typeof request === "string") return refusal(request);
  const { method } = request;
  if (method !== "GET" && method !== "HEAD") return refusal("405 Method Not Allowed", "GET, HEAD");
  const keepAlive = request.keepAlive && !request.hasBody;
  return replyWith(response("200 OK", "hello\n", keepAlive, method === "GET"), !keepAlive);
}

function refusal(status: string, allow?: string): Reply {
  return replyWith(response(status, `${status}\n`, false, true, allow), true);
}

function response(
  status: string,
  body: string,
  keepAlive: boolean,
  withBody: boolean,
  allow?: string,
): Uint8Array {
  return encoder.encode(
    `HTTP/1.1 ${status}\r\n` +
      "content-type: text/plain\r\n" +
      `content-length: ${body.length}\r\n` +
      (allow === undefined ? "" : `allow: ${allow}\r\n`) +
      `connection: ${keepAlive ? "keep-alive" : "close"}\r\n\r\n` +
      (withBody ? body : ""),
  );
}
