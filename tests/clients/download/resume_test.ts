/**
 * Downloads that resume a part, or start over because it belongs to another file.
 *
 * @module
 */

import { assertEquals, assertMatch } from "../../harness/assert.ts";
import { concat, gzip, randomBytes } from "../../harness/bytes.ts";
import { download, namesIn, testInDirectory } from "../../harness/downloads.ts";
import { FileServer, RawServer, sends, sendsAndStalls } from "../../harness/http_servers.ts";
import "../../harness/sanitizers.ts";

const BYTES = randomBytes(100_000);
const HALF = 50_000;
const [MODIFIED, MODIFIED_LATER, MUCH_LATER] = [8, 9, 10].map((hour) =>
  new Date(Date.UTC(2026, 0, 5, hour)).toUTCString()
);
const WHOLE_HEAD = ["200 OK", 'ETag: "v1"', `Content-Length: ${BYTES.length}`];

/** The head of an answer with a part of a file in some state. */
function partOf(state: string[], range: string, sizeBytes: number): string[] {
  const length = `Content-Length: ${sizeBytes}`;
  return ["206 Partial Content", `Content-Range: bytes ${range}`, length, ...state];
}

/** The head of an answer with a part of the file. */
function partial(range: string, sizeBytes: number, ...more: string[]): string[] {
  return partOf(['ETag: "v1"', ...more], range, sizeBytes);
}

/** Leaves half a file at `directory`, as a download that was interrupted does. */
async function leavePart(directory: string, url: string, etag = '"v1"'): Promise<void> {
  await Deno.writeFile(`${directory}/file.part`, BYTES.subarray(0, HALF));
  const record = { url, sizeBytes: BYTES.length, validator: etag };
  await Deno.writeTextFile(`${directory}/file.part.json`, JSON.stringify(record));
}

async function assertWhole(directory: string, expected = BYTES): Promise<void> {
  assertEquals(namesIn(directory), ["file"]);
  assertEquals(await Deno.readFile(`${directory}/file`), expected);
}

testInDirectory("only what is missing is asked for", async (directory) => {
  await using server = new FileServer({ file: { bytes: BYTES, etag: '"v1"' } });
  await leavePart(directory, server.url("file"));
  const { continuedAtBytes, summary } = await download([server.url("file")], directory);
  assertEquals([continuedAtBytes, summary.arrivedBytes], [[HALF], BYTES.length - HALF]);
  assertEquals(server.ranges, [`bytes=${HALF}-`]);
  await assertWhole(directory);
});

testInDirectory("what broke off is gone on with, as often as it takes", async (directory) => {
  const rest = (first: number, last: number) =>
    sends(partial(`${first}-99999/100000`, 100_000 - first), BYTES.subarray(first, last));
  await using server = new RawServer(
    sends(WHOLE_HEAD, BYTES.subarray(0, 30_000)),
    rest(30_000, 60_000),
    sends(["500 Internal Server Error"]),
    rest(60_000, 100_000),
  );
  const { retries } = await download([server.url()], directory, { retries: 3 });
  assertEquals(retries.map(({ reason }) => reason.kind), ["broke-off", "broke-off", "status"]);
  const ranges = server.heads.map((head) => /^range: .*\r\nif-range: .*$/im.exec(head)?.[0]);
  assertEquals(ranges, [
    undefined,
    'range: bytes=30000-\r\nif-range: "v1"',
    'range: bytes=60000-\r\nif-range: "v1"',
    'range: bytes=60000-\r\nif-range: "v1"',
  ]);
  await assertWhole(directory);
});

testInDirectory("a part that came in two runs is whole", async (directory) => {
  await using server = new RawServer(
    sendsAndStalls(WHOLE_HEAD, BYTES.subarray(0, HALF)),
    sends(partial("50000-99999/100000", HALF), BYTES.subarray(HALF)),
  );
  const { failures } = await download([server.url()], directory, { timeoutMs: 1_000 });
  assertEquals(failures, [{ kind: "silent", timeoutMs: 1_000 }]);
  assertEquals(namesIn(directory), ["file.part", "file.part.json"]);
  assertEquals((await download([server.url()], directory)).summary.finished, 1);
  await assertWhole(directory);
});

testInDirectory("one that is stopped keeps its part, and says nothing", async (directory) => {
  const stop = new AbortController();
  await using server = new RawServer(async (conn, head, index) => {
    const stalling = sendsAndStalls(WHOLE_HEAD, BYTES.subarray(0, HALF))(conn, head, index);
    while (!(await Deno.stat(`${directory}/file.part`)).size) await Promise.resolve();
    stop.abort();
    await stalling;
  });
  const urls = [server.url(), server.url("never/asked-for")];
  const result = await download(urls, directory, { jobs: 1 }, stop.signal);
  const { summary, failures, startedUrls } = result;
  assertEquals([summary.finished, summary.failed, summary.unfinished], [0, 0, 2]);
  assertEquals([failures, startedUrls], [[], urls.slice(0, 1)]);
  assertEquals(namesIn(directory), ["file.part", "file.part.json"]);
});

/** Servers that do not send what is missing of the file that half of is there. */
const OTHERS: readonly [what: string, head: string[], first: number][] = [
  ["has another file by now", ["200 OK", 'ETag: "v2"', "Content-Length: 100000"], 0],
  ["sends all of it", WHOLE_HEAD, 0],
  ["has no such range", ["416 Range Not Satisfiable", "Content-Range: bytes */9"], HALF],
  ["begins elsewhere", partial("9-99999/100000", 99_991), 9],
  ["ends elsewhere than it says", partial("50000-99998/100000", HALF), HALF],
  ["has another size", partial("50000-99998/99999", 49_999), HALF],
  ["continues another file", partOf(['ETag: "v2"'], "50000-99999/100000", HALF), HALF],
  ["does not say which file it continues", partOf([], "50000-99999/100000", HALF), HALF],
  ["says so weakly", partOf(['ETag: W/"v1"'], "50000-99999/100000", HALF), HALF],
  [
    "sends several parts in one",
    partial("50000-99999/100000", HALF, "Content-Type: multipart/byteranges; boundary=x"),
    HALF,
  ],
  [
    "says twice where it begins",
    partial("50000-99999/100000", HALF, "Content-Range: bytes 0-1/2"),
    HALF,
  ],
  ["encodes it", partial("50000-99999/100000", HALF, "Content-Encoding: br"), HALF],
  [
    "does not say where it begins",
    ["206 Partial Content", 'ETag: "v1"', "Content-Length: 50000"],
    HALF,
  ],
  [
    "does not say how long it is",
    ["206 Partial Content", 'ETag: "v1"', "Content-Range: bytes 50000-99999/100000"],
    HALF,
  ],
];

for (const [what, head, first] of OTHERS) {
  testInDirectory(`nothing is put together when the server ${what}`, async (directory) => {
    const file = randomBytes(BYTES.length);
    const whole = sends(["200 OK", `Content-Length: ${file.length}`], file);
    await using server = new RawServer(sends(head, file.subarray(first)), whole);
    await leavePart(directory, server.url());
    const { summary, continuedAtBytes } = await download([server.url()], directory);
    assertEquals([summary.finished, continuedAtBytes], [1, [0]]);
    assertMatch(server.heads[0], /^range: bytes=50000-\r$/im);
    await assertWhole(directory, file);
  });
}

testInDirectory("a continuation that is too short is gone on with", async (directory) => {
  await using server = new RawServer(
    sends(partial("50000-69999/100000", 20_000), BYTES.subarray(HALF, 70_000)),
    sends(partial("70000-99999/100000", 30_000), BYTES.subarray(70_000)),
  );
  await leavePart(directory, server.url());
  const { retries } = await download([server.url()], directory, { retries: 1 });
  assertEquals(retries.map(({ reason }) => reason), [
    { kind: "too-short", receivedBytes: 70_000, sizeBytes: 100_000 },
  ]);
  await assertWhole(directory);
});

for (const [modified, isOther] of [[MODIFIED, false], [MODIFIED_LATER, true]] as const) {
  testInDirectory(`a part of the time ${modified} is continued only so`, async (directory) => {
    const head = (time: string) => [`Last-Modified: ${time}`, `Date: ${MUCH_LATER}`];
    const other = randomBytes(BYTES.length);
    await using server = new RawServer(
      sends(["200 OK", ...head(MODIFIED), "Content-Length: 100000"], BYTES.subarray(0, HALF)),
      sends(
        partOf(head(modified), "50000-99999/100000", HALF),
        (isOther ? other : BYTES).subarray(HALF),
      ),
      sends(["200 OK", ...head(modified), "Content-Length: 100000"], other),
    );
    await download([server.url()], directory);
    assertEquals((await download([server.url()], directory)).summary.finished, 1);
    assertMatch(server.heads[1], new RegExp(`^if-range: ${MODIFIED}\r$`, "im"));
    await assertWhole(directory, isOther ? other : BYTES);
  });
}

testInDirectory(
  "progress makes failures forgotten, and the pause short again",
  async (directory) => {
    // The server closes after each tenth, of which every other one arrives.
    const attempts = (count: number) => (conn: Deno.TcpConn, head: string, index: number) => {
      if (index % 2 === 1 || index > count) return Promise.resolve();
      const first = Number(/^range: bytes=(\d+)-/im.exec(head)?.[1] ?? 0);
      const body = BYTES.subarray(first, first + 10_000);
      const answer = first === 0 ? WHOLE_HEAD : partial(`${first}-99999/100000`, 100_000 - first);
      return sends(answer, body)(conn, head, index);
    };
    await using server = new RawServer(attempts(Infinity));
    const { retries, summary } = await download([server.url()], directory, { retries: 2 });
    assertEquals([summary.finished, retries.length], [1, 18]);
    assertEquals(
      retries.map(({ pauseMs }) => pauseMs),
      Array.from({ length: 9 }, () => [1, 2]).flat(),
    );
    await assertWhole(directory);

    await using stuck = new RawServer(attempts(4));
    const { failures, retries: more } = await download([stuck.url("stuck")], directory, {
      retries: 2,
    });
    assertEquals([failures.map(({ kind }) => kind), more.length], [["no-answer"], 6]);
  },
);

testInDirectory("beginning again and again is no progress", async (directory) => {
  await using server = new RawServer((conn, head, index) =>
    sends(["200 OK", `ETag: "v${index}"`, "Content-Length: 100000"], BYTES.subarray(0, HALF))(
      conn,
      head,
      index,
    )
  );
  const { retries, failures } = await download([server.url()], directory, { retries: 2 });
  assertEquals([retries.length, failures.length], [2, 1]);
});

/** Heads of answers of which nothing can prove later that the rest belongs to the same file. */
const UNPROVABLE: readonly [what: string, head: string[]][] = [
  ["names no state of the file", ["200 OK", `Content-Length: ${BYTES.length}`]],
  ["names it weakly", ["200 OK", 'ETag: W/"v1"', `Content-Length: ${BYTES.length}`]],
  ["sends no parts", [...WHOLE_HEAD, "Accept-Ranges: none"]],
];

for (const [what, head] of UNPROVABLE) {
  testInDirectory(`it begins again when the server ${what}`, async (directory) => {
    await using server = new RawServer(
      sends(head, BYTES.subarray(0, HALF)),
      sends(WHOLE_HEAD, BYTES),
    );
    assertEquals((await download([server.url()], directory)).summary.failed, 1);
    assertEquals(namesIn(directory), []);
    assertEquals((await download([server.url()], directory)).continuedAtBytes, [0]);
    assertEquals(/^range:/im.test(server.heads[1]), false);
    await assertWhole(directory);
  });
}

testInDirectory("a server that has begun to encode the file is decoded", async (directory) => {
  const body = await gzip(BYTES);
  const head = ["200 OK", "Content-Encoding: gzip", `Content-Length: ${body.length}`];
  await using server = new RawServer(sends(head, body));
  await leavePart(directory, server.url());
  await download([server.url()], directory);
  await assertWhole(directory);
});

testInDirectory("nothing is left of a file that has become shorter", async (directory) => {
  const bytes = BYTES.subarray(0, 10);
  await using server = new FileServer({ file: { bytes, etag: '"v2"' } });
  await leavePart(directory, server.url("file"));
  await download([server.url("file")], directory);
  await assertWhole(directory, bytes);
});

testInDirectory("the last byte is asked for again if all are there", async (directory) => {
  await using server = new FileServer({ file: { bytes: BYTES, etag: '"v1"' } });
  await leavePart(directory, server.url("file"));
  await Deno.writeFile(`${directory}/file.part`, concat([BYTES, BYTES])); // and more than all
  await download([server.url("file")], directory);
  assertEquals(server.ranges, [`bytes=${BYTES.length - 1}-`]);
  await assertWhole(directory);
});

testInDirectory("of two downloads of one URL, each is whole", async (directory) => {
  await using server = new FileServer({ file: { bytes: BYTES, etag: '"v1"' } });
  const url = server.url("file");
  assertEquals((await download([url, url], directory)).summary.finished, 2);
  assertEquals(namesIn(directory), ["file", "file-2"]);
  for (const name of namesIn(directory)) {
    assertEquals(await Deno.readFile(`${directory}/${name}`), BYTES);
  }
});
