/**
 * Downloads from servers that encode what was asked for without any encoding: what is saved is the
 * file, or nothing.
 *
 * @module
 */

import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { assertEquals } from "../../harness/assert.ts";
import { assertSameBytes, concat, encode, randomBytes } from "../../harness/bytes.ts";
import { download, namesIn, testInDirectory } from "../../harness/downloads.ts";
import { RawServer, sends } from "../../harness/http_servers.ts";
import "../../harness/sanitizers.ts";

const BYTES = concat([randomBytes(100_000), new Uint8Array(100_000)]);
const gzipped = bytesOf(gzipSync(BYTES));
const deflated = bytesOf(deflateSync(BYTES));
const brotli = bytesOf(brotliCompressSync(BYTES));
const chunk = (bytes: Uint8Array) =>
  concat([encode(`${bytes.length.toString(16)}\r\n`), bytes, encode("\r\n0\r\n\r\n")]);

function bytesOf(buffer: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}

/** Bodies that are the file in some coding. */
const DECODED: readonly [header: string, body: Uint8Array][] = [
  ["Content-Encoding: gzip", gzipped],
  ["Content-Encoding: GZIP", gzipped],
  ["Content-Encoding: x-gzip", gzipped],
  ["Content-Encoding: gzip, gzip", bytesOf(gzipSync(gzipped))],
  ["Content-Encoding: deflate, gzip", bytesOf(gzipSync(deflated))],
  ["Content-Encoding: identity, gzip", gzipped],
  [
    "Content-Encoding: X-GZIP",
    concat([gzipSync(BYTES.subarray(0, 9)), gzipSync(BYTES.subarray(9))].map(bytesOf)),
  ],
  ["Content-Encoding: deflate", deflated],
  ["Content-Encoding: deflate", bytesOf(deflateRawSync(BYTES))],
  ["Content-Encoding: br", brotli],
  ["Content-Encoding: Identity", BYTES],
  ["Transfer-Encoding: gzip", gzipped],
  ["Transfer-Encoding: gzip, chunked", chunk(gzipped)],
  ["Transfer-Encoding: gzip, chunked\r\nContent-Encoding: deflate", chunk(gzipSync(deflated))],
];

for (const [header, body] of DECODED) {
  testInDirectory(`${header}, ${body.length} bytes: the file is saved`, async (directory) => {
    const length = header.includes("Transfer") ? [] : [`Content-Length: ${body.length}`];
    await using server = new RawServer(sends(["200 OK", 'ETag: "v1"', header, ...length], body));
    const { failures } = await download([server.url()], directory);
    assertEquals(failures, []);
    assertEquals(namesIn(directory), ["file"]);
    assertSameBytes(await Deno.readFile(`${directory}/file`), BYTES);
    assertEquals((await download([server.url()], undefined)).downloads[0].receivedBytes, 200_000);
  });
}

/** Codings that cannot be undone. */
const UNKNOWN: readonly [header: string, name: string][] = [
  ["Content-Encoding: zstd", "zstd"],
  ["Content-Encoding: compress", "compress"],
  ["Content-Encoding: gzip, Zstd", "zstd"],
  ["Content-Encoding: dcb, gzip", "dcb"],
  ["Transfer-Encoding: x-own", "x-own"],
  ["Content-Encoding: \u009b2J", "??2j"],
];

for (const [header, name] of UNKNOWN) {
  testInDirectory(`${header}: nothing is saved`, async (directory) => {
    await using server = new RawServer(sends(["200 OK", header], gzipped));
    const { failures, retries } = await download([server.url()], directory, { retries: 1 });
    assertEquals([failures, retries], [[{ kind: "encoding", encoding: name }], []]);
    assertEquals(namesIn(directory), []);
  });
}

/** Bodies that end too early, or are none in the coding. */
const WRONG: readonly [what: string, coding: string, body: Uint8Array][] = [
  ["short gzip", "x-gzip", gzipped.subarray(0, -1)],
  ["short deflate", "deflate", deflated.subarray(0, -1)],
  ["half a deflate", "deflate", deflated.subarray(0, 50_000)],
  ["half a raw deflate", "deflate", bytesOf(deflateRawSync(BYTES)).subarray(0, 50_000)],
  ["short Brotli", "br", brotli.subarray(0, -1)],
  ["no gzip", "x-gzip", BYTES],
  ["no deflate", "deflate", encode("?what?")],
  ["gzip that was damaged", "x-gzip", damaged(gzipped)],
  ["deflate that was damaged", "deflate", damaged(deflated)],
  ["short gzip in gzip", "gzip, gzip", bytesOf(gzipSync(gzipped.subarray(0, -1)))],
];

function damaged(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy[50_000] ^= 1;
  return copy;
}

for (const [what, coding, body] of WRONG) {
  testInDirectory(`${what}: nothing is saved`, async (directory) => {
    await using server = new RawServer(sends(["200 OK", `Content-Encoding: ${coding}`], body));
    const { failures } = await download([server.url()], directory);
    assertEquals(failures.map(({ kind }) => kind), ["broke-off"]);
    assertEquals(namesIn(directory), []);
  });
}
