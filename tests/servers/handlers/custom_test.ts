import { loadCustomHandler } from "../../../servers/handlers/custom.ts";
import { HandlerError } from "../../../servers/handlers/handler_error.ts";
import { makeHandler } from "../../../servers/handlers/handlers.ts";
import { allReplies, type Reply, type Session } from "../../../servers/handlers/session.ts";
import { Rooms } from "../../../servers/handlers/rooms.ts";
import {
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertRejects,
  assertThrows,
} from "../../harness/assert.ts";
import { decode, encode } from "../../harness/bytes.ts";
import { answers, handlerClient, unasked } from "../../harness/handlers.ts";
import "../../harness/sanitizers.ts";

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
  return (await loadCustomHandler(file.path))(handlerClient());
}

const mine = (text: string, waitMs = 0, close = false): Reply => ({
  bytes: encode(text),
  waitMs,
  close,
});

const CUSTOM: [promise: string, expression: string, expected: Reply[]][] = [
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
  const [one, other] = [handler(handlerClient(1)), handler(handlerClient(2))];
  assertEquals(answers(one, "a", "b"), [mine("1", 7), mine("2", 7)]);
  assertEquals(answers(other, "a"), [mine("1", 7)]);
});

Deno.test("a handler of one's own keeps its chunk while it waits between two answers", async () => {
  const session = await customSession(`[{ bytes: "wait", waitMs: 5 }, chunk]`);
  const buffer = encode("mine");
  const sent: string[] = [];
  for (const { bytes } of allReplies(session.onData(buffer))) {
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
  [`() => { throw new Error("first\\nsecond"); }`, /^line 1: first$/],
  ["class { receive() {} }", /class/i],
  // A timer takes them for 1 ms.
  ["() => ({ receive() {}, tickMs: Infinity })", /tickMs/],
  ["() => ({ receive() {}, tickMs: 2 ** 31 })", /tickMs/],
];

for (const [made, reason] of NOT_SESSIONS) {
  Deno.test(`a handler of one's own fails for its first client with: ${made}`, async () => {
    await using file = await handlerFile(`export default ${made};`);
    const handler = await loadCustomHandler(file.path);
    assertMatch(assertThrows(() => handler(handlerClient()), HandlerError).reason, reason);
  });
}

const NOT_ANSWERS: [expression: string, reason: RegExp][] = [
  ["5", /returned a number/],
  ["true", /returned a boolean/],
  ["() => chunk", /returned a function/],
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

Deno.test("a handler of one's own brings no client back into a room after it has left", async () => {
  await using file = await handlerFile(
    `export default (context) => ({
      receive() {},
      close() {
        context.join("tea");
        context.name = "ghost";
        context.join("coffee");
      },
    });`,
  );
  const rooms = new Rooms();
  const session = (await loadCustomHandler(file.path))(handlerClient(1, rooms));
  session.onClose?.("end");
  assertEquals([rooms.all(), rooms.names("")], [[], []]);
});

Deno.test("a handler of one's own that fails at once leaves nobody in its rooms", async () => {
  await using file = await handlerFile(`export default (context) => context.join("tea");`);
  const rooms = new Rooms();
  const handler = await loadCustomHandler(file.path);
  assertThrows(() => handler(handlerClient(1, rooms)), HandlerError);
  assertEquals(rooms.all(), []);
});

for (
  const call of ["send(5)", "send([1, 2])", "broadcast([1, 2])", `broadcast("tea", undefined)`]
) {
  Deno.test(`a handler of one's own that calls ${call} fails, and no other client`, async () => {
    await using file = await handlerFile(
      `export default (context) => (context.join("tea"), { receive: () => context.${call} });`,
    );
    const rooms = new Rooms();
    const handler = await loadCustomHandler(file.path);
    const [one, other] = [1, 2].map((id) => handler(handlerClient(id, rooms)));
    const { reason } = assertThrows(() => answers(one, "hi"), HandlerError);
    assertMatch(reason, /^line 1: what is sent is neither a string nor a Uint8Array$/);
    assertEquals([one.outbox?.isWaiting, other.outbox?.isWaiting], [false, false]);
  });
}

Deno.test("a handler of one's own may answer with what has a then(), as queries do", async () => {
  const session = await customSession(`({ then: (resolve) => resolve("row") })`);
  const replies = session.onData(encode("hi"));
  await replies.next()?.until;
  assertEquals(replies.next(), mine("row"));
});

for (const kind of ["function*", "async function*"]) {
  Deno.test(`the ${kind} of a handler of one's own is ended when its client leaves`, async () => {
    const ended = Promise.withResolvers<void>();
    Reflect.set(globalThis, "endsHandler", ended.resolve);
    const session = await customSession(
      `${kind}() { try { yield "a"; yield "b"; } finally { endsHandler(); } }()`,
    );
    const replies = session.onData(encode("hi"));
    let reply = replies.next();
    if (reply?.until !== undefined) {
      await reply.until;
      reply = replies.next();
    }
    assertEquals(reply, mine("a"));
    session.onClose?.("reset");
    await ended.promise;
    Reflect.deleteProperty(globalThis, "endsHandler");
  });
}

Deno.test("close() of a handler of one's own is called, also when an answer fails to end", async () => {
  await using file = await handlerFile(
    `export default (context) => ({
      *receive() { try { yield "a"; } finally { throw new Error("in finally"); } },
      close: () => context.broadcast("gone"),
    });`,
  );
  const rooms = new Rooms();
  const handler = await loadCustomHandler(file.path);
  const [one, other] = [1, 2].map((id) => handler(handlerClient(id, rooms)));
  one.onData(encode("hi")).next();
  const { reason } = assertThrows(() => one.onClose?.("reset"), HandlerError);
  assertEquals([reason, unasked(other)], ["line 2: in finally", "gone"]);
});
