/**
 * The files of `playground flood`, and `playground merge` that makes one report of several.
 *
 * @module
 */

import { HistogramLogReader } from "hdr-histogram-js";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assert, assertEquals, assertGreaterOrEqual, assertMatch } from "../harness/assert.ts";
import { echoTarget } from "../harness/flood.ts";
import { EachOf, interrupted } from "../harness/interrupted.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { commandFor, run } from "../harness/playground.ts";
import { test } from "../harness/test.ts";

/** A directory for files, removed when it is disposed of. */
async function directory(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir();
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** The columns of a CSV file by their names. */
function columns(csv: string): Map<string, string[]> {
  assert(csv.endsWith("\r\n"));
  const [names, ...rows] = csv.trimEnd().split("\r\n").map((line) => line.split(","));
  for (const row of rows) assertEquals(row.length, names.length);
  return new Map(names.map((name, index) => [name, rows.map((row) => row[index])]));
}

function sum(values: readonly string[] | undefined): number {
  return (values ?? []).reduce((all, value) => all + Number(value), 0);
}

for (const sockets of ["deno", "libc"] as const) {
  const ignore = sockets === "libc" && !hasSystemCalls();
  const floodArgs = (port: number, args: readonly string[]) => [
    ...["flood", "--sockets", sockets, "--port", String(port)],
    ...["--conns", "5", "--rate", "50", "--duration", "1500ms", ...args],
  ];

  test(
    `on ${sockets} sockets: log, table and JSON say the same, and merge reads it back`,
    async () => {
      await using target = echoTarget();
      await using files = await directory();
      const [hdr, csv, json] = ["hdr", "csv", "json"].map((name) => `${files.path}/flood.${name}`);
      const args = ["--hdr", hdr, "--csv", csv, "--json"];
      const { code, stdout } = await run(floodArgs(target.port, args));
      await Deno.writeTextFile(json, stdout);
      const told = JSON.parse(stdout);
      // A machine that is too slow for the rate is a reason to end with 1, and the only one.
      assertEquals(code, told.messagesOverdue + told.messagesUnanswered > 0 ? 1 : 0);

      const rows = columns(await Deno.readTextFile(csv));
      assertEquals(rows.get("second")?.slice(0, 2), ["0", "1"]);
      assertEquals(sum(rows.get("sent")), told.messagesSent);
      assertEquals(sum(rows.get("answered")), told.messagesEchoed);
      assertEquals(sum(rows.get("bytes_received")), told.bytesReceived);
      assertEquals([sum(rows.get("opened")), sum(rows.get("lost"))], [5, 0]);
      assertEquals(rows.get("connected")?.[0], "5");
      const slowest = Math.max(...(rows.get("round_trip_max_ms") ?? []).map(Number));
      assertEquals(slowest, told.roundTripMs.max);

      const reader = new HistogramLogReader(await Deno.readTextFile(hdr), 64);
      const counts: Record<string, number> = {};
      for (let one; (one = reader.nextIntervalHistogram()) !== null;) {
        counts[one.tag] = (counts[one.tag] ?? 0) + one.totalCount;
        assertGreaterOrEqual(one.startTimeStampMsec, Date.parse(told.startedAt) - 1);
      }
      assertEquals([counts.connect, counts.firstAnswer], [5, 5]);
      assertGreaterOrEqual(counts.roundTrip, told.messagesEchoed);

      const again = await Promise.all([hdr, json].map((path) => run(["merge", "--json", path])));
      for (const { code: mergedCode, stdout } of again) {
        const merged = JSON.parse(stdout);
        assertEquals(mergedCode, code);
        for (
          const name of ["messagesSent", "bytesSent", "roundTripMs", "connectTimeMs", "settings"]
        ) {
          assertEquals(merged[name], told[name], name);
        }
      }
      assertOneLine(await run(["merge", hdr, json]), 1, /counted twice/);

      const other = `${files.path}/other.json`;
      const startedAt = new Date(Date.parse(told.startedAt) + 5).toISOString();
      await Deno.writeTextFile(other, JSON.stringify({ ...told, startedAt }));
      const both = await run([
        "merge",
        hdr,
        other,
        "--expect",
        "answered > 100k",
        "--expect",
        "p99>0",
      ]);
      assertMatch(both.stdout, /^floods {8}2, which began within 5 ms\nconnections {3}10 opened/);
      assertMatch(both.stdout, /answered > 100k: broken, \d+\npromise {7}p99>0: kept/);
      assertEquals(both.code, 3);
    },
    { ignore },
  );

  test(
    `on ${sockets} sockets: a flood that is killed leaves the seconds that were over`,
    async () => {
      await using target = echoTarget();
      await using files = await directory();
      const hdr = `${files.path}/flood.hdr`;
      const [program, args] = commandFor(
        floodArgs(target.port, ["--duration", "60s", "--hdr", hdr, "--quiet"]),
      );
      const child = new Deno.Command(program, { args, stdout: "null", stderr: "null" }).spawn();
      const isWritten = async () =>
        (await Deno.readTextFile(hdr).catch(() => "")).includes('"elapsedMs":1000,');
      while (!await isWritten()) await new Promise((resolve) => setTimeout(resolve, 20));
      child.kill("SIGKILL");
      await child.status;
      const { code, stdout } = await run(["merge", hdr]);
      assertMatch(stdout, /^connections {3}5 opened, 5 served, 0 refused, 0 lost$/m);
      assertEquals(code, 0);
    },
    { ignore },
  );
}

test("two flags that name the same file: one line says so, and exit status 2", async () => {
  await using files = await directory();
  const path = `${files.path}/file`;
  for (
    const args of [
      ["flood", "--hdr", path, "--csv", `${files.path}/./file`],
      ["race", "select", "--json", path, "--html", path],
      ["sweep", "select", "--csv", path, "--html", path],
    ]
  ) {
    assertOneLine(
      await run(args),
      2,
      /^--\w+ and --\w+ both name .*; give each a file of its own$/m,
    );
  }
});

test("a file that cannot be written fails before the flood, in one line", async () => {
  for (const flag of ["--hdr", "--csv"]) {
    const path = "no-such-directory/file";
    assertOneLine(
      await run(["flood", "--port", "1", flag, path]),
      1,
      new RegExp(`^${flag} ${path}: no such file or directory$`, "m"),
    );
  }
});

test("a file that cannot grow ends a flood with its results, status 1 and the reason", async () => {
  const echoes = new EachOf(1, 2);
  await using target = echoTarget((index) => echoes.count(index));
  await using files = await directory();
  const hdr = `${files.path}/flood.hdr`;
  const args = ["--conns", "1", "--duration", "0", "--hdr", hdr];
  const { code, stdout, stderr } = await interrupted(
    ["flood", "--port", String(target.port), ...args],
    echoes.done,
    { before: "trap '' XFSZ; ulimit -f 1" },
  );
  assertMatch(stdout, /^connections {3}1 opened, 1 served/m);
  assertMatch(stderr, /^--hdr \S+: the file is too large \(see ulimit -f\)\n$/);
  assertEquals(code, 1);
}, { ignore: Deno.build.os !== "linux" });

test("--start-at begins floods at the same time, and refuses a time that is over", async () => {
  const echoes = new EachOf(4, 2);
  await using target = echoTarget((index) => echoes.count(index));
  const beganMs = performance.now();
  assertOneLine(await run(["flood", "--start-at", "soon"]), 2, /^--start-at soon: it takes \+5s/);
  // By then two others have started as well.
  const leadMs = 2_000 + 4 * (performance.now() - beganMs);
  const startMs = Math.ceil((Date.now() + leadMs) / 1_000) * 1_000;
  const at = new Date(startMs).toISOString();
  const args = ["--port", String(target.port), "--conns", "2", "--duration", "0", "--json"];
  const floods = await Promise.all(
    [0, 1].map(() => interrupted(["flood", ...args, "--start-at", at], echoes.done)),
  );
  for (const { code, stdout } of floods) {
    assertEquals(code, 0);
    assertGreaterOrEqual(Date.parse(JSON.parse(stdout).startedAt), startMs);
  }
  assertOneLine(
    await run(["flood", "--start-at", "2001-01-01T00:00:00Z"]),
    2,
    /^--start-at: that time was [\d,]+ s ago \(2001-01-01T00:00:00.000Z\)$/m,
  );
});

test("merge refuses what is no flood, and names the file", async () => {
  assertOneLine(await run(["merge"]), 2, /^missing argument; usage: playground merge FILE/);
  assertOneLine(await run(["merge", "no-such-file"]), 1, /^no-such-file: no such file/);
  assertOneLine(await run(["merge", "LICENSE"]), 1, /^LICENSE: neither a log of/);
  const piped = await run(["merge", "-"], { input: "" });
  assertOneLine(piped, 1, /^-: it is empty/);
});
