import { LineBuffer } from "./line_buffer.ts";
import { type Answer, answerWith, GeneratedAnswers, type Session } from "./session.ts";

/** The longest line of a request that is read, in bytes; browsers stay far below. */
const LONGEST_LINE_BYTES = 8_192;
const MOST_HEADERS = 100;
const encoder = new TextEncoder();

interface Request {
  readonly method: string;
  readonly version: string;
  keepAlive: boolean;
  hasBody: boolean;
  headers: number;
}

/**
 * As much of HTTP/1.1 (RFC 9112) as ordinary clients and load tools need: GET and HEAD with
 * keep-alive and pipelining. A request with a body is answered and is the connection's last.
 */
export function http(): Session {
  const buffer = new LineBuffer(LONGEST_LINE_BYTES);
  let request: Request | undefined;

  function* answers(lines: Iterable<string | null>): Generator<Answer> {
    for (const line of lines) {
      if (line === null) return yield refusal("431 Request Header Fields Too Large");
      if (request === undefined) {
        // Empty lines before a request are skipped, RFC 9112 section 2.2.
        if (line === "") continue;
        request = parseRequestLine(line);
        if (request === undefined) return yield refusal("400 Bad Request");
      } else if (line !== "") {
        if (request.headers === MOST_HEADERS) {
          return yield refusal("431 Request Header Fields Too Large");
        }
        if (!takeHeader(request, line)) return yield refusal("400 Bad Request");
      } else {
        const answer = respond(request);
        request = undefined;
        yield answer;
        if (answer.close) return;
      }
    }
  }

  return { receive: (chunk) => new GeneratedAnswers(answers(buffer.lines(chunk))) };
}

function parseRequestLine(line: string): Request | undefined {
  const match = /^([A-Z]+) (\S+) (HTTP\/1\.[01])$/.exec(line);
  if (match === null) return undefined;
  const [, method, , version] = match;
  return { method, version, keepAlive: version === "HTTP/1.1", hasBody: false, headers: 0 };
}

/** @returns whether `line` was a header that may stand in a request */
function takeHeader(request: Request, line: string): boolean {
  const match = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line);
  if (match === null) return false;
  request.headers++;
  const value = match[2].toLowerCase();
  switch (match[1].toLowerCase()) {
    case "connection":
      if (value.includes("close")) request.keepAlive = false;
      else if (value.includes("keep-alive")) request.keepAlive = true;
      break;
    case "content-length":
      request.hasBody ||= value !== "0";
      break;
    case "transfer-encoding":
      request.hasBody = true;
      break;
  }
  return true;
}

function respond(request: Request): Answer {
  const { method } = request;
  if (method !== "GET" && method !== "HEAD") return refusal("405 Method Not Allowed", "GET, HEAD");
  const keepAlive = request.keepAlive && !request.hasBody;
  return answerWith(response("200 OK", "hello\n", keepAlive, method === "GET"), !keepAlive);
}

function refusal(status: string, allow?: string): Answer {
  return answerWith(response(status, `${status}\n`, false, true, allow), true);
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
