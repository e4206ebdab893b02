/**
 * Downloads that fail, and are tried again after a pause.
 *
 * @module
 */

import { assertEquals } from "../../harness/assert.ts";
import { download, namesIn, testInDirectory } from "../../harness/downloads.ts";
import { RawServer, sends } from "../../harness/http_servers.ts";
import { test } from "../../harness/test.ts";
import "../../harness/sanitizers.ts";

testInDirectory("a download that fails once and is tried again is whole", async (directory) => {
  await using server = new RawServer(
    sends(["503 Busy", "Retry-After: 0"]),
    sends(["200 OK", "Content-Length: 9"], "five."),
    sends(["200 OK", "Content-Length: 9"], "five.four"),
  );
  const { finishedUrls, retries } = await download([server.url()], directory, { retries: 2 });
  assertEquals(finishedUrls, [server.url()]);
  assertEquals(retries.map(({ reason, pauseMs }) => [reason.kind, pauseMs]), [
    ["status", 1],
    ["broke-off", 2],
  ]);
  assertEquals(namesIn(directory), ["file"]);
  assertEquals(await Deno.readTextFile(`${directory}/file`), "five.four");
});

/** What servers say in Retry-After that makes no pause shorter than it would be without. */
const NO_PAUSES = ["0", "-5", "1.5", "soon", "", "Mon, 05 Jan 2026 12:00:00 GMT", "2026-01-05"];

for (const header of NO_PAUSES) {
  test(`after "Retry-After: ${header}", the pause is as long as without`, async () => {
    await using server = new RawServer(sends(["503 Busy", `Retry-After: ${header}`]));
    const { retries } = await download([server.url()], undefined, { retries: 3 });
    assertEquals(retries.map(({ pauseMs }) => pauseMs), [1, 2, 4]);
  });
}

test("a server that asks for a pause gets it", async () => {
  await using server = new RawServer(sends(["503 Busy", "Retry-After: 1"]));
  const { retries } = await download([server.url()], undefined, { retries: 1 });
  assertEquals(retries.map(({ pauseMs }) => pauseMs), [1_000]);
});
