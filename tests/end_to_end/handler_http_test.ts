/**
 * HTTP as browsers, load tools and attackers speak it.
 *
 * @module
 */

import { fileURLToPath as fromFileUrl } from "node:url";
import { assert, assertEquals, assertMatch } from "../harness/assert.ts";
import { assertSameBytes, decode, encode } from "../harness/bytes.ts";
import { readExactly, readToEnd, writeAll } from "../harness/clients.ts";
import { run, Server } from "../harness/playground.ts";
import { hasProgram, runProgram } from "../harness/programs.ts";
import { test, testTogether } from "../harness/test.ts";
import { MODELS } from "./models.ts";

/** Has wrk send so many requests that it would see errors, and not as many as it can. */
const ENOUGH_REQUESTS = fromFileUrl(new URL("../harness/enough_requests.lua", import.meta.url));
const LARGE_BYTES = 1_000_000;
const LARGE = new Uint8Array(LARGE_BYTES).map((_, at) => at % 251);

/** A directory with a page and a large file, until it is disposed of. */
async function site(): Promise<{ root: string } & AsyncDisposable> {
  const root = await Deno.makeTempDir();
  await Deno.writeFile(`${root}/large.bin`, LARGE);
  await Deno.writeTextFile(`${root}/index.html`, "<h1>hello</h1>");
  return { root, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

for (const { name, args } of MODELS) {
  test(`${name} --handler http: files whole and in ranges, and bodies that are counted`, async () => {
    await using files = await site();
    const flags = ["--quiet", "--handler", "http", "--root", files.root];
    await using server = await Server.start([...args, ...flags]);
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 1 });
    const ask = (path: string, init: RequestInit = {}) =>
      fetch(`http://127.0.0.1:${server.port}${path}`, { client, ...init });
    const page = await ask("/");
    assertEquals([page.status, await page.text()], [200, "<h1>hello</h1>"]);
    const headers = { "if-none-match": page.headers.get("etag") ?? "" };
    const same = await ask("/", { headers });
    assertEquals([same.status, await same.text()], [304, ""]);
    const whole = await ask("/large.bin");
    assertSameBytes(await whole.bytes(), LARGE);
    const range = `bytes=${LARGE_BYTES - 100_000}-`;
    const part = await ask("/large.bin", { headers: { range } });
    assertEquals(part.status, 206);
    assertSameBytes(await part.bytes(), LARGE.slice(-100_000));
    const missing = await ask("/missing");
    assertEquals([missing.status, await missing.text()], [404, "404 Not Found\n"]);
    for (const body of [LARGE, new Blob([LARGE]).stream()]) {
      const posted = await ask("/", { method: "POST", body });
      assertEquals(await posted.text(), `${LARGE_BYTES} bytes\n`);
    }
  });
}

const GET = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";

test("a client that reads a file slowly does not have it in the server's memory", async () => {
  await using files = await site();
  const sizeBytes = 300_000_000;
  await Deno.truncate(`${files.root}/large.bin`, sizeBytes); // most of it a hole
  const flags = ["--quiet", "--handler", "http", "--root", files.root];
  await using server = await Server.start(["select", ...flags]);
  const memory = async () => {
    const status = await Deno.readTextFile(`/proc/${server.pid}/status`);
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
  };
  const before = await memory();
  using conn = await server.connect();
  await writeAll(conn, encode("GET /large.bin HTTP/1.1\r\nHost: here\r\n\r\n"));
  await readExactly(conn, 1_000);
  using other = await server.connect(); // who is served meanwhile
  await writeAll(other, encode(GET));
  assertMatch(decode(await readExactly(other, 15)), /^HTTP\/1.1 200 OK/);
  assert(await memory() - before < sizeBytes / 2);
}, { ignore: Deno.build.os !== "linux" });

/** Requests, some of them cut off or wrong, and the status of the answer; 0 when there is to be none. */
const REQUESTS: [what: string, request: string, status: number][] = [
  ...["G", "GET ", "GET /a", "GET /a HTTP", GET.slice(0, 16), GET.slice(0, 20), GET.slice(0, -1)]
    .map((cut): [string, string, number] => ["a request that goes on", cut, 0]),
  ["no version", "GET / \r\n\r\n", 400],
  ["an unknown version", "GET / HTTP/9.9\r\nHost: here\r\n\r\n", 505],
  ["junk before it", `Extra line${GET}`, 400],
  ["an empty header", "GET / HTTP/1.1\r\nhoSt:\there\r\nempty:\r\n\r\n", 200],
  ["a header with brackets", "GET / HTTP/1.1\r\nHost: a\r\nX[]: y\r\n\r\n", 400],
  ["no host", "GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\n", 400],
  ["two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400],
  ["a negative length", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400],
  ["no length", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: abc\r\n\r\n", 400],
  ["a control character", "GET / HTTP/1.1\r\nHost: a\r\nX: \x07\r\n\r\n", 400],
  ["a return in the wrong place", "GET / HTTP/1.1\r\nHost: a\r\n\rX: y\r\n\r\n", 400],
  [
    "a length and chunks",
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: ` +
    `chunked\r\n\r\n0\r\n\r\n${GET}`,
    400,
  ],
  ["a coding that hides", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 400],
  [
    "a space before the colon",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello",
    400,
  ],
  ["a header on two lines", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n", 400],
  ["a path out of the root", "GET /%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400],
];

test("requests that two readers could understand differently are refused, and end the connection", async () => {
  await using files = await site();
  await using server = await Server.start(
    ["select", "--quiet", "--handler", "http", "--root", files.root],
  );
  const answers = await Promise.all(REQUESTS.map(async ([what, request]) => {
    using conn = await server.connect();
    await writeAll(conn, encode(request));
    await conn.closeWrite(); // so that one that goes on does not wait for ever
    const text = decode(await readToEnd(conn));
    return [what, Number(text.split(" ")[1] ?? 0), text.split("HTTP/1.1 ").length - 1];
  }));
  const expected = REQUESTS.map(([what, , status]) => [what, status, status === 0 ? 0 : 1]);
  assertEquals(answers, expected);
});

test("a client that waits for 100 Continue gets it, and then its answer", async () => {
  await using server = await Server.start(["select", "--quiet", "--handler", "http"]);
  using conn = await server.connect();
  await writeAll(
    conn,
    encode("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"),
  );
  const words = "HTTP/1.1 100 Continue\r\n\r\n";
  assertEquals(decode(await readExactly(conn, words.length)), words);
  await writeAll(conn, encode("hello"));
  await conn.closeWrite();
  assertMatch(decode(await readToEnd(conn)), /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n5 bytes\n$/s);
});

const LOADED = MODELS.filter(({ name }) => /^(select|thread|epoll on libc|prefork)/.test(name));

for (const { name, args } of LOADED) {
  const start = () => Server.start([...args, "--quiet", "--handler", "http"]);

  test(`${name} --handler http: ab -k keeps its connections`, async () => {
    await using server = await start();
    const url = `http://127.0.0.1:${server.port}/`;
    const { code, output } = await runProgram("ab", ["-k", "-n", "500", "-c", "5", url]);
    assertEquals(code, 0, output);
    assertMatch(
      output,
      /Complete requests: +500\nFailed requests: +0\nKeep-Alive requests: +500\n/,
    );
  }, { ignore: !hasProgram("ab") });

  test(`${name} --handler http: curl speaks HTTP/1.0 and 1.1 with it`, async () => {
    await using server = await start();
    const url = `http://127.0.0.1:${server.port}/`;
    const curl = (...flags: string[]) => runProgram("curl", ["-sS", "-i", ...flags, url, url]);
    const old = await curl("--http1.0");
    assertEquals(old.output.match(/200 OK\r\n.*?connection: close\r\n\r\nhello\n/gs)?.length, 2);
    const data = "x".repeat(2_000_000); // for which it expects 100 Continue
    const posted = await runProgram("curl", ["-sS", "--data-binary", "@-", url], data);
    assertEquals(posted, { code: 0, output: "2000000 bytes\n" });
    assertMatch((await curl()).output, /connection: keep-alive\r\n\r\nhello\nHTTP\/1.1 200 OK/);
  }, { ignore: !hasProgram("curl") });
}

testTogether(
  LOADED.map(({ name, args }) => ({
    name: `${name} --handler http: wrk finds no errors`,
    fn: async () => {
      await using server = await Server.start([...args, "--quiet", "--handler", "http"]);
      const url = `http://127.0.0.1:${server.port}/`;
      const flags = ["-t1", "-c5", "-d1s", "-s", ENOUGH_REQUESTS];
      const { code, output } = await runProgram("wrk", [...flags, url]);
      assertEquals(code, 0, output);
      assertMatch(output, /[1-9]\d* requests in /);
      assert(!/Socket errors|Non-2xx/.test(output), output);
    },
  })),
  { ignore: !hasProgram("wrk") },
);

for (const root of ["./no-such-directory", "README.md"]) {
  test(`--root ${root} is refused before the server listens`, async () => {
    const args = ["serve", "select", "--port", "0", "--handler", "http", "--root", root];
    const { code, stderr } = await run(args);
    assertEquals([code, stderr], [
      1,
      `--root ${root}: this is no directory that you may read; name one that is\n`,
    ]);
  });
}

test("--root has no effect without --handler http", async () => {
  const { code, stderr } = await run(["serve", "select", "--root", "."]);
  assertEquals([code, stderr], [2, "--root has no effect without --handler http\n"]);
});
