/**
 * What an interrupted command has downloaded is known to the same command when it is typed again.
 *
 * @module
 */

import { assertEquals } from "../../harness/assert.ts";
import { download, namesIn, testInDirectory } from "../../harness/downloads.ts";
import { RawServer, sends, sendsAndStalls } from "../../harness/http_servers.ts";
import "../../harness/sanitizers.ts";

const path = (head: string) => /^GET \/(\S+)/.exec(head)?.[1];

/** Downloads `a` and `b` from `server`, and is stopped when `b` has been asked for and `a` is complete. */
async function interrupt(server: RawServer, directory: string, stop: AbortController) {
  const urls = [server.url("a"), server.url("b")];
  const result = await download(urls, directory, { jobs: 1 }, stop.signal);
  const { finished, failed, unfinished } = result.summary;
  assertEquals([finished, failed, unfinished], [1, 0, 1]);
  return urls;
}

/** Sends `a`, and interrupts the first answer with `b`, of which nothing can be kept. */
function serverOf(stop: AbortController): RawServer {
  let isFirst = true;
  return new RawServer(async (conn, head, index) => {
    if (path(head) === "a") return await sends(["200 OK"], "whole a")(conn, head, index);
    if (!isFirst) return await sends(["200 OK"], "whole b")(conn, head, index);
    isFirst = false;
    const stalling = sendsAndStalls(["200 OK"], "half")(conn, head, index);
    stop.abort();
    await stalling;
  });
}

testInDirectory("a file that was complete is not asked for again", async (directory) => {
  const stop = new AbortController();
  await using server = serverOf(stop);
  const urls = await interrupt(server, directory, stop);
  assertEquals(namesIn(directory), ["a", "a.part.json"]);
  const { summary, failures, continuedAtBytes } = await download(urls, directory);
  assertEquals([failures, summary.finished, continuedAtBytes], [[], 2, [7, 0]]);
  assertEquals(server.heads.map(path), ["a", "b", "b"]);
  assertEquals(namesIn(directory), ["a", "b"]);
  assertEquals(await Deno.readTextFile(`${directory}/a`), "whole a");
});

testInDirectory("--force downloads it again", async (directory) => {
  const stop = new AbortController();
  await using server = serverOf(stop);
  const urls = await interrupt(server, directory, stop);
  assertEquals((await download(urls, directory, { force: true })).summary.finished, 2);
  assertEquals(server.heads.map(path).slice(2).sort(), ["a", "b"]);
  assertEquals(namesIn(directory), ["a", "b"]);
});

/** What makes of the file another one than was downloaded. */
const CHANGES: readonly [what: string, change: (directory: string) => Promise<void>][] = [
  ["was changed since", async (directory) => {
    await Deno.writeTextFile(`${directory}/a`, "A", { append: true });
    await Deno.utime(`${directory}/a`, 1, 1); // whatever the clock of the file system counts in
  }],
  ["came from elsewhere", async (directory) => {
    const { mtime } = await Deno.stat(`${directory}/a`);
    await Deno.writeTextFile(`${directory}/a.part.json`, '{"url":"http://elsewhere/a"}');
    if (mtime !== null) await Deno.utime(`${directory}/a.part.json`, mtime, mtime);
  }],
  ["has no receipt", (directory) => Deno.remove(`${directory}/a.part.json`)],
];

for (const [what, change] of CHANGES) {
  testInDirectory(`a file that ${what} is neither taken for it nor replaced`, async (directory) => {
    const stop = new AbortController();
    await using server = serverOf(stop);
    const urls = await interrupt(server, directory, stop);
    await change(directory);
    const { failures, summary } = await download(urls, directory);
    assertEquals([failures.map(({ kind }) => kind), summary.finished], [["exists"], 1]);
  });
}

testInDirectory("after a failure that passes, the same command succeeds", async (directory) => {
  let isBusy = true;
  await using server = new RawServer((conn, head, index) =>
    sends([isBusy && path(head) === "b" ? "503 Busy" : "200 OK"], "whole")(conn, head, index)
  );
  const urls = ["a", "b", "c"].map((name) => server.url(name));
  assertEquals((await download(urls, directory)).summary.failed, 1);
  isBusy = false;
  const { failures, summary } = await download(urls, directory);
  assertEquals([failures, summary.finished], [[], 3]);
  assertEquals([namesIn(directory), server.heads.length], [["a", "b", "c"], 4]);
});

testInDirectory("nothing is left of a command that cannot come any further", async (directory) => {
  await using server = new RawServer((conn, head, index) =>
    sends([path(head) === "b" ? "404 Not Found" : "200 OK"], "whole")(conn, head, index)
  );
  const urls = ["a", "b", "c"].map((name) => server.url(name));
  assertEquals((await download(urls, directory)).summary.failed, 1);
  assertEquals(namesIn(directory), ["a", "c"]);
});
