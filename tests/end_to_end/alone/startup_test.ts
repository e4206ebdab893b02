/**
 * How soon the compiled file answers, against a compiled program that does nothing.
 *
 * @module
 */

import { median } from "../../../clients/race/standings.ts";
import { assertEquals, assertLess } from "../../harness/assert.ts";
import { decode } from "../../harness/bytes.ts";
import { commandFor } from "../../harness/playground.ts";
import { test } from "../../harness/test.ts";

const RUNS = 15;
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
    assertLess(median(helpMs), 2 * median(emptyMs));
  } finally {
    await Deno.remove(empty);
  }
}, { ignore: !isCompiled });

async function timeMs(program: string | URL, args: string[]): Promise<number> {
  const beganMs = performance.now();
  await new Deno.Command(program, { args, stdout: "null" }).output();
  return performance.now() - beganMs;
}
