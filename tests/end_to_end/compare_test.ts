/**
 * Two real races and two real floods, compared by the executable.
 *
 * @module
 */

import type { RaceRecord } from "../../clients/race/record.ts";
import { assertEquals, assertMatch, assertStringIncludes } from "../harness/assert.ts";
import { interrupted } from "../harness/interrupted.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { run, Server } from "../harness/playground.ts";
import { HANGING_MS, test } from "../harness/test.ts";

const CONNS = 4;
const SLEEP_MS = 30;
/** Messages per second, at most, of a server that sleeps before each answer. */
const FASTEST_ASLEEP = CONNS * 1_000 / SLEEP_MS;

async function inDirectory(work: (path: (name: string) => string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await work((name) => `${directory}/${name}`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

test(
  "a server that has become slower is told from one that has not, and fails a promise",
  async () => {
    await inDirectory(async (path) => {
      const race = async (file: string, ...flags: string[]) => {
        const { code, stderr } = await run([
          ...["race", "select", "--sockets", "deno", "--conns", String(CONNS), "--rounds", "5"],
          ...["--warmup", "0", "--duration", "100ms", "--json", path(file), ...flags],
        ]);
        assertEquals(code, 0, stderr);
        const { servers: [{ rounds }] }: RaceRecord = JSON.parse(
          await Deno.readTextFile(path(file)),
        );
        return rounds.map(({ figures }) => figures.messagesPerSecond ?? 0);
      };
      // A busy machine may leave a short round no time: then all of them are run once more.
      while (Math.min(...await race("before.json")) < 2 * FASTEST_ASLEEP);
      await race("after.json", "--sleep", `${SLEEP_MS}ms`);
      const files = [path("before.json"), path("after.json")];
      const { code, stdout } = await run(["compare", ...files, "--expect", "worse = 0"]);
      assertEquals(code, 3);
      assertMatch(stdout, /^select deno {2}messages\/s .* -\d+ % \(-\d+ % to -\d+ %\) {2}worse$/m);
      assertStringIncludes(
        stdout.replaceAll(/\s+/g, " "),
        "not run in the same way: sleepMs 0 → 30",
      );
      assertMatch(stdout, /^promise +worse = 0: broken, \d$/m);

      const back = await run(["compare", ...files.toReversed(), "--md", "--expect", "worse <= 3"]);
      assertEquals([back.code, back.stderr], [0, ""]);
      assertMatch(back.stdout, /^\| select deno \| messages\/s \| .* \| better \|$/m);
    });
  },
  { hangingMs: 3 * HANGING_MS },
);

test("floods are compared by what each has printed", async () => {
  await inDirectory(async (path) => {
    await using server = await Server.start(["select"]);
    const port = ["--port", String(server.port)];
    const flood = async (messages: number, ...args: string[]) => {
      const { stdout } = await interrupted(
        ["flood", ...port, "--conns", "2", "--duration", "0", "--json", ...args],
        server.event("received", server.events("received").length + messages),
      );
      return stdout;
    };
    await Deno.writeTextFile(path("before.json"), await flood(50));
    await Deno.writeTextFile(path("after.json"), await flood(6, "--think", "500ms"));
    const files = [path("before.json"), path("after.json")];
    const { code, stdout } = await run(["compare", ...files, "--expect", "rate > -10%"]);
    assertEquals(code, 3);
    assertMatch(stdout, /^messages\/s +[\d,]+ +\d+ +-\d+ % +\?$/m);
    assertMatch(stdout, /^promise +rate > -10%: broken, -\d/m);

    const race = path("race.json");
    await run(
      ["race", "select", "--sockets", "deno", "--conns", "2", "--rounds", "1", "--json", race]
        .concat("--warmup", "0", "--duration", "50ms"),
    );
    assertOneLine(await run(["compare", race, files[0]]), 1, /one is a race and the other a flood/);
  });
});

test("compare: what is typed wrong gets one line and exit status 2", async () => {
  assertOneLine(await run(["compare", "a.json"]), 2, /missing argument; usage: .*before\.json/);
  const wrong = await run(["compare", "a.json", "b.json", "--expect", "p99 < 5ms"]);
  assertOneLine(wrong, 2, /^--expect "p99 < 5ms": p99 is compared with a percentage/);
});

test("compare: a file that cannot be read gets one line and exit status 1", async () => {
  const missing = await run(["compare", "no-such.json", "no-such.json"]);
  assertOneLine(missing, 1, /^no-such\.json: no such file or directory$/m);
  assertOneLine(await run(["compare", "deno.json", "deno.json"]), 1, /^deno\.json: it is neither/);
});
