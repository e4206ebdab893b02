/**
 * `playground sweep`, against servers whose limit is known.
 *
 * @module
 */

import { assert, assertEquals, assertGreater, assertLess, assertMatch } from "../harness/assert.ts";
import { assertStringIncludes } from "../harness/assert.ts";
import { NOBODYS_PORT, writeAll } from "../harness/clients.ts";
import { chunks } from "../harness/flood.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { linesOf } from "../../cli/text_lines.ts";
import { type Outcome, run, Server, spawn } from "../harness/playground.ts";
import { Target } from "../harness/target.ts";
import { HANGING_MS, test } from "../harness/test.ts";

/** What the sweeps of these tests have in common. */
const QUICK = ["--duration", "500ms", "--precision", "20", "--conns", "20", "--size", "10"];

/** How late answers may be at a rate that is held. A busy machine may keep any process waiting for less. */
const LIMIT_MS = 300;
/** How often a busy machine is asked. */
const TRIES = 5;

/** A server that works on one message after another, and so serves `perSecond` messages at most. */
function queueTarget(perSecond: number): Target {
  let freeMs = 0;
  return new Target(async (conn) => {
    for await (const chunk of chunks(conn)) {
      const bytes = chunk.slice();
      // It is a message: each connection waits for its echo before the next.
      freeMs = Math.max(freeMs, performance.now()) + 1_000 / perSecond;
      await new Promise((resolve) => setTimeout(resolve, freeMs - performance.now()));
      await writeAll(conn, bytes);
    }
  });
}

/** Sweeps from 100 messages per second on, and again while no more are held: then the machine is busy. */
async function sweepWhileBusy(port: number, files: readonly string[]): Promise<Outcome> {
  const args = ["--port", String(port), "--from", "100", "--limit", `${LIMIT_MS}ms`, ...QUICK];
  const promises = ["--expect", "rate > 50", "--expect", "rate>10k"];
  for (let tries = 1;; tries++) {
    const outcome = await run(["sweep", ...args, "--json", ...files, ...promises]);
    const { servers: [{ held = 0 }] } = JSON.parse(outcome.stdout);
    if (held > 100 || tries === TRIES) return outcome;
  }
}

test(
  "sweep finds the rate at which a server of known capacity breaks, in all its files",
  async () => {
    await using target = queueTarget(400);
    const directory = await Deno.makeTempDir();
    try {
      const [csv, html] = ["csv", "html"].map((name) => `${directory}/sweep.${name}`);
      const { code, stdout } = await sweepWhileBusy(target.port, ["--csv", csv, "--html", html]);
      const { servers: [server], promises, ...rest } = JSON.parse(stdout);
      assertEquals(rest, { schema: 1, kind: "sweep", limitMs: LIMIT_MS });
      // What is in line within the limit passes for served.
      assertGreater(server.held, 100);
      assertLess(server.held, 800);
      assert(server.broken / server.held <= 1.2, `${server.held} to ${server.broken}`);
      for (const { rate, isHeld, reason, roundTripMs } of server.steps) {
        assertEquals(isHeld, reason === undefined, String(rate));
        if (isHeld) assert(roundTripMs.p99 <= LIMIT_MS);
      }
      assertEquals(promises.map(({ kept }: { kept: boolean }) => kept), [true, false]);
      assertEquals(code, 3);

      const [header, ...rows] = (await Deno.readTextFile(csv)).trimEnd().split("\r\n");
      assertMatch(
        header,
        /^server,rate,answered_per_second,missing,held,reason,p50_ms,p90_ms,p99_ms/,
      );
      assertEquals(rows.length, server.steps.length);
      assertMatch(rows[0], new RegExp(`^127.0.0.1:${target.port},100,\\d+,0,`));
      const page = await Deno.readTextFile(html);
      assertStringIncludes(page, `holds ${server.held} messages/s`);
      const rates = new Set(server.steps.map(({ rate }: { rate: number }) => rate));
      assertEquals(page.match(/<circle/g)?.length, rates.size);
      assert(!/NaN|undefined|http:\/\/|https:\/\//.test(page));
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
  { hangingMs: TRIES * HANGING_MS },
);

test("sweep breaks where messages go missing, however fast the others are", async () => {
  let messages = 0;
  await using target = new Target(async (conn) => {
    for await (const chunk of chunks(conn)) {
      if (++messages > 300) return; // it closes the connection
      await writeAll(conn, chunk.slice());
    }
  });
  const { code, stdout } = await run([
    ...["sweep", "--port", String(target.port), "--from", "100", "--to", "2000", "--limit", "1m"],
    ...QUICK,
  ]);
  assertMatch(stdout, /went wrong or missing$/m);
  assertMatch(stdout, /^127\.0\.0\.1:\d+ holds \d+ messages\/s .* and breaks at /m);
  assertEquals(code, 0);
});

test("sweep starts models, says what each holds, and draws it", async () => {
  const { code, stdout } = await run([
    ...["sweep", "select", "async", "--sockets", "deno", "--from", "20", "--to", "40"],
    ...["--limit", "10s", ...QUICK],
  ]);
  assertEquals(code, 0, stdout);
  for (const name of ["select deno", "async deno"]) {
    assertStringIncludes(stdout, `\n${name} holds 40 messages/s (99 % within `);
  }
  assertMatch(stdout, /the most that was tried$/m);
  assertMatch(stdout, /^a select deno\nb async deno$/m);
  assertMatch(stdout, /^ *\+-{20,}$/m);
});

test("Ctrl-C ends a sweep with what it has found; a server that goes ends it, too", async () => {
  await using server = await Server.start(["epoll", "--quiet"]);
  // Within such a limit a busy machine answers, too: it is the end of the server that ends the sweep.
  const port = ["--port", String(server.port)];
  const sweep = ["sweep", ...port, "--from", "10", "--limit", "10s", ...QUICK];
  const child = spawn(sweep);
  const lines = linesOf(child.stdout).getReader();
  const shown: string[] = [];
  /** Reads until there is a line that begins with this. */
  const until = async (start: string) => {
    while (!shown.some((line) => line.trim().startsWith(start))) {
      const { value, done } = await lines.read();
      assert(!done, shown.join("\n"));
      shown.push(value);
    }
  };
  await until("20 ");
  child.kill("SIGINT");
  await until(`127.0.0.1:${server.port} holds at least `);
  await Promise.all([child.stdin.close(), child.stderr.cancel(), lines.cancel(), child.status]);

  const other = spawn(sweep);
  const reader = linesOf(other.stdout).getReader();
  const said: string[] = [];
  for (let line; !(line = await reader.read()).done;) {
    said.push(line.value);
    if (said.length === 3) await server.stop(); // its name, the headings and one rate
  }
  assert(said.some((line) => line.endsWith("nothing listens any more")), said.join("\n"));
  assertMatch(said.at(-1) ?? "", / breaks at \d+\/s; nothing listens there since$/);
  await Promise.all([other.stdin.close(), other.stderr.cancel(), other.status]);
}, { ignore: Deno.build.os === "windows" });

test("sweep refuses flags that say different things, and a server that is not there", async () => {
  const cases: readonly [readonly string[], number, RegExp][] = [
    [[], 2, /^missing argument; usage: playground sweep <model>/],
    [["selct"], 2, /^unknown model selct; did you mean select\?/],
    [["select", "--port", "7788"], 2, /^--port and select cannot be used together/],
    [["--port", "7788", "--sleep", "5"], 2, /^--port and --sleep cannot be used together/],
    [["select", "--host", "localhost"], 2, /^--host has no effect without --port/],
    [["select", "--from", "10", "--to", "5"], 2, /^--from 10: it takes a whole number from 1 to 5/],
    [
      ["select", "--duration", "100ms", "--to", "9"],
      2,
      /^--to 9: it takes a whole number from 10 to 10000000/,
    ],
    [["select", "--limit", "0"], 2, /^--limit 0: it takes a duration from 1ms to 596h/],
    [["select", "--duration", "0"], 2, /^--duration 0: it takes a duration from 1ms to 596h/],
    [
      ["select", "--duration", "100ms", "--from", "9", "--to", "50"],
      2,
      /^--from 9: it takes a whole number from 10 to 50/,
    ],
    [["select", "--expect", "p99 < 5ms"], 2, /there is no figure p99 .*the figures are rate/],
    [
      ["select", "--csv", "no-such-directory/file"],
      1,
      /^--csv no-such-directory\/file: no such file/,
    ],
  ];
  for (const [args, status, line] of cases) {
    assertOneLine(await run(["sweep", ...args]), status, line);
  }
  const outcome = await run(["sweep", "--port", String(NOBODYS_PORT), ...QUICK]);
  assertOneLine(
    outcome,
    1,
    new RegExp(`^nothing is listening on 127\\.0\\.0\\.1:${NOBODYS_PORT}:`),
  );
});
