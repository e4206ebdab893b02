import { TOUR_MODELS } from "../../clients/demo/tour.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assert, assertEquals, assertMatch } from "../harness/assert.ts";
import { decode } from "../harness/bytes.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { type Outcome, run } from "../harness/playground.ts";
import { test } from "../harness/test.ts";

/** The first command of the README; of the compiled file, what stands for it. */
async function demo(): Promise<Outcome> {
  if (Deno.env.has("PLAYGROUND_BIN")) return await run(["demo"]);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "demo"],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1", LC_ALL: "C" },
  }).output();
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

test("the demo shows the servers in the order of the text, on one screen", async () => {
  const { code, stdout, stderr } = await demo();
  assertEquals(code, 0, stderr);
  const lines = stdout.trimEnd().split("\n");
  assert(lines.length <= 23 && lines.every((line) => line.length <= 80), stdout);
  const rows = lines.slice(2, lines.indexOf(""));
  const names = rows.map((line) => line.split(" ")[0]);
  assertEquals([...new Set(names)], [...TOUR_MODELS].map(String));
  // Each has the same figures, or says for how many it has none: they add up to all clients.
  for (const line of rows) {
    const [, served, waiting] =
      /(\d+|one) (?:at a time|in 8 s): (\d+) (?:still )?wait/.exec(line) ??
        [];
    if (waiting === undefined) {
      assertMatch(line, / +[\d,]+ +[\d,]+ +[\d.]+ \S?s +(?:< )?[\d.]+ \S?B$|-$/);
    } else assertEquals(Number(served === "one" ? 1 : served) + Number(waiting), 200, line);
  }
  assertMatch(rows[0], /^blocking .* serves one at a time: 199 wait$/);
  const fastest = Math.max(
    ...rows.map((line) =>
      Number(/ +[\d,]+ +([\d,]+) +[\d.]+ \S?s /.exec(line)?.[1].replaceAll(",", "") ?? 0)
    ),
  );
  const sentences = lines.slice(lines.indexOf("") + 1).join(" ");
  assertMatch(sentences, /^blocking has served 1 of 200: .* was the fastest: /);
  assert(sentences.includes(`${fastest.toLocaleString("en-US")} messages/s`), stdout);
}, { ignore: !hasSystemCalls(), hangingMs: 300_000 });

test("the demo without a name takes no flags of the others", async () => {
  assertOneLine(await run(["demo", "--rounds", "3"]), 2, /^--rounds has no effect without yield, /);
});

test("a demo that does not exist is told from those that do", async () => {
  assertOneLine(await run(["demo", "yeld"]), 2, /^unknown demo yeld; did you mean yield\?/);
});
