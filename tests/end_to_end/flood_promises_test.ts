/**
 * What `playground flood --expect` promises, on both kinds of sockets.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals, assertMatch, assertStringIncludes } from "../harness/assert.ts";
import { NOBODYS_PORT, writeAll } from "../harness/clients.ts";
import { chunks } from "../harness/flood.ts";
import { EachOf, interrupted } from "../harness/interrupted.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { run } from "../harness/playground.ts";
import { Target } from "../harness/target.ts";
import { test } from "../harness/test.ts";

/** How long the target waits before each echo. */
const DELAY_MS = 20;

const CONNS = 10;

/** A target that answers after {@linkcode DELAY_MS}, and closes the first connections instead. */
class SlowTarget extends Target {
  /** Resolves when each connection has asked three times, of which two were answered, or was closed. */
  readonly hasAnswered: Promise<void>;

  constructor(closed: number) {
    const asked = new EachOf(CONNS, 3);
    super(async (conn, index) => {
      for await (const chunk of chunks(conn)) {
        const bytes = chunk.slice();
        if (index < closed) return asked.count(index, 3);
        asked.count(index);
        await new Promise((resolve) => setTimeout(resolve, DELAY_MS));
        await writeAll(conn, bytes);
      }
    });
    this.hasAnswered = asked.done;
  }
}

for (const sockets of ["deno", "libc"] as const) {
  const ignore = sockets === "libc" && !hasSystemCalls();
  const flood = (target: SlowTarget, promises: readonly string[]) =>
    interrupted([
      ...["flood", "--sockets", sockets, "--port", String(target.port)],
      ...["--conns", String(CONNS), "--duration", "0"],
      ...promises.flatMap((promise) => ["--expect", promise]),
    ], target.hasAnswered);

  test(`on ${sockets} sockets: promises that are kept end with 0, and each says so`, async () => {
    await using target = new SlowTarget(0);
    const { code, stdout } = await flood(target, [
      ...["p50 >= 19ms", "p99.9 < 100s", "lost = 0", "served = 100%", "rate > 1", "wrong <= 0%"],
    ]);
    assertEquals(code, 0, stdout);
    assertMatch(stdout, /^promise {7}p50 >= 19ms: kept, [\d.]+ m?s$/m);
    assertStringIncludes(stdout, "promise       lost = 0: kept, 0\n");
    assertStringIncludes(stdout, "promise       served = 100%: kept, 100 %\n");
    assertEquals(stdout.match(/: kept, /g)?.length, 6);
  }, { ignore });

  test(`on ${sockets} sockets: one broken promise among others ends with 3`, async () => {
    await using target = new SlowTarget(0);
    const { code, stdout } = await flood(target, ["lost = 0", "p99 < 10ms", "max > 0"]);
    assertEquals(code, 3, stdout);
    // On a busy machine, it is more than a second.
    assertMatch(stdout, /^promise {7}p99 < 10ms: broken, [\d.]+ m?s$/m);
    assertEquals(stdout.match(/: kept, /g)?.length, 2);
  }, { ignore });

  test(`on ${sockets} sockets: a loss within what was promised is none; others are`, async () => {
    const statuses: number[] = [];
    for (const promise of ["lost < 20%", "lost-connections <= 1", "lost = 0", "wrong = 0"]) {
      await using target = new SlowTarget(1);
      statuses.push((await flood(target, [promise])).code);
    }
    assertEquals(statuses, [0, 0, 3, 1]);
  }, { ignore });

  test(
    `on ${sockets} sockets: --json has the verdicts, and what was not measured is broken`,
    async () => {
      const { code, stdout } = await run([
        ...["flood", "--sockets", sockets, "--port", String(NOBODYS_PORT), "--conns", "5"],
        ...["--json", "--expect", "p99 < 50ms", "--expect", "refused = 5"],
      ]);
      assertEquals([code, JSON.parse(stdout).promises], [3, [
        { expectation: "p99 < 50ms", actual: null, kept: false },
        { expectation: "refused = 5", actual: 5, kept: true },
      ]]);
    },
    { ignore },
  );
}

test("a wrong promise gets one line with the figures that exist, and exit status 2", async () => {
  const outcome = await run(["flood", "--expect", "p99 = fast"]);
  assertOneLine(outcome, 2, /^--expect "p99 = fast": it takes a figure.*p50, p90, p99.*lost/);
  assertOneLine(
    await run(["flood", "--expect", "los = 0"]),
    2,
    /there is no figure los; did you mean lost\? \(the figures are p50, /,
  );
  assertOneLine(await run(["flood", "--expect", "p99 < 50"]), 2, /compared with a time/);
});
