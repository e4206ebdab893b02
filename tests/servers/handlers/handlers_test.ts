import { bytes, MAX_BYTES } from "../../../servers/handlers/bytes.ts";
import { withSimulatedCost } from "../../../servers/handlers/simulated_cost.ts";
import { refuse } from "../../../servers/handlers/refusal.ts";
import { HANDLER_NAMES, isHandlerFile, makeHandler } from "../../../servers/handlers/handlers.ts";
import {
  allReplies,
  GeneratedReplies,
  type Handler,
  OneReply,
  type Reply,
  replyWith,
  type Session,
} from "../../../servers/handlers/session.ts";
import { assert, assertEquals, assertGreaterOrEqual } from "../../harness/assert.ts";
import { decode, encode } from "../../harness/bytes.ts";
import { answers, cutAnywhere, handlerClient, texts } from "../../harness/handlers.ts";
import "../../harness/sanitizers.ts";

async function sessionOf(name: string): Promise<Session> {
  return (await makeHandler({ name, sleepMs: 0, cpuMs: 0 }))(handlerClient());
}

Deno.test("replies come one by one, and then there is none", () => {
  const [one, two] = ["one", "two"].map((text) => replyWith(encode(text)));
  const reply = new OneReply(one);
  assertEquals([reply.next(), reply.next(), reply.next()], [one, undefined, undefined]);
  assertEquals([...allReplies(new OneReply())], []);
  function* both(): Generator<Reply> {
    yield one;
    yield two;
  }
  const replies = new GeneratedReplies(both());
  assertEquals([replies.next(), ...allReplies(replies), replies.next()], [one, two, undefined]);
});

Deno.test("makeHandler() knows every name", async () => {
  assertEquals(HANDLER_NAMES, [
    ...["echo", "discard", "upper", "bytes", "star", "prime", "chat", "kv", "http"],
  ]);
  for (const name of HANDLER_NAMES) assert(typeof (await sessionOf(name)).onData === "function");
});

Deno.test("refuse() turns a client away with the words of its protocol, or without any", () => {
  const turnedAway = (handler: string) => {
    let said = "";
    const trySend = (bytes: Uint8Array) => (said = decode(bytes), bytes.length);
    refuse({ trySend, abort: () => said = "aborted" }, handler);
    return said;
  };
  assertEquals(turnedAway("kv"), "-ERR max number of clients reached\r\n");
  assert(turnedAway("http").startsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  assert(turnedAway("chat").endsWith("try again\n"));
  assertEquals(turnedAway("echo"), "aborted");
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

const COMPLAINT = `send a number from 0 to ${MAX_BYTES} and a newline\n`;

Deno.test("bytes answers a number with as many bytes, wherever the lines are cut", () => {
  for (const [first, second] of cutAnywhere("3\n0\n12\r\n007\n")) {
    const sizes = answers(bytes(), first, second).map(({ bytes }) => bytes.length);
    assertEquals(sizes, [3, 0, 12, 7]);
  }
  assertEquals(texts(bytes(), ..."12\n3\n"), ["012345678901", "012"]);
});

Deno.test("bytes sends at most 16,384 bytes for a line", () => {
  const [max, tooMuch] = answers(bytes(), "16384\n16385\n5\n");
  assertEquals([max.bytes.length, max.close], [16_384, false]);
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
  const [first, second] = allReplies(bytes().onData(lines));
  assertEquals([first.bytes.length, second.bytes.length], [MAX_BYTES, MAX_BYTES]);
  assert(first.bytes.buffer === second.bytes.buffer);
});

Deno.test("withSimulatedCost() is the handler itself when there is no cost", () => {
  assert(withSimulatedCost(bytes, { sleepMs: 0, cpuMs: 0 }) === bytes);
});

Deno.test("withSimulatedCost() waits before each answer, on top of what the handler waits", () => {
  function* twice(bytes: Uint8Array): Generator<Reply> {
    yield { bytes, waitMs: 0, close: false };
    yield { bytes, waitMs: 5, close: true };
  }
  const patient: Handler = () => ({ onData: (chunk) => new GeneratedReplies(twice(chunk)) });
  const session = withSimulatedCost(patient, { sleepMs: 100, cpuMs: 0 })(handlerClient());
  assertEquals(answers(session, "a"), [
    { bytes: encode("a"), waitMs: 100, close: false },
    { bytes: encode("a"), waitMs: 105, close: true },
  ]);
});

Deno.test("withSimulatedCost() burns the CPU for each chunk, and waits for nothing then", () => {
  const session = withSimulatedCost(bytes, { sleepMs: 0, cpuMs: 20 })(handlerClient());
  for (const chunk of ["1\n2\n", "3"]) {
    const startedMs = performance.now();
    for (const { waitMs } of answers(session, chunk)) assertEquals(waitMs, 0);
    assertGreaterOrEqual(performance.now() - startedMs, 20);
  }
});

Deno.test("withSimulatedCost() keeps replies that are made when they are asked for", () => {
  let made = 0;
  function* endless(bytes: Uint8Array): Generator<Reply> {
    for (;;) {
      made++;
      yield { bytes, waitMs: 0, close: false };
    }
  }
  const counting: Handler = () => ({ onData: (chunk) => new GeneratedReplies(endless(chunk)) });
  const session = withSimulatedCost(counting, { sleepMs: 1, cpuMs: 0 })(handlerClient());
  for (const _ of allReplies(session.onData(encode("a")))) if (made === 3) break;
  assertEquals(made, 3);
});
