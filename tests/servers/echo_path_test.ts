/**
 * How much there is to read for one echo: a promise of the house, held here so that it does not grow.
 *
 * A real server runs under V8's precise coverage, which counts the calls of every function, in the
 * Worker of the model as well. A function lies on the way of an echo if it was called at least once
 * for each of many echoes; what starts, accepts or closes was called less often. The reader of a
 * function has its file before them, so each such file counts whole, except for blank lines and
 * comments.
 *
 * @module
 */

import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assert, assertEquals } from "../harness/assert.ts";
import { exchange } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import "../harness/sanitizers.ts";
import { test } from "../harness/test.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** More than anything else of a short life happens. */
const ECHOES = 1_000;
const MAX_FILES = 8;
const MAX_LINES = 700;
/** Deno 2.5 covers the main thread only. */
const COVERS_WORKERS = !Deno.version.deno.startsWith("2.5.");

/** A function as the coverage of V8 describes it; the first range is all of it. */
interface CoveredFunction {
  readonly functionName: string;
  readonly ranges: readonly { readonly count: number }[];
}

test(`one echo on epoll crosses at most ${MAX_FILES} files and ${MAX_LINES} lines`, async () => {
  const called = await calledFor(ECHOES);
  const files = [...called].map(([file, functions]) => ({
    file,
    lines: countLines(Deno.readTextFileSync(join(ROOT, file))),
    functions,
  }));
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  const shown = files.map(({ file, lines, functions }) =>
    `${String(lines).padStart(5)} ${file}: ${functions.join(", ")}`
  );
  const summary = `${files.length} files, ${lines} lines:\n${shown.join("\n")}`;
  if (Deno.env.has("SHOW_ECHO_PATH")) console.log(summary);
  assert(called.has("servers/epoll.ts"), summary); // or nothing was measured
  assert(files.length <= MAX_FILES && lines <= MAX_LINES, summary);
}, { ignore: !hasSystemCalls() || !COVERS_WORKERS || Deno.env.has("PLAYGROUND_BIN") });

Deno.test("blank lines and comments are not counted", () => {
  const text = "/**\n * A module.\n */\n\n/* one */\nlet a; // a\n  // b\nlet c = 2 *\n  3;\n";
  assertEquals(countLines(text), 3);
});

/** The files and the functions in them that a server calls at least once for each of `count` echoes. */
async function calledFor(count: number): Promise<Map<string, string[]>> {
  const directory = await Deno.makeTempDir();
  try {
    const wrapper = ["sh", "-c", `shift && exec "$0" run --coverage="${directory}" "$@"`];
    await using server = await Server.start(["epoll", "--sockets", "libc", "--quiet"], { wrapper });
    using conn = await server.connect();
    for (let i = 0; i < count; i++) assertEquals(await exchange(conn, "hello"), "hello");
    assertEquals((await server.stop()).code, 0);
    return readCoverage(directory, count);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function readCoverage(directory: string, minCalls: number): Map<string, string[]> {
  const called = new Map<string, string[]>();
  for (const { name } of Deno.readDirSync(directory)) {
    const script: { url: string; functions: CoveredFunction[] } = JSON.parse(
      Deno.readTextFileSync(join(directory, name)),
    );
    if (!script.url.startsWith("file:")) continue;
    const names = script.functions
      .filter(({ ranges }) => ranges[0].count >= minCalls)
      .map(({ functionName }) => functionName || "(anonymous)");
    if (names.length > 0) called.set(relative(ROOT, fileURLToPath(script.url)), names);
  }
  return called;
}

/** Lines that are neither blank nor all comment, as this code is written: `deno fmt` sees to that. */
function countLines(text: string): number {
  const withoutBlocks = text.replaceAll(/^\s*\/\*[^]*?\*\/\s*$/gm, "");
  return withoutBlocks.split("\n").filter((line) => !/^\s*(\/\/|$)/.test(line)).length;
}
