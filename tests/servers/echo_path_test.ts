/**
 * How much there is to read for one echo: a promise of the house, held here so that it does not grow.
 *
 * V8's precise coverage counts the calls of every function in the Worker of a real server. A function
 * lies on the way of an echo if it was called at least once for each of many echoes; what starts,
 * accepts or closes was called less often. The reader of a function has its file before them, so each
 * such file counts whole, except for blank lines and comments. `SHOW_ECHO_PATH=1` prints them.
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
/** Leaves out the permissions of `playground`, which do not let it write its coverage. */
const RUN_COVERED = `until [ "$2" = serve ]; do shift; done
  exec "$0" run --quiet --allow-all --preload="${ROOT}tests/harness/covered_worker.ts" "$@"`;
/** More than anything else of a short life happens. */
const ECHOES = 1_000;
const MAX_FILES = 8;
const MAX_LINES = 700;
/** Deno 2.5 cannot inspect a Worker from within. */
const CAN_COVER = !Deno.version.deno.startsWith("2.5.");

/** A script as the coverage of V8 describes it. The first range of a function is all of it. */
interface CoveredScript {
  readonly url: string;
  readonly functions: readonly {
    readonly functionName: string;
    readonly ranges: readonly { readonly count: number }[];
  }[];
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
}, { ignore: !hasSystemCalls() || !CAN_COVER || Deno.env.has("PLAYGROUND_BIN") });

Deno.test("blank lines and comments are not counted", () => {
  const text = "/**\n * A module.\n */\n\n/* one */\nlet a; // a\n  // b\nlet c = 2 *\n  3;\n";
  assertEquals(countLines(text), 3);
});

/** The files and the functions in them that a server calls at least once for each of `count` echoes. */
async function calledFor(count: number): Promise<Map<string, string[]>> {
  const file = await Deno.makeTempFile();
  try {
    await using server = await Server.start(["epoll", "--sockets", "libc", "--quiet"], {
      env: { COVERAGE_FILE: file },
      wrapper: ["sh", "-c", RUN_COVERED],
    });
    using conn = await server.connect();
    for (let i = 0; i < count; i++) assertEquals(await exchange(conn, "hello"), "hello");
    assertEquals((await server.stop()).code, 0);
    const { result }: { result: CoveredScript[] } = JSON.parse(await Deno.readTextFile(file));
    return calledAtLeast(count, result);
  } finally {
    await Deno.remove(file);
  }
}

function calledAtLeast(count: number, scripts: readonly CoveredScript[]): Map<string, string[]> {
  const called = new Map<string, string[]>();
  for (const { url, functions } of scripts) {
    if (!url.startsWith("file:")) continue; // the runtime's own
    const names = functions.filter(({ ranges }) => ranges[0].count >= count)
      .map(({ functionName }) => functionName || "(anonymous)");
    if (names.length > 0) called.set(relative(ROOT, fileURLToPath(url)), names);
  }
  return called;
}

/** Lines that are neither blank nor all comment, as this code is written: `deno fmt` sees to that. */
function countLines(text: string): number {
  const withoutBlocks = text.replaceAll(/^\s*\/\*[^]*?\*\/\s*$/gm, "");
  return withoutBlocks.split("\n").filter((line) => !/^\s*(\/\/|$)/.test(line)).length;
}
