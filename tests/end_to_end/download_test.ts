/**
 * What `playground download` promises: the files, the words and the exit status.
 *
 * @module
 */

import {
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "../harness/assert.ts";
import { assertSameBytes, encode, randomBytes } from "../harness/bytes.ts";
import { hasOpenssl, makeCertificate } from "../harness/certificate.ts";
import { writeAll } from "../harness/clients.ts";
import { namesIn, testInDirectory } from "../harness/downloads.ts";
import { FileServer, RawServer, sends, stalls } from "../harness/http_servers.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { linesOf } from "../../cli/text_lines.ts";
import { commandFor, run, type RunOptions, spawn } from "../harness/playground.ts";
import { test } from "../harness/test.ts";

const BYTES = randomBytes(100_000);
const HALF = 50_000;
const WHOLE_HEAD = ["200 OK", 'ETag: "v1"', `Content-Length: ${BYTES.length}`];

function download(args: readonly string[], options?: RunOptions) {
  return run(["download", ...args], options);
}

test("without --dir, what each was is told in the order in which they arrive", async () => {
  let release = () => {};
  const isReleased = new Promise<void>((resolve) => release = resolve);
  await using server = new RawServer(async (conn, head, index) => {
    if (head.startsWith("GET /late")) await isReleased;
    await sends(["200 OK"], head.startsWith("GET /late") ? "late" : "early")(conn, head, index);
  });
  const [late, early] = [server.url("late"), server.url("early")];
  await using child = spawn(["download", late, early]);
  const lines: string[] = [];
  for await (const line of linesOf(child.stdout)) {
    lines.push(line);
    release();
  }
  assertEquals(lines.slice(0, 2), [
    `5 bytes received from ${early}`,
    `4 bytes received from ${late}`,
  ]);
  assertMatch(lines[2], /^2 of 2 downloaded: 9 B in \d+\.\d+ s, \S+ k?B\/s$/);
  assertEquals((await child.status).code, 0);
});

testInDirectory("--dir saves the files, and says so in each language", async (directory) => {
  await using server = new FileServer({ "a.bin": { bytes: BYTES }, "b.bin": { bytes: BYTES } });
  const dir = `${directory}/made/for/it`;
  const english = await download(["--dir", dir, server.url("a.bin")]);
  assertEquals([english.code, english.stderr], [0, ""]);
  assertMatch(english.stdout, /^100000 bytes received from \S+\/a\.bin, saved as .*a\.bin\n$/);
  const chinese = await download(["--dir", dir, server.url("b.bin"), "--lang", "zh"]);
  assertMatch(chinese.stdout, /^收到 100000 字节，来自 \S+\/b\.bin，已存为 .*b\.bin\n$/);
  assertEquals(namesIn(dir), ["a.bin", "b.bin"]);
  for (const name of namesIn(dir)) assertSameBytes(await Deno.readFile(`${dir}/${name}`), BYTES);
});

testInDirectory("one that fails does so alone, with its reason", async (directory) => {
  await using circle = new RawServer(sends(["302 Found", "Location: /", "Content-Length: 0"]));
  await using silent = new RawServer(stalls);
  await using server = new FileServer({ "a.bin": { bytes: BYTES } });
  const urls = [circle.url(), silent.url(), server.url("none"), server.url("a.bin")];
  // Long enough for those that do answer, though the machine be busy.
  const args = ["--dir", directory, "--timeout", "3s", "--retries", "0", ...urls];
  const { code, stdout, stderr } = await download(args);
  assertEquals(code, 1);
  assertStringIncludes(stderr, `${circle.url()}: too many redirects, as in a loop\n`);
  assertStringIncludes(
    stderr,
    `${silent.url()}: the server was silent for 3 s (see --timeout)\n`,
  );
  assertStringIncludes(stderr, `${server.url("none")}: the server answered 404 Not Found\n`);
  assertMatch(stdout, /^100000 bytes received from .*a\.bin\n1 of 4 downloaded, 3 failed: .*\n$/);
  assertEquals(namesIn(directory), ["a.bin"]);
});

testInDirectory(
  "a file that is there is not asked for, nor replaced without --force",
  async (directory) => {
    await using server = new FileServer({ file: { bytes: BYTES } });
    await Deno.writeTextFile(`${directory}/file`, "old");
    const args = ["--dir", directory, server.url("file")];
    assertOneLine(await download(args), 1, /file already exists \(--force replaces it\)$/m);
    assertEquals([server.ranges, await Deno.readTextFile(`${directory}/file`)], [[], "old"]);
    assertEquals((await download([...args, "--force"])).code, 0);
    assertSameBytes(await Deno.readFile(`${directory}/file`), BYTES);
  },
);

testInDirectory("200 files at once from one server are all whole", async (directory) => {
  const COUNT = 200;
  let [asked, allAsked] = [0, () => {}];
  const areAllAsked = new Promise<void>((resolve) => allAsked = resolve);
  await using server = new RawServer(async (conn, head, index) => {
    if (++asked === COUNT) allAsked();
    await areAllAsked;
    const path = /^GET \/(\d+)/.exec(head)?.[1] ?? "";
    await sends(["200 OK", "Content-Length: 50000"], path.padStart(50_000, "."))(conn, head, index);
  });
  const urls = Array.from({ length: COUNT }, (_, i) => server.url(String(i)));
  const { code, stdout, stderr } = await download(["--dir", directory, "--jobs", "200", ...urls]);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /\n200 of 200 downloaded: 10 MB in /);
  assertEquals(namesIn(directory).length, COUNT);
  for (const name of namesIn(directory)) {
    assertEquals(await Deno.readTextFile(`${directory}/${name}`), name.padStart(50_000, "."));
  }
});

testInDirectory("a directory that cannot be made gets one line", async (directory) => {
  await Deno.writeTextFile(`${directory}/file`, "");
  const outcome = await download(["--dir", `${directory}/file/in`, "http://127.0.0.1/"]);
  assertOneLine(outcome, 1, /^--dir \S+: /);
});

testInDirectory("--json prints a line for each event", async (directory) => {
  await using server = new RawServer(
    sends(["503 Busy", "Retry-After: 0"]),
    sends(["200 OK"], "hello"),
    sends(["404 Not Found"]),
  );
  const url = server.url().replace("//", "//me:secret@");
  const args = ["--json", "--dir", directory, "--jobs", "1", url, server.url("none")];
  const { code, stdout } = await download(args);
  const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals([code, events.map(({ event }) => event).join()], [
    1,
    "started,retrying,finished,started,failed,totals",
  ]);
  const [{ url: shown }, retrying, finished, , failed, totals] = events;
  assertEquals(shown, url.replace("secret", "***"));
  assertEquals([retrying.reason.kind, retrying.reason.status], ["status", 503]);
  assertEquals([finished.sizeBytes, failed.reason.status], [5, 404]);
  assertEquals([totals.finished, totals.failed, totals.unfinished, totals.arrivedBytes], [
    1,
    1,
    0,
    5,
  ]);
  assertEquals(stdout.includes("secret"), false);
});

/** What is typed as a URL and is none, and what is said of it. */
const NO_URLS: readonly [typed: string, line: RegExp][] = [
  ["http://me:secret@host:99999/", /^http:\/\/\*\*\*@host:99999\/: the port of a URL is a number/],
  ["http://me:secret@", /^http:\/\/\*\*\*@: this is not a valid URL$/m],
  ["http://host:80a/", /^http:\/\/host:80a\/: the port of a URL is a number up to 65535$/m],
  ["http://me:sec/ret@host:1/", /^http:\/\/\*\*\*@host:1\/: the port of a URL is a number/],
  ["https://me:secret@[::1/", /^https:\/\/\*\*\*@\[::1\/: this is not a valid URL$/m],
  ["http://", /^http:\/\/: this is not a valid URL$/m],
  ["ftp://me:secret@host/", /^ftp:\/\/\*\*\*@host\/: only a URL that begins with http:\/\/ or/],
  ["me:secret@host/file", /^\*\*\*@host\/file: only a URL that begins with http:\/\/ or/],
];

for (const [typed, line] of NO_URLS) {
  test(`download ${typed}: one line, without credentials`, async () => {
    const outcome = await download([typed]);
    assertOneLine(outcome, 2, line);
    assertNotMatch(outcome.stderr, /sec/);
  });
}

test("who is asked to come again in an hour does not wait, and says why", async () => {
  await using server = new RawServer(sends(["503 Busy", "Retry-After: 3600"]));
  const reason =
    /: the server answered 503 Service Unavailable and asked for a pause of 3600 s; no retry waits longer/;
  assertOneLine(await download([server.url()]), 1, reason);
  await using missing = new RawServer(sends(["404 Gone", "Retry-After: 3600"]));
  assertOneLine(await download([missing.url()]), 1, /: the server answered 404 Not Found$/m);
});

test("--quiet says only what failed", async () => {
  await using server = new FileServer({ file: { bytes: BYTES } });
  const { code, stdout, stderr } = await download([
    "--quiet",
    server.url("file"),
    server.url("none"),
  ]);
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /^\S+none: the server answered 404 Not Found\n$/);
});

/** Runs a download of two files on a terminal, and calls `meanwhile` when half of each is shown. */
async function onTerminal(
  meanwhile: (typing: WritableStream<Uint8Array>, release: () => void) => Promise<void>,
) {
  let release = () => {};
  const isReleased = new Promise<void>((resolve) => release = resolve);
  await using server = new RawServer(async (conn, head, index) => {
    await sends(WHOLE_HEAD, BYTES.subarray(0, HALF))(conn, head, index);
    await isReleased;
    await writeAll(conn, BYTES.subarray(HALF));
  });
  const [program, args] = commandFor(["download", server.url("a.bin"), server.url("b.bin")]);
  const words = [program, ...args].map((word) => `'${word}'`).join(" ");
  // script(1) runs it on a terminal of its own, and says how it has ended.
  await using child = new Deno.Command("script", {
    args: ["-qec", `stty cols 60 rows 10; exec ${words}`, "/dev/null"],
    env: { LC_ALL: "C" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  let shown = "";
  let isHalf = false;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    shown += text;
    if (isHalf || !/a\.bin .* 50% .*\r\nb\.bin .* 50% /.test(shown)) continue;
    isHalf = true;
    await meanwhile(child.stdin, release);
  }
  release();
  await child.stdin.close();
  return { code: (await child.status).code, shown, last: shown.slice(shown.lastIndexOf("\x1b[J")) };
}

test("on a terminal each download has a bar, which is gone in the end", async () => {
  const { code, shown, last } = await onTerminal((_, release) => Promise.resolve(release()));
  assertEquals(code, 0);
  assertNotMatch(last, /%/);
  assertMatch(last, /2 of 2 downloaded: 200 kB/);
  const inTheirPlace = "\x1b[J\x1b[?7l\x1b[?7h100000 bytes received from ";
  assertStringIncludes(shown, inTheirPlace);
}, { ignore: Deno.build.os !== "linux" });

test("Ctrl-C takes the bars away, too", async () => {
  const { code, last } = await onTerminal(async (typing) => {
    const writer = typing.getWriter();
    await writer.write(encode("\x03"));
    writer.releaseLock();
  });
  assertEquals(code, 130);
  assertNotMatch(last, /%/);
  assertMatch(last, /0 of 2 downloaded, 2 not finished: 100 kB/);
}, { ignore: Deno.build.os !== "linux" });

testInDirectory(
  "https is for servers that can prove who they are, and others get one line",
  async (directory) => {
    const { cert, key } = await makeCertificate(directory);
    await using server = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      cert: await Deno.readTextFile(cert),
      key: await Deno.readTextFile(key),
      onListen() {},
    }, () => new Response("secret"));
    const url = `https://127.0.0.1:${server.addr.port}/`;
    const { code, stdout } = await download([url], { env: { DENO_CERT: cert } });
    assertEquals([code, stdout], [0, `6 bytes received from ${url}\n`]);
    assertOneLine(
      await download([url]),
      1,
      /: cannot verify the certificate of the server: .*certificate/,
    );
  },
  { ignore: !hasOpenssl() },
);
