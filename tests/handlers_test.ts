import { bytes, MOST_BYTES } from "../servers/handlers/bytes.ts";
import { burdened } from "../servers/handlers/burden.ts";
import { HandlerError, loadCustomHandler } from "../servers/handlers/custom.ts";
import { HANDLER_NAMES, isHandlerFile, makeHandler } from "../servers/handlers/handlers.ts";
import { http } from "../servers/handlers/http.ts";
import {
  type Answer,
  answerWith,
  GeneratedAnswers,
  type Handler,
  OneAnswer,
  type Session,
  takeAll,
} from "../servers/handlers/session.ts";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertMatch,
  assertNotMatch,
  assertRejects,
  assertThrows,
} from "./harness/assert.ts";

// Deno 2.5 has the sanitizers on by itself, and nothing to turn them on with.
Deno.test.sanitizer?.({ ops: true, resources: true });

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Everything that `session` answers to `chunks`, until it closes. */
function answers(session: Session, ...chunks: (string | Uint8Array)[]): Answer[] {
  const given: Answer[] = [];
  for (const chunk of chunks) {
    // As a model does: the buffer is the same for every chunk, and an answer is sent at once.
    const buffer = typeof chunk === "string" ? encode(chunk) : chunk.slice();
    for (const answer of takeAll(session.receive(buffer))) {
      given.push({ ...answer, bytes: answer.bytes.slice() });
      if (answer.close) return given;
    }
    buffer.fill(0);
  }
  return given;
}

function texts(session: Session, ...chunks: (string | Uint8Array)[]): string[] {
  return answers(session, ...chunks).map(({ bytes }) => decode(bytes));
}

async function sessionOf(name: string): Promise<Session> {
  return (await makeHandler({ name, sleepMs: 0, cpuMs: 0 }))();
}

/** `text` cut in two, once at every place. */
function* cutAnywhere(text: string): Generator<[Uint8Array, Uint8Array]> {
  const bytes = encode(text);
  for (let at = 1; at < bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
}

Deno.test("answers are taken one by one, and then there is none", () => {
  const [one, two] = ["one", "two"].map((text) => answerWith(encode(text)));
  const answer = new OneAnswer(one);
  assertEquals([answer.take(), answer.take(), answer.take()], [one, undefined, undefined]);
  assertEquals([...takeAll(new OneAnswer())], []);
  function* both(): Generator<Answer> {
    yield one;
    yield two;
  }
  const answers = new GeneratedAnswers(both());
  assertEquals([answers.take(), ...takeAll(answers), answers.take()], [one, two, undefined]);
});

Deno.test("makeHandler() knows every name", async () => {
  assertEquals(HANDLER_NAMES, ["echo", "discard", "upper", "bytes", "http"]);
  for (const name of HANDLER_NAMES) assert(typeof (await sessionOf(name)).receive === "function");
});

Deno.test("isHandlerFile() tells a file from a name", () => {
  for (const name of HANDLER_NAMES) assert(!isHandlerFile(name));
  for (const file of ["./mine.js", "mine.js", "dir/mine", "C:\\mine"]) assert(isHandlerFile(file));
});

Deno.test("echo answers each chunk with itself, and costs nothing else", async () => {
  const session = await sessionOf("echo");
  assertEquals(answers(session, "a", "\0\xff", "end"), [
    { bytes: encode("a"), waitMs: 0, close: false },
    { bytes: encode("\0\xff"), waitMs: 0, close: false },
    { bytes: encode("end"), waitMs: 0, close: false },
  ]);
});

Deno.test("discard answers nothing", async () => {
  assertEquals(answers(await sessionOf("discard"), "a", "b\n"), []);
});

Deno.test("upper turns a–z into A–Z and leaves every other byte", async () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const [{ bytes }] = answers(await sessionOf("upper"), all);
  for (const byte of all) {
    assertEquals(bytes[byte], byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte);
  }
});

Deno.test("upper does not harm a character that comes in two pieces", async () => {
  for (const [first, second] of cutAnywhere("é 汉字 😀 ok")) {
    const answered = answers(await sessionOf("upper"), first, second);
    assertEquals(
      decode(new Uint8Array(answered.flatMap(({ bytes }) => [...bytes]))),
      "é 汉字 😀 OK",
    );
  }
});

const COMPLAINT = `send a number from 0 to ${MOST_BYTES} and a newline\n`;

Deno.test("bytes answers a number with as many bytes, wherever the lines are cut", () => {
  for (const [first, second] of cutAnywhere("3\n0\n12\r\n007\n")) {
    const sizes = answers(bytes(), first, second).map(({ bytes }) => bytes.length);
    assertEquals(sizes, [3, 0, 12, 7]);
  }
  assertEquals(texts(bytes(), ..."12\n3\n"), ["012345678901", "012"]);
});

Deno.test("bytes sends at most 16,384 bytes for a line", () => {
  const [most, tooMuch] = answers(bytes(), "16384\n16385\n5\n");
  assertEquals([most.bytes.length, most.close], [16_384, false]);
  assertEquals([decode(tooMuch.bytes), tooMuch.close], [COMPLAINT, true]);
});

for (
  const line of ["garbage", "", "-1", "1.5", "1e3", "0x10", " 5", "5 ", "٣", "9".repeat(60)]
) {
  Deno.test(`bytes complains of ${JSON.stringify(line)} and closes`, () => {
    const [good, complaint, ...rest] = answers(bytes(), `1\n${line}\n1\n`);
    assertEquals([decode(good.bytes), good.close], ["0", false]);
    assertEquals([decode(complaint.bytes), complaint.close, rest.length], [COMPLAINT, true, 0]);
  });
}

Deno.test("bytes complains of a line that does not end instead of keeping it", () => {
  assertEquals(answers(bytes(), "0".repeat(64)), []);
  for (const chunks of [["0".repeat(65)], Array.from({ length: 65 }, () => "0")]) {
    const [{ bytes: complaint, close }] = answers(bytes(), ...chunks);
    assertEquals([decode(complaint), close], [COMPLAINT, true]);
  }
});

Deno.test("bytes makes an answer when it is asked for, out of bytes that exist once", () => {
  const lines = encode("16384\n".repeat(100_000)); // ask for more than there is memory for
  const [first, second] = takeAll(bytes().receive(lines));
  assertEquals([first.bytes.length, second.bytes.length], [MOST_BYTES, MOST_BYTES]);
  assert(first.bytes.buffer === second.bytes.buffer);
});

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

Deno.test("burdened() is the handler itself when there is no burden", () => {
  assert(burdened(bytes, { sleepMs: 0, cpuMs: 0 }) === bytes);
});

Deno.test("burdened() waits before each answer, on top of what the handler waits", () => {
  function* twice(bytes: Uint8Array): Generator<Answer> {
    yield { bytes, waitMs: 0, close: false };
    yield { bytes, waitMs: 5, close: true };
  }
  const patient: Handler = () => ({ receive: (chunk) => new GeneratedAnswers(twice(chunk)) });
  const session = burdened(patient, { sleepMs: 100, cpuMs: 0 })();
  assertEquals(answers(session, "a"), [
    { bytes: encode("a"), waitMs: 100, close: false },
    { bytes: encode("a"), waitMs: 105, close: true },
  ]);
});

Deno.test("burdened() burns the CPU for each chunk, and waits for nothing then", () => {
  const session = burdened(bytes, { sleepMs: 0, cpuMs: 20 })();
  for (const chunk of ["1\n2\n", "3"]) {
    const startedMs = performance.now();
    for (const { waitMs } of answers(session, chunk)) assertEquals(waitMs, 0);
    assertGreaterOrEqual(performance.now() - startedMs, 20);
  }
});

Deno.test("burdened() keeps answers that are made when they are asked for", () => {
  let made = 0;
  function* endless(bytes: Uint8Array): Generator<Answer> {
    for (;;) {
      made++;
      yield { bytes, waitMs: 0, close: false };
    }
  }
  const counting: Handler = () => ({ receive: (chunk) => new GeneratedAnswers(endless(chunk)) });
  const session = burdened(counting, { sleepMs: 1, cpuMs: 0 })();
  for (const _ of takeAll(session.receive(encode("a")))) if (made === 3) break;
  assertEquals(made, 3);
});

/** A file with `source` in it, until it is disposed of. */
async function handlerFile(source: string): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempFile({ suffix: ".mjs" });
  await Deno.writeTextFile(path, source);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

/** A session of a handler whose `receive(chunk)` gives the value of `expression`. */
async function customSession(expression: string): Promise<Session> {
  await using file = await handlerFile(
    `export default () => ({ name: "mine", receive(chunk) { return ${expression}; } });`,
  );
  return (await loadCustomHandler(file.path))();
}

const mine = (text: string, waitMs = 0, close = false): Answer => ({
  bytes: encode(text),
  waitMs,
  close,
});

const CUSTOM: [promise: string, expression: string, expected: Answer[]][] = [
  ["a string", `"汉"`, [mine("汉")]],
  ["bytes", "chunk.subarray(1)", [mine("i")]],
  ["an object", `({ bytes: chunk, waitMs: 5, close: true })`, [mine("hi", 5, true)]],
  ["an object with a string", `({ bytes: "x" })`, [mine("x")]],
  ["an object without bytes", `({ close: true })`, [mine("", 0, true)]],
  ["an array", `["a", chunk, { waitMs: 1 }]`, [mine("a"), mine("hi"), mine("", 1)]],
  ["a generator", `function* () { yield "a"; yield; yield ["b"]; }()`, [mine("a"), mine("b")]],
  ["undefined", "undefined", []],
  ["null", "null", []],
  ["an empty array", "[]", []],
  ["what it knows as this", "this.name", [mine("mine")]],
];

for (const [promise, expression, expected] of CUSTOM) {
  Deno.test(`a handler of one's own may answer with ${promise}`, async () => {
    assertEquals(answers(await customSession(expression), "hi"), expected);
  });
}

Deno.test("a handler of one's own has a session for each client", async () => {
  await using file = await handlerFile(
    "export default () => { let n = 0; return { receive: () => String(++n) }; };",
  );
  const handler = await makeHandler({ name: file.path, sleepMs: 7, cpuMs: 0 });
  const [one, other] = [handler(), handler()];
  assertEquals(answers(one, "a", "b"), [mine("1", 7), mine("2", 7)]);
  assertEquals(answers(other, "a"), [mine("1", 7)]);
});

Deno.test("a handler of one's own keeps its chunk while it waits between two answers", async () => {
  const session = await customSession(`[{ bytes: "wait", waitMs: 5 }, chunk]`);
  const buffer = encode("mine");
  const sent: string[] = [];
  for (const { bytes } of takeAll(session.receive(buffer))) {
    sent.push(decode(bytes));
    buffer.set(encode("them")); // meanwhile, the event loop receives another client
  }
  assertEquals(sent, ["wait", "mine"]);
});

const NOT_HANDLERS: [source: string, reason: RegExp][] = [
  ["export const x = 1;", /no default function export/],
  ["export default 5;", /no default function export/],
  ["export default (", /expected|expression|token/i],
  [`throw new Error("first\\nsecond");`, /^first$/],
  [`throw "text";`, /text/],
  [`import "./not-there-either.js";`, /not-there-either/],
];

for (const [source, reason] of NOT_HANDLERS) {
  Deno.test(`loadCustomHandler() says in a line what is wrong with: ${source}`, async () => {
    await using file = await handlerFile(source);
    const error = await assertRejects(() => loadCustomHandler(file.path), HandlerError);
    assertMatch(error.reason, reason);
    assertNotMatch(error.reason, /\n/);
    assertEquals(error.path, file.path);
  });
}

Deno.test("loadCustomHandler() says that there is no such file", async () => {
  const path = "./there/is/no/such/file.js";
  const { reason } = await assertRejects(() => loadCustomHandler(path), HandlerError);
  assertMatch(reason, /^.*not found.*$/i);
});

const NOT_SESSIONS: [made: string, reason: RegExp][] = [
  ["() => {}", /no receive method/],
  ["() => ({})", /no receive method/],
  ["() => ({ receive: 5 })", /no receive method/],
  ["async () => ({ receive() {} })", /no receive method/],
  [`() => { throw new Error("first\\nsecond"); }`, /^first$/],
  ["class { receive() {} }", /class/i],
];

for (const [made, reason] of NOT_SESSIONS) {
  Deno.test(`a handler of one's own fails for its first client with: ${made}`, async () => {
    await using file = await handlerFile(`export default ${made};`);
    const handler = await loadCustomHandler(file.path);
    assertMatch(assertThrows(handler, HandlerError).reason, reason);
  });
}

const NOT_ANSWERS: [expression: string, reason: RegExp][] = [
  ["5", /returned a number/],
  ["true", /returned a boolean/],
  ["() => chunk", /returned a function/],
  ["Promise.resolve(chunk)", /returned a promise/],
  ["(async () => chunk)()", /returned a promise/],
  ["[Promise.resolve(chunk)]", /returned a promise/],
  ["({ bytes: 5 })", /bytes is neither/],
  ["({ bytes: [1, 2] })", /bytes is neither/],
  [`({ waitMs: "5" })`, /waitMs is not/],
  ["({ waitMs: -1 })", /waitMs is not/],
  ["({ waitMs: NaN })", /waitMs is not/],
  ["[5]", /returned a number/],
  ["chunk.buffer", /returned/],
];

for (const [expression, reason] of NOT_ANSWERS) {
  Deno.test(`a handler of one's own may not answer with ${expression}`, async () => {
    const session = await customSession(expression);
    const error = assertThrows(() => answers(session, "hi"), HandlerError);
    assertMatch(error.reason, reason);
    assertNotMatch(error.reason, /\n/);
  });
}
