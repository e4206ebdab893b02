/**
 * What `playground download` does on the disk: in parts, whatever becomes of the process.
 *
 * @module
 */

import { assertEquals, assertLess, assertMatch } from "../harness/assert.ts";
import { assertSameBytes, decode, encode, randomBytes } from "../harness/bytes.ts";
import { writeAll } from "../harness/clients.ts";
import { namesIn, testInDirectory } from "../harness/downloads.ts";
import { RawServer, sends, sendsAndStalls } from "../harness/http_servers.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { run, spawn } from "../harness/playground.ts";

const isWindows = Deno.build.os === "windows";
const BYTES = randomBytes(100_000);
const HALF = 50_000;
const WHOLE_HEAD = ["200 OK", 'ETag: "v1"', `Content-Length: ${BYTES.length}`];

/** A server that sends half of the file first, and all that is asked for after that. */
function halfAtFirst(): RawServer {
  return new RawServer(sendsAndStalls(WHOLE_HEAD, BYTES.subarray(0, HALF)), (conn, head, index) => {
    const first = Number(/^range: bytes=(\d+)-/im.exec(head)?.[1] ?? 0);
    const range = `Content-Range: bytes ${first}-${BYTES.length - 1}/${BYTES.length}`;
    const length = `Content-Length: ${BYTES.length - first}`;
    return first === 0
      ? sends(WHOLE_HEAD, BYTES)(conn, head, index)
      : sends(["206 Partial Content", 'ETag: "v1"', range, length], BYTES.subarray(first))(
        conn,
        head,
        index,
      );
  });
}

/** Resolves when `path` is a file of at least `sizeBytes`. */
async function untilSize(path: string, sizeBytes: number): Promise<void> {
  const sizeOf = () => Deno.stat(path).then(({ size }) => size, () => 0);
  while (await sizeOf() < sizeBytes) await new Promise((resolve) => setTimeout(resolve, 5));
}

testInDirectory("a file of 300 MB needs no such memory", async (directory) => {
  const PIECES = 300;
  const piece = randomBytes(1_000_000);
  let peakBytes = 0;
  await using server = new RawServer(async (conn) => {
    await writeAll(conn, encode(`HTTP/1.1 200 OK\r\nContent-Length: ${PIECES * 1e6}\r\n\r\n`));
    for (let i = 0; i < PIECES - 1; i++) await writeAll(conn, piece);
    await untilSize(`${directory}/file.part`, (PIECES - 1) * 1e6);
    const status = await Deno.readTextFile(`/proc/${child.pid}/status`); // proc(5)
    peakBytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
    await writeAll(conn, piece);
  });
  await using child = spawn(["download", "--dir", directory, server.url()]);
  const { code } = await child.output();
  assertEquals([code, (await Deno.stat(`${directory}/file`)).size], [0, PIECES * 1e6]);
  assertLess(peakBytes, 200e6);
  assertLess(30e6, peakBytes, "it was measured");
}, { ignore: Deno.build.os !== "linux" });

for (const signal of ["SIGINT", "SIGKILL"] as const) {
  testInDirectory(`what ${signal} has interrupted is gone on with`, async (directory) => {
    await using server = halfAtFirst();
    const args = ["download", "--dir", directory, server.url()];
    await using child = spawn(args);
    await untilSize(`${directory}/file.part`, HALF);
    child.kill(signal);
    const { code, stdout, stderr } = await child.output();
    assertEquals(namesIn(directory), ["file.part", "file.part.json"]);
    if (signal === "SIGINT") {
      assertEquals([code, decode(stdout)], [130, ""]);
      assertMatch(
        decode(stderr),
        /^stopped; the same command resumes the partial files\n$/,
      );
    }
    const second = await run(args);
    assertEquals([second.code, second.stderr], [0, ""]);
    assertMatch(second.stdout, /, saved as .*file \(50 kB were already there\)\n$/);
    assertSameBytes(await Deno.readFile(`${directory}/file`), BYTES);
    assertEquals(namesIn(directory), ["file"]);
  }, { ignore: isWindows });
}

for (const signal of ["SIGINT", "SIGKILL"] as const) {
  testInDirectory(`after ${signal}, the same command succeeds in the end`, async (directory) => {
    let isFirst = true;
    await using server = new RawServer(async (conn, head, index) => {
      if (head.startsWith("GET /whole")) return await sends(["200 OK"], "all")(conn, head, index);
      if (!isFirst) return await sends(["200 OK"], "late")(conn, head, index);
      isFirst = false;
      const stalling = sendsAndStalls(["200 OK"], "la")(conn, head, index);
      await untilSize(`${directory}/late.part`, 2);
      child.kill(signal);
      await stalling;
    });
    const urls = [server.url("whole"), server.url("late")];
    const args = ["download", "--jobs", "1", "--dir", directory, ...urls];
    await using child = spawn(args);
    const { code, stderr } = await child.output();
    if (signal === "SIGINT") {
      const nothingKept = "stopped; incomplete files were not kept\n";
      assertEquals([code, decode(stderr)], [130, nothingKept]);
    }
    const second = await run(args);
    assertEquals([second.code, second.stderr], [0, ""]);
    assertEquals(namesIn(directory), ["late", "whole"]);
  }, { ignore: isWindows });
}

testInDirectory("two processes are not at work on the same file", async (directory) => {
  await using server = halfAtFirst();
  const args = ["download", "--dir", directory, server.url()];
  await using child = spawn(args);
  await untilSize(`${directory}/file.part`, HALF);
  assertOneLine(await run(args), 1, /: another program is writing .*file\.part$/m);
  assertEquals(server.heads.length, 1);
  child.kill("SIGINT");
  await child.output();
}, { ignore: isWindows });

testInDirectory(
  "a disk that takes no more gets one line, and what is there is kept",
  async (directory) => {
    await using server = halfAtFirst();
    // A write beyond the limit fails if SIGXFSZ is ignored, setrlimit(2).
    const before = "trap '' XFSZ && ulimit -f 40";
    const outcome = await run(["download", "--dir", directory, server.url()], { before });
    assertOneLine(outcome, 1, /^\S+: the file is too large \(see ulimit -f\)$/m);
    assertEquals(namesIn(directory), ["file.part", "file.part.json"]);
    assertEquals((await run(["download", "--dir", directory, server.url()])).code, 0);
    assertSameBytes(await Deno.readFile(`${directory}/file`), BYTES);
  },
  { ignore: Deno.build.os !== "linux" || !Deno.env.has("PLAYGROUND_BIN") },
);
