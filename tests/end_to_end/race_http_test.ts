/**
 * Web servers race, ours and others: a page is asked for in place of a message that comes back.
 *
 * @module
 */

import type { RaceRecord } from "../../clients/race/record.ts";
import { assertEquals, assertLess, assertMatch } from "../harness/assert.ts";
import { run } from "../harness/playground.ts";
import { test } from "../harness/test.ts";

/** A web server that keeps connections open, and one whose connections end with each answer. */
const NODE = "const { createServer } = require('http'); createServer((request, response) => { " +
  "response.statusCode = request.url === '/' ? 200 : 404; response.end('hello'); })" +
  ".listen(Number(process.argv[1]), '127.0.0.1')";
const CLOSING = "import sys, http.server as h\n" +
  "class A(h.BaseHTTPRequestHandler):\n" +
  "  def do_GET(self): self.send_response(200); self.end_headers(); self.wfile.write(b'x')\n" +
  "  def log_message(self, *_): pass\n" +
  "h.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), A).serve_forever()";

async function race(path: string): Promise<{ record: RaceRecord; stdout: string }> {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  const { code, stdout, stderr } = await run([
    ...["race", "select", "--http", path, "--sockets", "deno", "--conns", "4", "--rounds", "1"],
    ...["--warmup", "50ms", "--duration", "200ms", "--json", file],
    ...["--against", `node=node -e "${NODE}" {port}`],
    ...["--against", `closing=python3 -c "${CLOSING}" {port}`],
  ]);
  assertEquals(code, 0, stderr);
  const record = JSON.parse(await Deno.readTextFile(file));
  await Deno.remove(file);
  return { record, stdout };
}

test("web servers race, also one that closes after each answer", async () => {
  const { record, stdout } = await race("/");
  assertEquals(record.conditions.http, "/");
  for (const { name, holdsLoad, figures } of record.servers) {
    assertEquals(holdsLoad, true, name);
    assertLess(0, figures.messagesPerSecond ?? 0, name);
  }
  assertMatch(stdout, /^4 connections, GET \/, 1 round/);
}, { ignore: Deno.build.os === "windows" });

test("a web server that answers with errors has no throughput", async () => {
  const { record: { servers }, stdout } = await race("/missing");
  const node = servers.find(({ name }) => name === "node");
  assertEquals([node?.holdsLoad, node?.figures.messagesPerSecond], [false, undefined]);
  assertMatch(stdout, /^node +HTTP errors /m);
  assertMatch(
    stdout.replaceAll(/\s+/g, " "),
    /! answers with an HTTP status other than 2xx: .*node \(\d+\)/,
  );
}, { ignore: Deno.build.os === "windows" });
