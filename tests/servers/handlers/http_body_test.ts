import { http } from "../../../servers/handlers/http.ts";
import { assertEquals } from "../../harness/assert.ts";
import { answers, cutAnywhere, handlerClient, texts } from "../../harness/handlers.ts";
import "../../harness/sanitizers.ts";

const GET = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";

function post(headers: string, body: string): string {
  return `POST /form HTTP/1.1\r\nHost: here\r\n${headers}\r\n\r\n${body}`;
}

/** The status and the body of each answer. */
function shown(...chunks: (string | Uint8Array)[]): string[] {
  return texts(http()(handlerClient()), ...chunks).map((answer) => {
    const [head, body] = answer.split("\r\n\r\n");
    return `${head.split(" ")[1]} ${body.trim()}`;
  });
}

const CHUNKED = "Transfer-Encoding: chunked";
const THREE_CHUNKS = "5\r\nhello\r\n0a;name=value\r\n0123456789\r\n1 ; x\r\n\n\r\n";

const BODIES: [promise: string, request: string, answer: string][] = [
  ["with a length", post("Content-Length: 5", "hello"), "200 5 bytes"],
  ["with a length of none", post("Content-Length: 0", ""), "200 0 bytes"],
  ["without a length", post("A: b", ""), "200 0 bytes"],
  ["that look like a request", post(`Content-Length: ${GET.length}`, GET), "200 30 bytes"],
  ["in no chunks", post(CHUNKED, "0\r\n\r\n"), "200 0 bytes"],
  ["in chunks", post(CHUNKED, `${THREE_CHUNKS}0\r\n\r\n`), "200 16 bytes"],
  [
    "in chunks before a trailer",
    post(CHUNKED, `${THREE_CHUNKS}000\r\nContent-Length: 7\r\nX:\r\n\r\n`),
    "200 16 bytes",
  ],
];

for (const [promise, request, answer] of BODIES) {
  Deno.test(`http counts bodies ${promise}, wherever they are cut, and the next request follows`, () => {
    for (const cut of cutAnywhere(request + GET)) {
      assertEquals(shown(...cut), [answer, "200 hello"]);
    }
    assertEquals(shown(...request + GET), [answer, "200 hello"]);
  });
}

/** What comes instead of a body in chunks that two readers would understand in the same way. */
const AMBIGUOUS = [
  "g\r\n",
  "\r\n",
  "-5\r\nhello\r\n0\r\n\r\n",
  "+5\r\nhello\r\n0\r\n\r\n",
  "0x5\r\nhello\r\n0\r\n\r\n",
  "5 \r\nhello\r\n0\r\n\r\n",
  " 5\r\nhello\r\n0\r\n\r\n",
  "5\nhello\r\n0\r\n\r\n",
  "5\r\nhello\n0\r\n\r\n",
  "5\r\nhello!\r\n0\r\n\r\n",
  "5\r\nhello0\r\n\r\n",
  "5;a\nb\r\nhello\r\n0\r\n\r\n",
  "5;a\0b\r\nhello\r\n0\r\n\r\n",
  "0\r\n\n",
  "0\r\nno colon\r\n\r\n",
  "0\r\nA : b\r\n\r\n",
  "0\r\n folded: b\r\n\r\n",
  "ffffffffffffffff\r\n",
  `5;${"x".repeat(1_024)}\r\nhello\r\n0\r\n\r\n`,
  "1".repeat(1_025),
  "0\r\n" + "A: b\r\n".repeat(101),
];

for (const body of AMBIGUOUS) {
  Deno.test(`http refuses a body in chunks that begins ${JSON.stringify(body.slice(0, 30))}`, () => {
    const [refusal, ...rest] = answers(http()(handlerClient()), post(CHUNKED, body) + GET);
    assertEquals([refusal.close, rest.length], [true, 0]);
    assertEquals(shown(post(CHUNKED, body) + GET), ["400 400 Bad Request"]);
  });
}

Deno.test("http counts a body that is larger than memory, and keeps none of it", () => {
  const session = http()(handlerClient());
  const pieces = 10_000;
  const piece = new Uint8Array(65_536);
  assertEquals(texts(session, post(`Content-Length: ${pieces * piece.length}`, "")), []);
  for (let i = 1; i < pieces; i++) assertEquals(session.onData(piece).next(), undefined);
  assertEquals(texts(session, piece)[0].split("\r\n\r\n")[1], `${pieces * piece.length} bytes\n`);
});

const EXPECTING = "Expect: 100-Continue\r\n";

Deno.test("http says 100 Continue to a client that waits for it with its body", () => {
  const session = http()(handlerClient());
  assertEquals(texts(session, post(`${EXPECTING}Content-Length: 5`, "")), [
    "HTTP/1.1 100 Continue\r\n\r\n",
  ]);
  assertEquals(texts(session, "hello")[0].split("\r\n\r\n")[1], "5 bytes\n");
});

Deno.test("http says no 100 Continue when it is of no use", () => {
  assertEquals(shown(post(`${EXPECTING}Content-Length: 5`, "hello")), ["200 5 bytes"]);
  assertEquals(shown(post(`${EXPECTING}Content-Length: 0`, "")), ["200 0 bytes"]);
  assertEquals(shown(`GET / HTTP/1.1\r\nHost: here\r\n${EXPECTING}\r\n`), ["200 hello"]);
  const old = "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
  assertEquals(shown(old), []);
  const refused = post(`${EXPECTING}Content-Length: 5`, "").replace("POST", "PUT");
  assertEquals(shown(refused), ["405 405 Method Not Allowed"]);
});

Deno.test("http takes absolute URIs", () => {
  for (const target of ["http://here", "HTTP://here:80/", "http://[::1]/path?query"]) {
    assertEquals(shown(`GET ${target} HTTP/1.1\r\nHost: other\r\n\r\n`), ["200 hello"]);
  }
});
