/**
 * Downloads from servers that stall, break off, lie, and send in circles: none hangs, and no file that
 * looks complete is wrong.
 *
 * @module
 */

import { freePort } from "../../../clients/target/listening_ports.ts";
import { assertEquals, assertMatch, assertNotMatch } from "../../harness/assert.ts";
import { gzip, randomBytes } from "../../harness/bytes.ts";
import { download, namesIn, testInDirectory } from "../../harness/downloads.ts";
import { RawServer, sends, sendsAndStalls, stalls } from "../../harness/http_servers.ts";
import { test } from "../../harness/test.ts";
import "../../harness/sanitizers.ts";

/** Small, for servers that are known to be silent. */
const TIMEOUT_MS = 200;

/** What a server does with every request, and the kind of reason with which a download then fails. */
const FAULTS: readonly [
  what: string,
  server: () => RawServer,
  kind: string,
  isTriedAgain: boolean,
][] = [
  ["answers nothing", () => new RawServer(() => Promise.resolve()), "no-answer", true],
  ["answers what is no HTTP", () => new RawServer(sends(["what?"])), "no-answer", true],
  ["never answers", () => new RawServer(stalls), "silent", true],
  [
    "stalls within its head",
    () =>
      new RawServer(async (conn) => {
        await conn.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Le"));
        await stalls(conn);
      }),
    "silent",
    true,
  ],
  [
    "stalls within the body",
    () => new RawServer(sendsAndStalls(["200 OK", "Content-Length: 10"], "five.")),
    "silent",
    true,
  ],
  [
    "stalls within a body without length",
    () => new RawServer(sendsAndStalls(["200 OK"], "five.")),
    "silent",
    true,
  ],
  [
    "stalls after many megabytes, when the response is garbage",
    () =>
      new RawServer(sendsAndStalls(["200 OK", "Content-Length: 99000000"], new Uint8Array(3e7))),
    "silent",
    true,
  ],
  [
    "sends fewer bytes than it has announced",
    () => new RawServer(sends(["200 OK", "Content-Length: 10"], "five.")),
    "broke-off",
    true,
  ],
  [
    "breaks off within a chunk",
    () => new RawServer(sends(["200 OK", "Transfer-Encoding: chunked"], "a\r\nfive.")),
    "broke-off",
    true,
  ],
  [
    "breaks off between chunks",
    () => new RawServer(sends(["200 OK", "Transfer-Encoding: chunked"], "5\r\nfive.\r\n")),
    "broke-off",
    true,
  ],
  [
    "announces two lengths",
    () => new RawServer(sends(["200 OK", "Content-Length: 5", "Content-Length: 9"], "five.five")),
    "no-answer",
    true,
  ],
  [
    "stalls within a body that is encoded",
    () =>
      new RawServer(
        sendsAndStalls(
          ["200 OK", "Content-Encoding: x-gzip", "Content-Length: 99"],
          Uint8Array.of(0x1f, 0x8b, 8, 0),
        ),
      ),
    "silent",
    true,
  ],
  [
    "announces more bytes than there are anywhere",
    () => new RawServer(sends(["200 OK", "Content-Length: 99999999999999999"], "five.")),
    "broke-off",
    true,
  ],
  [
    "announces a length twice that is no number",
    () => new RawServer(sends(["200 OK", "Content-Length: five", "Content-Length: five"], "five.")),
    "no-answer",
    true,
  ],
  [
    "sends something as gzip that is none",
    () => new RawServer(sends(["200 OK", "Content-Encoding: gzip", "Content-Length: 5"], "five.")),
    "broke-off",
    true,
  ],
  [
    "redirects in a circle",
    () => new RawServer(sends(["302 Found", "Location: /file", "Content-Length: 0"])),
    "too-many-redirects",
    false,
  ],
  [
    "redirects to a file",
    () => new RawServer(sends(["302 Found", "Location: file:///etc/passwd"])),
    "not-allowed",
    false,
  ],
  [
    "redirects to what is no URL",
    () => new RawServer(sends(["302 Found", "Location: http://[/"])),
    "not-allowed",
    false,
  ],
  ["redirects to nowhere", () => new RawServer(sends(["302 Found"])), "status", false],
  [
    "sends a part that nobody has asked for",
    () => new RawServer(sends(["206 Partial Content", "Content-Range: bytes 0-4/9"], "five.")),
    "status",
    false,
  ],
  ["answers 404", () => new RawServer(sends(["404 Not Found"], "nothing here")), "status", false],
  ["answers 500", () => new RawServer(sends(["500 Oops"], "nothing here")), "status", true],
  ["answers 429", () => new RawServer(sends(["429 Slow", "Retry-After: 0"])), "status", true],
  ["asks to come again in an hour", () => inAnHour("3600"), "status", false],
  [
    "asks to come again at a date",
    () => inAnHour(new Date(Date.now() + 3_600_000).toUTCString()),
    "status",
    false,
  ],
];

function inAnHour(header: string): RawServer {
  return new RawServer(sends(["503 Busy", `Retry-After: ${header}`]));
}

for (const [what, makeServer, kind, isTriedAgain] of FAULTS) {
  const again = isTriedAgain ? "is tried again and" : "at once";
  testInDirectory(`a download ${again} fails when the server ${what}`, async (directory) => {
    await using server = makeServer();
    const timeoutMs = kind === "silent" ? TIMEOUT_MS : undefined;
    const options = { retries: 1, ...timeoutMs !== undefined && { timeoutMs } };
    const { failures, retries, summary } = await download([server.url()], directory, options);
    assertEquals(failures.map((reason) => reason.kind), [kind]);
    assertEquals(retries.map(({ reason }) => reason.kind), isTriedAgain ? [kind] : []);
    assertEquals([summary.finished, summary.failed, summary.unfinished], [0, 1, 0]);
    assertEquals(namesIn(directory), [], "what cannot be gone on with is of no use");
  });
}

test("where nothing listens there is no answer", async () => {
  const url = `http://127.0.0.1:${freePort()}/`; // fetch asks nothing of port 1
  const { failures: [failure] } = await download([url], undefined);
  assertEquals(failure.kind, "no-answer");
  assertMatch("message" in failure ? failure.message : "", /^tcp connect error: /);
});

test("a status is told with its usual words, whatever the server says", async () => {
  await using server = new RawServer(sends(["404 Gone Fishing"]));
  const { failures: [failure] } = await download([server.url()], undefined);
  assertEquals("statusText" in failure && failure.statusText, "Not Found");
});

/** Lengths that fewer headers would have said, and what is known of the size by them. */
const LENGTHS: readonly [lines: string[], body: string, sizeBytes: number | undefined][] = [
  [["Content-Length: 5", "Content-Length: 5"], "five.", 5],
  [["Content-Length: 5, 5"], "five.", 5],
  [["Content-Length: 5,05"], "five.", 5],
  [["Content-Length: 3", "Transfer-Encoding: chunked"], "5\r\nfive.\r\n0\r\n\r\n", undefined],
  [["Transfer-Encoding: chunked"], "5\r\nfive.\r\n0\r\n\r\nand more", undefined],
];

for (const [lines, body, sizeBytes] of LENGTHS) {
  testInDirectory(`${lines.join(", ")} is no riddle`, async (directory) => {
    await using server = new RawServer(sends(["200 OK", ...lines], body));
    const { failures, downloads } = await download([server.url()], directory);
    assertEquals([failures, downloads.map((one) => one.sizeBytes)], [[], [sizeBytes]]);
    assertEquals(await Deno.readTextFile(`${directory}/file`), "five.");
  });
}

test("names and passwords are for the server alone", async () => {
  const seen: (string | undefined)[] = [];
  const authorization = (head: string) => /^authorization: (.*)\r$/im.exec(head)?.[1];
  await using other = new RawServer((conn, head, index) => {
    seen.push(authorization(head));
    return sends(["200 OK"], "other")(conn, head, index);
  });
  await using server = new RawServer((conn, head, index) => {
    seen.push(authorization(head));
    const location = head.startsWith("GET /away") ? other.url() : "http://me:other-secret@[/";
    return sends(["302 Found", `Location: ${location}`, "Content-Length: 0"])(conn, head, index);
  });
  const urls = ["away", "wrong"].map((path) => server.url(path).replace("//", "//me:secret@"));
  const token = other.url("token").replace("//", "//secret@");
  const result = await download([...urls, token], undefined, { jobs: 1 });
  assertEquals(result.summary.finished, 2);
  assertEquals(
    seen,
    [`Basic ${btoa("me:secret")}`, undefined, `Basic ${btoa("me:secret")}`].concat(
      `Basic ${btoa("secret:")}`,
    ),
  );
  assertEquals(result.failures.map(({ kind }) => kind), ["not-allowed"]);
  const { startedUrls, finishedUrls, failures } = result;
  assertNotMatch(JSON.stringify([startedUrls, finishedUrls, failures]), /secret/);
});

testInDirectory("bytes beyond the announced length are no part of the file", async (directory) => {
  await using server = new RawServer(sends(["200 OK", "Content-Length: 5"], "five.and more"));
  const { summary } = await download([server.url()], directory);
  assertEquals(summary.finished, 1);
  assertEquals(await Deno.readTextFile(`${directory}/file`), "five.");
});

testInDirectory("an empty file, a file without a length, and no content", async (directory) => {
  await using server = new RawServer(async (conn, head, index) => {
    if (head.includes("/empty")) {
      return await sends(["200 OK", "Content-Length: 0"])(conn, head, index);
    }
    if (head.includes("/none")) return await sends(["204 No Content"])(conn, head, index);
    await sends(["200 OK"], "until the end")(conn, head, index);
  });
  const urls = ["empty", "none", "some"].map((path) => server.url(path));
  const { summary } = await download(urls, directory);
  assertEquals(summary.finished, 3);
  const read = (name: string) => Deno.readTextFileSync(`${directory}/${name}`);
  assertEquals(["empty", "none", "some"].map(read), ["", "", "until the end"]);
});

testInDirectory("a server that insists on gzip is decoded", async (directory) => {
  const bytes = randomBytes(100_000);
  const body = await gzip(bytes);
  const head = ["200 OK", 'ETag: "v1"', "Content-Encoding: gzip", `Content-Length: ${body.length}`];
  await using server = new RawServer(sends(head, body));
  const { summary, downloads: [counted] } = await download([server.url()], undefined);
  assertEquals([summary.finished, counted.receivedBytes], [1, bytes.length]);
  await download([server.url()], directory);
  assertMatch(server.heads[1].toLowerCase(), /accept-encoding: identity/);
  assertEquals(await Deno.readFile(`${directory}/file`), bytes);
});

testInDirectory("each of many fails alone", async (directory) => {
  await using server = new RawServer(async (conn, head, index) => {
    const path = /^GET \/(\d+)/.exec(head)?.[1] ?? "";
    if (Number(path) % 3 === 0) return; // hangs up
    if (Number(path) % 3 === 1) return await sends(["404 Not Found"])(conn, head, index);
    await sends(["200 OK", `Content-Length: ${path.length}`], path)(conn, head, index);
  });
  const urls = Array.from({ length: 30 }, (_, i) => server.url(String(i)));
  const { summary, failures } = await download(urls, directory, { jobs: 7 });
  assertEquals([summary.finished, summary.failed, failures.length], [10, 20, 20]);
  assertEquals(
    namesIn(directory).map((name) => Deno.readTextFileSync(`${directory}/${name}`)),
    namesIn(directory),
  );
  assertEquals(namesIn(directory).length, 10);
});

test("a redirect cannot send a terminal what it obeys", async () => {
  // U+009B in UTF-8, with which sequences begin that a terminal obeys; encoded once more if it is text.
  await using server = new RawServer(
    sends(["302 Found", "Location: http://\u009b2J/", "Content-Length: 0"]),
  );
  const { failures } = await download([server.url()], undefined);
  assertNotMatch(JSON.stringify(failures), /[\u0080-\u009f]/);
});
