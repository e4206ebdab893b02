import { http } from "../../../servers/handlers/http.ts";
import type { Reply, Session } from "../../../servers/handlers/session.ts";
import { StaticFiles } from "../../../servers/handlers/static_files.ts";
import { refusalFor } from "../../../servers/handlers/static_path.ts";
import { assert, assertEquals, assertMatch } from "../../harness/assert.ts";
import { decode, encode } from "../../harness/bytes.ts";
import { answers, handlerClient } from "../../harness/handlers.ts";
import "../../harness/sanitizers.ts";

const isWindows = Deno.build.os === "windows";

/** A directory with files to serve, beside one that is not to be served. */
class Site implements Disposable {
  readonly #above = Deno.makeTempDirSync();
  readonly root = `${this.#above}/site`;

  constructor() {
    Deno.mkdirSync(`${this.root}/sub/empty`, { recursive: true });
    Deno.writeTextFileSync(`${this.#above}/secret.txt`, "secret");
    // Its name begins as that of the root does.
    Deno.mkdirSync(`${this.#above}/site-of-another`);
    Deno.writeTextFileSync(`${this.#above}/site-of-another/secret.txt`, "secret");
    Deno.writeTextFileSync(`${this.root}/index.html`, "<h1>root</h1>");
    Deno.writeTextFileSync(`${this.root}/sub/index.html`, "<h1>sub</h1>");
    Deno.writeTextFileSync(`${this.root}/ten.txt`, "0123456789");
    Deno.writeTextFileSync(`${this.root}/none`, "");
    Deno.writeTextFileSync(`${this.root}/with é and %.JSON`, "{}");
    if (isWindows) return;
    Deno.symlinkSync("../secret.txt", `${this.root}/link-out.txt`);
    Deno.symlinkSync("..", `${this.root}/dir-out`);
    Deno.symlinkSync("../site-of-another", `${this.root}/dir-beside`);
    Deno.symlinkSync("ten.txt", `${this.root}/link-in.txt`);
    Deno.symlinkSync("loop", `${this.root}/loop`);
    Deno.symlinkSync("nowhere", `${this.root}/dangling`);
  }

  session(): Session {
    return http(new StaticFiles(this.root))(handlerClient());
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#above, { recursive: true });
  }
}

interface Response {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly isLast: boolean;
}

function responseOf(replies: readonly Reply[]): Response {
  const text = replies.map(({ bytes }) => decode(bytes)).join("");
  const [head, ...body] = text.split("\r\n\r\n");
  const [status, ...lines] = head.split("\r\n");
  const headers = new Headers(lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1)];
  }));
  return {
    ...{ headers, body: body.join("\r\n\r\n"), status: Number(status.split(" ")[1]) },
    isLast: replies.at(-1)?.close ?? false,
  };
}

function get(
  site: Site,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Response {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = `${method} ${path} HTTP/1.1\r\nHost: here\r\n${lines.join("")}\r\n`;
  return responseOf(answers(site.session(), request));
}

const FILES: [path: string, body: string, type: string][] = [
  ["/", "<h1>root</h1>", "text/html; charset=utf-8"],
  ["/?query=/../x", "<h1>root</h1>", "text/html; charset=utf-8"],
  ["/sub/", "<h1>sub</h1>", "text/html; charset=utf-8"],
  ["/ten.txt", "0123456789", "text/plain; charset=utf-8"],
  ["/%74en%2Etxt?x", "0123456789", "text/plain; charset=utf-8"],
  ["http://here/ten.txt", "0123456789", "text/plain; charset=utf-8"],
  ["/none", "", "application/octet-stream"],
  ["/with%20%C3%A9%20and%20%25.JSON", "{}", "application/json"],
  ...isWindows ? [] : [
    ["/link-in.txt", "0123456789", "text/plain; charset=utf-8"] as [string, string, string],
  ],
];

for (const [path, body, type] of FILES) {
  Deno.test(`http --root serves ${path}`, () => {
    using site = new Site();
    const response = get(site, path);
    assertEquals([response.status, response.body], [200, body]);
    assertEquals(response.headers.get("content-type"), type);
    assertEquals(response.headers.get("content-length"), String(body.length));
    assertEquals(response.isLast, false);
    const head = get(site, path, {}, "HEAD");
    assertEquals([head.status, head.body], [200, ""]);
    assertEquals([...head.headers], [...response.headers]);
  });
}

const REFUSED: [path: string, status: number][] = [
  ...[
    "/..",
    "/../secret.txt",
    "/sub/../../secret.txt",
    "/sub/../ten.txt",
    "/%2e%2e/secret.txt",
    "/.%2E/secret.txt",
    "/sub/%2e%2e/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e%2fsecret.txt",
    "/sub%2f..%2f..%2fsecret.txt",
    "/./ten.txt",
    "/ten.txt%00",
    "/ten.txt%00.html",
    "/%",
    "/%zz",
    "/%c3",
    "/%c0%ae%c0%ae/secret.txt",
    ...isWindows ? ["/..%5csecret.txt", "/C:%5c", "/ten.txt::$DATA"] : [],
  ].map((path): [string, number] => [path, 400]),
  ...[
    "/missing",
    "/missing/",
    "/ten.txt/",
    "/ten.txt/x",
    "/none/index.html",
    "/sub/empty/",
    "//ten.txt",
    "/sub//index.html",
    "//etc/passwd",
    "/%252e%252e/secret.txt",
    `/${"x".repeat(300)}`,
    ...isWindows
      ? []
      : ["/link-out.txt", "/dir-out/", "/dir-out/secret.txt", "/dir-beside/secret.txt", "/loop"],
    ...isWindows ? [] : ["/dangling", "/..\\secret.txt"],
  ].map((path): [string, number] => [path, 404]),
];

for (const [path, status] of REFUSED) {
  Deno.test(`http --root answers ${status} to ${path.slice(0, 40)}`, () => {
    using site = new Site();
    const response = get(site, path);
    assertEquals([response.status, response.isLast], [status, status === 400]);
    assert(!response.body.includes("secret"));
  });
}

Deno.test({
  name: "http --root answers 404 to a pipe, which it does not wait for",
  ignore: isWindows,
  fn() {
    using site = new Site();
    const { success } = new Deno.Command("mkfifo", { args: [`${site.root}/pipe`] }).outputSync();
    assert(success);
    assertEquals(get(site, "/pipe").status, 404);
  },
});

Deno.test("http --root sends a directory without its / to the one with it, escaped as it was", () => {
  using site = new Site();
  Deno.mkdirSync(`${site.root}/a b`);
  const { status, headers } = get(site, "/a%20b?x");
  assertEquals([status, headers.get("location")], [301, "/a%20b/"]);
  assertEquals(get(site, "//sub").status, 404); // or its location would be another host
});

const RANGES: [range: string, status: number, body: string, contentRange: string | null][] = [
  ["bytes=0-3", 206, "0123", "bytes 0-3/10"],
  ["bytes=3-3", 206, "3", "bytes 3-3/10"],
  ["bytes=7-", 206, "789", "bytes 7-9/10"],
  ["bytes=7-100", 206, "789", "bytes 7-9/10"],
  ["bytes=0-99999999999999999999999", 206, "0123456789", "bytes 0-9/10"],
  ["Bytes=-3", 206, "789", "bytes 7-9/10"],
  ["bytes=-100", 206, "0123456789", "bytes 0-9/10"],
  ["bytes=10-", 416, "416 Range Not Satisfiable\n", "bytes */10"],
  ["bytes=99999999999999999999999-", 416, "416 Range Not Satisfiable\n", "bytes */10"],
  ["bytes=-0", 416, "416 Range Not Satisfiable\n", "bytes */10"],
  // What is malformed or not understood is ignored, and several ranges may be.
  ...["bytes=5-3", "bytes=-", "bytes=a-b", "bytes 0-3", "lines=0-3", "bytes=0-1,3-4", ""].map(
    (range): [string, number, string, null] => [range, 200, "0123456789", null],
  ),
];

for (const [range, status, body, contentRange] of RANGES) {
  Deno.test(`http --root answers ${status} to Range: ${range}`, () => {
    using site = new Site();
    const response = get(site, "/ten.txt", { Range: range });
    assertEquals([response.status, response.body], [status, body]);
    assertEquals(response.headers.get("content-range"), contentRange);
    assertEquals(response.headers.get("content-length"), String(body.length));
    if (status !== 416) {
      assertEquals(get(site, "/ten.txt", { Range: range }, "HEAD").status, 200);
    }
  });
}

Deno.test("http --root answers 416 to any range of an empty file", () => {
  using site = new Site();
  for (const range of ["bytes=0-", "bytes=-1"]) {
    assertEquals(get(site, "/none", { Range: range }).status, 416);
  }
});

/** Headers, with the tag of the file for TAG, and what it was modified at for TIME. */
const CONDITIONAL: [headers: Record<string, string>, status: number][] = [
  [{ "If-None-Match": "TAG" }, 304],
  [{ "If-None-Match": '"x", W/TAG' }, 304],
  [{ "If-None-Match": "*" }, 304],
  [{ "If-None-Match": '"x"' }, 200],
  [{ "If-Modified-Since": "TIME" }, 304],
  [{ "If-Modified-Since": "Sun, 06 Nov 2594 08:49:37 GMT" }, 304],
  [{ "If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT" }, 200],
  [{ "If-Modified-Since": "Sunday, 06-Nov-94 08:49:37 GMT" }, 200],
  [{ "If-Modified-Since": "Sun Nov  6 08:49:37 1994" }, 200],
  [{ "If-Modified-Since": "soon" }, 200],
  [{ "If-Modified-Since": "TIME", "If-None-Match": '"x"' }, 200], // the tag goes first
  [{ "If-Match": "TAG" }, 200],
  [{ "If-Match": "*" }, 200],
  [{ "If-Match": '"x"' }, 412],
  [{ "If-Match": "W/TAG" }, 412],
  [{ "If-Unmodified-Since": "TIME" }, 200],
  [{ "If-Unmodified-Since": "Sun, 06 Nov 1994 08:49:37 GMT" }, 412],
  [{ "If-Unmodified-Since": "Sun, 06 Nov 1994 08:49:37 GMT", "If-Match": "TAG" }, 200],
  [{ Range: "bytes=0-3", "If-Range": "TAG" }, 206],
  [{ Range: "bytes=0-3", "If-Range": "TIME" }, 206],
  [{ Range: "bytes=0-3", "If-Range": '"x"' }, 200],
  [{ Range: "bytes=0-3", "If-Range": "W/TAG" }, 200],
  [{ Range: "bytes=0-3", "If-None-Match": "TAG" }, 304],
];

for (const [given, status] of CONDITIONAL) {
  Deno.test(`http --root answers ${status} to ${JSON.stringify(given)}`, () => {
    using site = new Site();
    const { headers } = get(site, "/ten.txt");
    const [tag, time] = ["etag", "last-modified"].map((name) => headers.get(name) ?? "");
    const conditions = Object.entries(given).map(([name, value]) => [
      name,
      value.replace("TAG", tag).replace("TIME", time),
    ]);
    const response = get(site, "/ten.txt", Object.fromEntries(conditions));
    assertEquals([response.status, response.isLast], [status, false]);
    if (status === 304) {
      assertEquals([response.body, response.headers.get("etag")], ["", tag]);
      assertEquals(response.headers.get("content-length"), null);
    }
  });
}

Deno.test("http --root gives a file that has changed another tag", () => {
  using site = new Site();
  const before = get(site, "/ten.txt").headers.get("etag");
  Deno.writeTextFileSync(`${site.root}/ten.txt`, "another one");
  const after = get(site, "/ten.txt").headers.get("etag");
  assertMatch(String(after), /^"[\da-f]+-[\da-f]+"$/);
  assert(before !== after);
});

Deno.test("http --root reads a large file piece by piece, each when it is asked for", () => {
  using site = new Site();
  const size = 1_000_000;
  const content = Uint8Array.from({ length: size }, (_, at) => at % 251);
  Deno.writeFileSync(`${site.root}/large`, content);
  const session = site.session();
  const replies = session.onData(encode("GET /large HTTP/1.1\r\nHost: here\r\n\r\n"));
  const pieces: Uint8Array[] = [];
  for (let reply; (reply = replies.next()) !== undefined;) {
    assert(reply.bytes.length < 66_000);
    pieces.push(reply.bytes);
  }
  const all = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
  assertEquals(all.slice(all.length - size), content);
});

Deno.test("http --root closes the file of a client that leaves in the middle", () => {
  using site = new Site();
  Deno.writeFileSync(`${site.root}/large`, new Uint8Array(1_000_000));
  const session = site.session();
  session.onData(encode("GET /large HTTP/1.1\r\nHost: here\r\n\r\n")).next();
  session.onClose?.("reset"); // a file that is left open fails this test
});

Deno.test("http --root ends the connection if a file becomes shorter than was promised", () => {
  using site = new Site();
  Deno.writeFileSync(`${site.root}/large`, new Uint8Array(1_000_000));
  const session = site.session();
  const request = "GET /large HTTP/1.1\r\nHost: here\r\n\r\n";
  const replies = session.onData(encode(request + request));
  assertEquals(replies.next()?.close, false);
  Deno.truncateSync(`${site.root}/large`, 100_000);
  let last;
  for (let reply; (reply = replies.next()) !== undefined;) last = reply;
  assertEquals(last?.close, true);
});

Deno.test("http --root keeps or ends the connection after a file, as it was asked to", () => {
  using site = new Site();
  const request = "GET /ten.txt HTTP/1.1\r\nHost: here\r\n\r\n";
  const closing = request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
  const replies = answers(site.session(), request + "GET /x HTTP/1.1\r\nHost: a\r\n\r\n" + closing);
  assertEquals(replies.map(({ close }) => close), [false, false, true]);
});

Deno.test("http --root answers 403 to what Deno shows to no program, such as /proc", () => {
  assertEquals(refusalFor(new Deno.errors.NotCapable("all access")).status, "403 Forbidden");
});
