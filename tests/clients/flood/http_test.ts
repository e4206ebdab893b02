/**
 * Floods of web servers: where answers end, what their statuses are, and when connections do.
 *
 * @module
 */

import { HttpReplies, httpRequest, LastHead } from "../../../clients/flood/http_replies.ts";
import { en } from "../../../cli/messages/en/mod.ts";
import { describeFindings, findingsAsJson } from "../../../clients/flood/findings.ts";
import { describeResults, isFlawless } from "../../../clients/flood/results.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertMatch,
  assertStringIncludes,
} from "../../harness/assert.ts";
import { writeAll } from "../../harness/clients.ts";
import { runUntil, testEachFlood, until } from "../../harness/flood.ts";
import { Target } from "../../harness/target.ts";
import "../../harness/sanitizers.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n";
const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
  "4\r\nwiki\r\nB;name=value\r\npedia\r\n\r\nin\r\n0\r\nTrailer: yes\r\n\r\n";

/** A web server: `answer` writes to each request, of which `path` is asked for; it may end. */
function webTarget(
  answer: (conn: Deno.TcpConn, path: string, index: number) => Promise<void | "end">,
): Target {
  return new Target(async (conn, index) => {
    const buffer = new Uint8Array(65_536);
    let asked = "";
    for (let count; (count = await conn.read(buffer)) !== null;) {
      asked += decoder.decode(buffer.subarray(0, count));
      for (let end; (end = asked.indexOf("\r\n\r\n")) !== -1;) {
        const [, path] = /^GET (\S+) HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n/.exec(asked) ?? [];
        asked = asked.slice(end + 4);
        if (await answer(conn, path, index) === "end") return;
      }
    }
  });
}

const send = (conn: Deno.TcpConn, text: string) => writeAll(conn, encoder.encode(text));

testEachFlood("answers end by their length or their chunks, and statuses are counted", async (
  floodOf,
) => {
  const missing = "HTTP/1.1 404 Not Found\r\ncontent-length:0\r\n\r\n";
  const answers = [HELLO, CHUNKED, missing, "HTTP/1.1 204 No Content\r\n\r\n"];
  const paths = new Set<string>();
  const given = [0, 0, 0, 0];
  let next = 0;
  await using target = webTarget(async (conn, path) => {
    paths.add(path);
    given[next % 4]++;
    await send(conn, answers[next++ % 4]);
  });
  const flood = floodOf(target, { http: "/some%20where?x=1" });
  await runUntil(flood, () => next >= 20);
  const { statuses, wrongBytes, messagesEchoed, messagesSent, served, lost } = flood.measurements;
  assertEquals([...paths], ["/some%20where?x=1"]);
  assertEquals(statuses, { 200: given[0] + given[1], 404: given[2], 204: given[3] });
  assertEquals([wrongBytes, lost, served, messagesEchoed], [0, 0, 3, messagesSent]);
  assertEquals(findingsAsJson(flood).notSuccessful, given[2]);
  assertStringIncludes(
    describeFindings(flood, en).join("\n"),
    `${en.count(given[2])} not 2xx\n`,
  );
  assert(!isFlawless(flood, 3));
}, { threads: [2] });

testEachFlood("an answer may come byte by byte", async (floodOf) => {
  await using target = webTarget(async (conn) => {
    for (const byte of HELLO) await send(conn, byte);
  });
  const flood = floodOf(target, { http: "/" });
  await runUntil(flood, () => flood.measurements.messagesEchoed > 3);
  const { statuses, wrongBytes, messagesEchoed } = flood.measurements;
  assertEquals([statuses, wrongBytes], [{ 200: messagesEchoed }, 0]);
  assert(isFlawless(flood, 3));
}, { threads: [1] });

testEachFlood("a web server may close in order, and is asked again", async (floodOf) => {
  const left: number[] = [];
  await using target = webTarget(async (conn, _, index) => {
    left[index] ??= 3;
    if (--left[index] > 0) return await send(conn, HELLO);
    if (index % 3 === 0) await send(conn, HELLO); // and closes without a word
    else if (index % 3 === 1) await send(conn, HELLO.replace("\r\n", "\r\nConnection: close\r\n"));
    else await send(conn, "HTTP/1.1 200 OK\r\n\r\nuntil the end");
    return "end";
  });
  // It has time to close before the next request comes.
  const flood = floodOf(target, { http: "/", thinkMs: 20 });
  await runUntil(flood, () => flood.measurements.opened > 6);
  const { opened, served, lost, finished, messagesSent, statuses } = flood.measurements;
  assertEquals([served, lost], [opened, 0]);
  assertGreaterOrEqual(finished, opened - 3);
  assertEquals(statuses, { 200: messagesSent });
  assert(isFlawless(flood, 3));
}, { threads: [1] });

testEachFlood("a web server that closes each connection is served to the end", async (floodOf) => {
  await using target = webTarget(async (conn) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await send(conn, "HTTP/1.0 200 OK\r\n\r\nuntil the end");
    return "end";
  });
  const flood = floodOf(target, { http: "/" });
  await runUntil(flood, () => flood.measurements.opened > 6);
  const { opened, served, lost, messagesOpen, messagesEchoed } = flood.measurements;
  // Those that were in the middle of it when the time was over, too.
  assertEquals([served, lost, messagesOpen, messagesEchoed], [opened, 0, 0, opened]);
  assert(isFlawless(flood, 3));
  const wanted = { conns: 3, rate: Infinity, reconnectAfter: Infinity, sockets: "deno" } as const;
  assertMatch(
    describeResults(flood, wanted, en).join("\n"),
    /^throughput +[\d,]+ answers, [\d,]+\/s, .*B\/s received$/m,
  );
}, { threads: [1] });

testEachFlood("what is no HTTP, or more than was asked for, is told", async (floodOf) => {
  await using echo = webTarget((conn, path) => send(conn, `GET ${path}\r\n\r\n`));
  const flood = floodOf(echo, { http: "/" });
  await flood.run(); // until all are lost
  assertEquals(flood.measurements.lostBy, { notHttp: 3 });
  assertEquals(flood.measurements.messagesEchoed, 0);

  let surplus = 0;
  await using twice = webTarget(async (conn) => {
    surplus += 4;
    await send(conn, `${HELLO}more`);
  });
  const other = floodOf(twice, { http: "/" });
  await runUntil(other, () => surplus >= 20);
  assertEquals(other.measurements.wrongBytes, surplus);
}, { threads: [1] });

testEachFlood("rates, and connections that come and go, are for web servers as well", async (
  floodOf,
) => {
  await using target = webTarget((conn) => send(conn, HELLO));
  const flood = floodOf(target, { http: "/", totalRate: 200, durationMs: 300, reconnectAfter: 2 });
  await flood.run();
  const { messagesSent, messagesNotSent, messagesEchoed, opened, wrongBytes } = flood.measurements;
  assertGreater(messagesSent, 0);
  // What a busy machine did not send was due as well.
  assertLess(Math.abs(messagesSent + messagesNotSent - flood.elapsedMs / 5), 3);
  assertEquals([messagesEchoed, wrongBytes], [messagesSent, 0]);
  assertGreaterOrEqual(opened, messagesSent / 2);
  // Three connections need 134 ms for so many, and more on a busy machine that opens them late.
  const rated = floodOf(target, { http: "/", rate: 50, durationMs: 1_000 });
  await rated.run();
  await until(() => rated.connected === 0);
  const { messagesSent: sent, messagesNotSent: notSent } = rated.measurements;
  assertGreaterOrEqual(sent + notSent, 20);
  assertEquals(rated.measurements.statuses, { 200: sent });
}, { threads: [2] });

/** What comes of bytes that arrive in these pieces, each of which answers one more request. */
function readAll(pieces: readonly string[], last = new LastHead()) {
  const statuses: number[] = [];
  const replies = new HttpReplies(last, (status) => statuses.push(status));
  const buffer = new Uint8Array(65_536);
  for (const piece of pieces) {
    const bytes = encoder.encode(piece);
    buffer.set(bytes);
    replies.takeWords(buffer, new Int32Array(buffer.buffer), () => {}, bytes.length);
  }
  const { messages, wrongBytes, isBroken, isLast, isWithinMessage } = replies;
  return { statuses, messages, wrongBytes, isBroken, isLast, isWithinMessage };
}

const WHOLE = {
  messages: 1,
  wrongBytes: 0,
  isBroken: false,
  isLast: false,
  isWithinMessage: false,
};

Deno.test("an answer is the same wherever the network cuts it", () => {
  const early = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n";
  for (const answer of [HELLO, CHUNKED, early + HELLO, HELLO.replaceAll("\r\n", "\n")]) {
    for (let at = 1; at < answer.length; at++) {
      const [first, second] = [answer.slice(0, at), answer.slice(at)];
      assertEquals(readAll([first, second]), { ...WHOLE, statuses: [200] }, `${at} of ${answer}`);
      assert(readAll([first]).isWithinMessage);
      const last = new LastHead();
      for (let again = 0; again < 2; again++) {
        assertEquals(readAll([answer, first, second, answer], last).messages, 3);
      }
    }
  }
});

Deno.test("a head that came before is known again, and others are not taken for it", () => {
  const last = new LastHead();
  const other = HELLO.replace("200", "500");
  const longer = HELLO.replace("6", "7").replace("\n\r\nhello", "\n\r\nhello!");
  const { statuses, messages, wrongBytes } = readAll(
    [HELLO, HELLO, other, HELLO, longer, HELLO, CHUNKED, CHUNKED, HELLO],
    last,
  );
  assertEquals([statuses, messages, wrongBytes], [
    [200, 200, 500, 200, 200, 200, 200, 200, 200],
    9,
    0,
  ]);
});

Deno.test("a body that looks like the head that came before is a body", () => {
  const head = "HTTP/1.1 200 OK\r\nContent-Length: 39\r\n\r\n";
  assertEquals(head.length, 39);
  const { statuses, messages, wrongBytes } = readAll([head, head, head, head]);
  assertEquals([statuses, messages, wrongBytes], [[200, 200], 2, 0]);
});

Deno.test("heads that contradict themselves or are too long are no HTTP", () => {
  const head = "HTTP/1.1 200 OK\r\n";
  for (
    const wrong of [
      "SSH-2.0-OpenSSH_9.2\r\n\r\n",
      "HTTP/2 200\r\n\r\n",
      `${head}no colon\r\n\r\n`,
      `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      `${head}Content-Length: -1\r\n\r\n`,
      `${head}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`,
      `${head}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n`,
      `${head}X: ${"x".repeat(60_000)}`,
    ].map((text) => text.length > 60_000 ? [text, "x".repeat(60_000)] : [text])
  ) assert(readAll(wrong).isBroken, wrong[0].slice(0, 80));
});

Deno.test("a connection is asked no more after an answer that ends it", () => {
  const of = (text: string) => readAll([text]).isLast;
  assertEquals(of(HELLO), false);
  assertEquals(of(HELLO.replace("\r\n", "\r\nconnection: Close\r\n")), true);
  assertEquals(of(HELLO.replace("1.1", "1.0")), true);
  assertEquals(
    of(HELLO.replace("1.1", "1.0").replace("OK\r\n", "OK\r\nConnection: keep-alive\r\n")),
    false,
  );
  const toTheEnd = readAll(["HTTP/1.1 200 OK\r\n\r\nany", "thing"]);
  assertEquals([toTheEnd.messages, toTheEnd.isWithinMessage], [0, true]);
});

Deno.test("a request says what every server wants to know", () => {
  assertEquals(
    decoder.decode(httpRequest("/a?b", { host: "::1", port: 80 })),
    "GET /a?b HTTP/1.1\r\nHost: [::1]:80\r\nAccept: */*\r\n\r\n",
  );
});
