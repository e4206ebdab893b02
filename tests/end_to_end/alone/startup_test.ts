/**
 * How soon the compiled file answers, against a compiled program that does nothing.
 *
 * @module
 */

import { assertEquals, assertLess } from "../../harness/assert.ts";
import { decode } from "../../harness/bytes.ts";
import { commandFor } from "../../harness/playground.ts";
import { test } from "../../harness/test.ts";

/** Enough for the shortest of them to be met by both. */
const RUNS = 40;
const isCompiled = Deno.env.has("PLAYGROUND_BIN");

test("--help of the compiled file takes less than twice as long as an empty program", async () => {
  const root = new URL("../../../", import.meta.url);
  const output = `dist/empty${Deno.build.os === "windows" ? ".exe" : ""}`;
  const compile = await new Deno.Command(Deno.execPath(), {
    args: ["task", "compile", "--entry", "tests/bench/empty.ts", "--output", output],
    cwd: root,
  }).output();
  assertEquals(compile.success, true, decode(compile.stderr));
  const empty = new URL(output, root);
  try {
    const [program, args] = commandFor(["--help"]);
    const helpMs: number[] = [];
    const emptyMs: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      helpMs.push(await timeMs(program, args));
      emptyMs.push(await timeMs(empty, []));
    }
    // The shortest: all that a busy machine does to a run is to make it longer.
    assertLess(Math.min(...helpMs), 2 * Math.min(...emptyMs));
  } finally {
    await Deno.remove(empty);
  }
}, { ignore: !isCompiled });

async function timeMs(program: string | URL, args: string[]): Promise<number> {
  const beganMs = performance.now();
  await new Deno.Command(program, { args, stdout: "null" }).output();
  return performance.now() - beganMs;
}
