import { http } from "../servers/handlers/http.ts";
import type { Answer } from "../servers/handlers/session.ts";
import { assertEquals, assertMatch, assertNotMatch } from "./harness/assert.ts";
import { decode } from "./harness/bytes.ts";
import { answers, cutAnywhere, texts } from "./harness/handlers.ts";
import "./harness/sanitizers.ts";

const GET = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";
const CLOSING_GET = "GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
const HEAD = "HEAD /path?query HTTP/1.1\r\nHost: here\r\nAccept: */*\r\n\r\n";

/** How a response begins, whether it has the body that it announces, and whether it is the last. */
function summary({ bytes, close }: Answer): string {
  const [head, body] = decode(bytes).split("\r\n\r\n");
  const [status, ...headers] = head.split("\r\n");
  const [, length] = /^content-length: (\d+)$/m.exec(headers.join("\n")) ?? [];
  const [, connection] = /^connection: ([\w-]+)$/m.exec(headers.join("\n")) ?? [];
  assertEquals(connection, close ? "close" : "keep-alive");
  const shown = body === "" ? "no body" : Number(length) === body.length ? "body" : "wrong body";
  return `${status}, ${length} bytes, ${shown}, ${connection}`;
}

const OK = "HTTP/1.1 200 OK, 6 bytes, body, keep-alive";
const LAST_OK = "HTTP/1.1 200 OK, 6 bytes, body, close";
const OK_TO_HEAD = "HTTP/1.1 200 OK, 6 bytes, no body, keep-alive";

function responses(...chunks: (string | Uint8Array)[]): string[] {
  return answers(http(), ...chunks).map(summary);
}

Deno.test("http answers a GET with a response that HTTP clients understand", () => {
  assertEquals(texts(http(), GET), [
    "HTTP/1.1 200 OK\r\n" +
    "content-type: text/plain\r\n" +
    "content-length: 6\r\n" +
    "connection: keep-alive\r\n" +
    "\r\n" +
    "hello\n",
  ]);
});

Deno.test("http answers pipelined requests in order, wherever they are cut", () => {
  const expected = [OK, OK_TO_HEAD, OK, LAST_OK];
  const pipelined = GET + HEAD + "\r\n" + GET + CLOSING_GET;
  for (const cut of cutAnywhere(pipelined)) assertEquals(responses(...cut), expected);
  assertEquals(responses(...pipelined), expected);
});

const REQUESTS: [promise: string, request: string, expected: string[]][] = [
  ["keeps the connection for the next request", GET + GET, [OK, OK]],
  ["sends no body to a HEAD", HEAD, [OK_TO_HEAD]],
  ["takes lines without carriage returns", GET.replaceAll("\r", ""), [OK]],
  ["closes after HTTP/1.0", "GET / HTTP/1.0\r\n\r\n" + GET, [LAST_OK]],
  [
    "keeps HTTP/1.0 that asks for it",
    "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n" + GET,
    [OK, OK],
  ],
  ["closes when asked to", CLOSING_GET + GET, [LAST_OK]],
  ["hears close in any case", "GET / HTTP/1.1\r\nCONNECTION:  Close \r\n\r\n", [LAST_OK]],
  [
    "closes after a request with a body",
    "GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello" + GET,
    [LAST_OK],
  ],
  [
    "closes after a request with a body in chunks",
    "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    [LAST_OK],
  ],
  ["knows that no bytes are no body", "GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n" + GET, [
    OK,
    OK,
  ]],
];

for (const [promise, request, expected] of REQUESTS) {
  Deno.test(`http ${promise}`, () => assertEquals(responses(request), expected));
}

const REFUSED: [request: string, status: string][] = [
  ["POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi", "405 Method Not Allowed"],
  ["DELETE / HTTP/1.1\r\n\r\n", "405 Method Not Allowed"],
  ["nonsense\r\n\r\n", "400 Bad Request"],
  ["GET /\r\n\r\n", "400 Bad Request"],
  ["get / HTTP/1.1\r\n\r\n", "400 Bad Request"],
  ["GET / HTTP/2.0\r\n\r\n", "400 Bad Request"],
  ["GET / HTTP/1.1\r\nno colon\r\n\r\n", "400 Bad Request"],
  ["GET / HTTP/1.1\r\nA: b\r\n folded: c\r\n\r\n", "400 Bad Request"],
  [`GET /${"x".repeat(8_192)} HTTP/1.1\r\n\r\n`, "431 Request Header Fields Too Large"],
  [`GET / HTTP/1.1\r\nA: ${"x".repeat(8_192)}`, "431 Request Header Fields Too Large"],
];

for (const [request, status] of REFUSED) {
  Deno.test(`http refuses with ${status}: ${JSON.stringify(request.slice(0, 40))}`, () => {
    const [refusal, ...rest] = answers(http(), request + GET);
    const expected = `HTTP/1.1 ${status}, ${status.length + 1} bytes, body, close`;
    assertEquals([summary(refusal), rest.length], [expected, 0]);
  });
}

Deno.test("http says what it allows instead of other methods", () => {
  assertMatch(texts(http(), "PUT / HTTP/1.1\r\n\r\n")[0], /\r\nallow: GET, HEAD\r\n/);
  assertNotMatch(texts(http(), "put / HTTP/1.1\r\n\r\n")[0], /allow/);
});

Deno.test("http refuses a request with headers without end", () => {
  const endless = "GET / HTTP/1.1\r\n" + "a: b\r\n".repeat(101);
  assertEquals(answers(http(), endless).map(({ close }) => close), [true]);
  assertEquals(responses("GET / HTTP/1.1\r\n" + "a: b\r\n".repeat(100) + "\r\n"), [OK]);
});
