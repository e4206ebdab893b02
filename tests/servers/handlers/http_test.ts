import { http as httpHandler } from "../../../servers/handlers/http.ts";
import type { Reply } from "../../../servers/handlers/session.ts";
import { assertEquals, assertMatch, assertNotMatch } from "../../harness/assert.ts";
import { decode } from "../../harness/bytes.ts";
import { answers, cutAnywhere, handlerClient, texts } from "../../harness/handlers.ts";
import "../../harness/sanitizers.ts";

const http = () => httpHandler()(handlerClient());

const GET = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";
const CLOSING_GET = "GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
const HEAD = "HEAD /path?query HTTP/1.1\r\nHost: here\r\nAccept: */*\r\n\r\n";

/** How a response begins, whether it has the body that it announces, and whether it is the last. */
function summary({ bytes, close }: Reply): string {
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
  ["closes after HTTP/1.0", "GET / HTTP/1.0\r\n\r\n" + GET, [LAST_OK]],
  [
    "keeps HTTP/1.0 that asks for it",
    "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n" + GET,
    [OK, OK],
  ],
  ["closes when asked to", CLOSING_GET + GET, [LAST_OK]],
  ["hears close in any case", "GET / HTTP/1.1\r\nHost: here\r\nCONNECTION:  Close \r\n\r\n", [
    LAST_OK,
  ]],
  [
    "keeps the connection after a request with a body",
    "GET / HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhello" + GET,
    [OK, OK],
  ],
  [
    "keeps the connection after a request with a body in chunks",
    "GET / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + GET,
    [OK, OK],
  ],
  [
    "knows that no bytes are no body",
    "GET / HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n" + GET,
    [
      OK,
      OK,
    ],
  ],
];

for (const [promise, request, expected] of REQUESTS) {
  Deno.test(`http ${promise}`, () => assertEquals(responses(request), expected));
}

const REFUSED: [request: string, status: string][] = [
  ["PUT / HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\nhi", "405 Method Not Allowed"],
  ["OPTIONS * HTTP/1.1\r\nHost: here\r\n\r\n", "405 Method Not Allowed"],
  ["CONNECT here:443 HTTP/1.1\r\nHost: here\r\n\r\n", "405 Method Not Allowed"],
  ["DELETE / HTTP/1.1\r\nHost: here\r\n\r\n", "405 Method Not Allowed"],
  ["nonsense\r\n\r\n", "400 Bad Request"],
  ["GET /\r\n\r\n", "400 Bad Request"],
  ["get / HTTP/1.1\r\n\r\n", "400 Bad Request"],
  ["GET / HTTP/2.0\r\n\r\n", "505 HTTP Version Not Supported"],
  ["GET / HTTP/9.9\r\nHost: here\r\n\r\n", "505 HTTP Version Not Supported"],
  ["GET / \r\n\r\n", "400 Bad Request"],
  ["GET  / HTTP/1.1\r\nHost: here\r\n\r\n", "400 Bad Request"],
  ["GET / HTTP/1.1 \r\nHost: here\r\n\r\n", "400 Bad Request"],
  [" GET / HTTP/1.1\r\nHost: here\r\n\r\n", "400 Bad Request"],
  ["GET here HTTP/1.1\r\nHost: here\r\n\r\n", "400 Bad Request"],
  ["GET * HTTP/1.1\r\nHost: here\r\n\r\n", "400 Bad Request"],
  ["GET http:// HTTP/1.1\r\nHost: here\r\n\r\n", "400 Bad Request"],
  ["GET http://a@b/ HTTP/1.1\r\nHost: here\r\n\r\n", "400 Bad Request"],
  ["GET /\n\r\n", "400 Bad Request"],
  ["GET / HTTP/1.1\nHost: here\r\n\r\n", "400 Bad Request"],
  ["GET / HTTP/1.1\r\nHost: here\n\r\n", "400 Bad Request"],
  ["GET / HTTP/1.1\r\nHost: here\r\n\n", "400 Bad Request"],
  ["GET / HTTP/1.1\r\nHost: here\r\n\rX: y\r\n\r\n", "400 Bad Request"],
  ["GET / HTTP/1.1\r\nHost: here\r\nX[]: y\r\n\r\n", "400 Bad Request"],
  ["GET / HTTP/1.1\r\nHost: here\r\nExpect: 200-ok\r\n\r\n", "417 Expectation Failed"],
  [
    "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 9007199254740992\r\n\r\n",
    "413 Content Too Large",
  ],
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

/** Headers of a GET, and the status of the answer. Host is there unless it is what the case is about. */
const HEADERS: [version: "1.0" | "1.1", headers: string[], status: number][] = [
  ["1.1", [], 400],
  ["1.0", [], 200],
  ["1.1", ["Host:"], 200],
  ["1.1", ["Host: [::1]:80"], 200],
  ["1.1", ["Host: a", "Host: a"], 400],
  ["1.0", ["Host: a", "Host: b"], 400],
  ["1.1", ["Host: a b"], 400],
  ["1.1", ["Host: a/b"], 400],
  ["1.1", ["Host: a:b"], 400],
  ["1.1", ["Host : a"], 400],
  ["1.1", ["Host: a", "X: 1\r2"], 400],
  ["1.1", ["Host: a", "X: 1\0"], 400],
  ["1.1", ["Host: a", "X: caf\u00e9\u2028"], 200],
  ["1.1", ["Host: a", "\ufeffX: 1"], 400],
  ["1.1", ["Host: a", ": 1"], 400],
  ...["5", "05", "5, 5", "5,5"].map((length): [...typeof HEADERS[number]] => {
    return ["1.1", ["Host: a", `Content-Length: ${length}`], 200];
  }),
  ...["", "-5", "+5", "0x5", "5.0", "5 5", "5, 6", "5,", "five", "\u0665", "\u00a05", "\ufeff5"]
    .map(
      (length): [...typeof HEADERS[number]] => {
        return ["1.1", ["Host: a", `Content-Length: ${length}`], 400];
      },
    ),
  ["1.1", ["Host: a", "Content-Length: 5", "Content-Length: 5"], 200],
  ["1.1", ["Host: a", "Content-Length: 5", "content-length: 6"], 400],
  ["1.1", ["Host: a", "Transfer-Encoding: Chunked"], 200],
  ["1.1", ["Host: a", "Transfer-Encoding: gzip, chunked"], 501],
  ["1.1", ["Host: a", "Transfer-Encoding: chunked, gzip"], 400],
  ["1.1", ["Host: a", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], 400],
  ["1.1", ["Host: a", "Transfer-Encoding: identity"], 400],
  ["1.1", ["Host: a", "Transfer-Encoding: \u00a0chunked"], 400],
  ["1.1", ["Host: a", "Transfer-Encoding: chun\u212aed"], 400], // a K that JavaScript makes a k
  ["1.1", ["Host: a", "Transfer-Encoding: chunked", "Content-Length: 5"], 400],
  ["1.0", ["Transfer-Encoding: chunked"], 400],
];

for (const [version, headers, status] of HEADERS) {
  Deno.test(`http answers ${status} to HTTP/${version} with ${JSON.stringify(headers)}`, () => {
    const lines = [`GET / HTTP/${version}`, ...headers, "", ""];
    const isChunked = headers.at(-1) === "Transfer-Encoding: Chunked";
    const body = isChunked ? "5\r\nhello\r\n0\r\n\r\n" : "hello";
    const [answer] = texts(http(), lines.join("\r\n") + body);
    assertEquals(Number(answer.split(" ")[1]), status);
  });
}

Deno.test("http closes when asked to, whatever else it is asked for", () => {
  for (const options of ["close, keep-alive", "keep-alive\r\nConnection: close"]) {
    assertEquals(responses(GET.replace("\r\n\r\n", `\r\nConnection: ${options}\r\n\r\n`)), [
      LAST_OK,
    ]);
  }
  const other = GET.replace("\r\n\r\n", "\r\nConnection: x-close\r\n\r\n");
  assertEquals(responses(other), [OK]);
});

Deno.test("http says what it allows instead of other methods", () => {
  assertMatch(
    texts(http(), "PUT / HTTP/1.1\r\nHost: here\r\n\r\n")[0],
    /\r\nallow: GET, HEAD, POST\r\n/,
  );
  assertNotMatch(texts(http(), "put / HTTP/1.1\r\n\r\n")[0], /allow/);
});

Deno.test("http refuses a request with headers without end", () => {
  const endless = "GET / HTTP/1.1\r\n" + "a: b\r\n".repeat(101);
  assertEquals(answers(http(), endless).map(({ close }) => close), [true]);
  assertEquals(responses("GET / HTTP/1.1\r\nHost: here\r\n" + "a: b\r\n".repeat(99) + "\r\n"), [
    OK,
  ]);
});
