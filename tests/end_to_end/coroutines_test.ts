/**
 * What the coroutine models and demos show besides what every model promises.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assert, assertEquals, assertGreaterOrEqual, assertMatch } from "../harness/assert.ts";
import { exchange } from "../harness/clients.ts";
import { run, Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";

const SOCKETS = hasSystemCalls() ? ["deno", "libc"] : ["deno"];

test("demo yield and demo greenlet: A and B alternate", async () => {
  const outcome = await run(["demo", "yield", "--rounds", "2", "--pause", "1ms"]);
  const printed = shown(outcome.stdout);
  assertEquals([outcome.code, outcome.stderr], [0, ""]);
  assertEquals(printed, lines("----A---", "----B---", 2));
  const { stdout } = await run(["demo", "greenlet", "--rounds", "3", "--pause", "1ms"]);
  assertEquals(shown(stdout), lines("---A--", "---B--", 3));
});

test("demo gevent and demo gevent-sleep: one after another, and all at once", async () => {
  const stdout = shown((await run(["demo", "gevent"])).stdout);
  assertEquals(numbers(stdout), "0 1 2 3 4 0 1 2 3 4 0 1 2 3 4");
  assertMatch(stdout, /^<Greenlet at 0x1: f\(5\)> 0\n/);
  const sleeping = await run(["demo", "gevent-sleep", "--pause", "5ms"]);
  assertEquals(numbers(shown(sleeping.stdout)), "0 0 0 1 1 1 2 2 2 3 3 3 4 4 4");
});

test("a demo says in its first line what it shows, in the language that is asked for", async () => {
  const pause = ["--rounds", "1", "--pause", "1ms"];
  assertMatch(
    (await run(["demo", "gevent-sleep", ...pause])).stdout,
    /^Three greenlets sleep .*\n</,
  );
  const { stdout } = await run(["demo", "yield", "--lang", "zh", ...pause]);
  assertMatch(stdout, /^两个生成器.*\n----A---\n----B---\n$/);
});

test("an unknown demo gets a line with the nearest one, and exit status 2", async () => {
  const { code, stdout, stderr } = await run(["demo", "genvet"]);
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /^[^\n]*genvet[^\n]*gevent[^\n]*\n$/);
});

for (const sockets of SOCKETS) {
  test(`gevent on ${sockets}: the hub says who held up the others, and for how long`, async () => {
    await using server = await Server.start(["gevent", "--sockets", sockets, "--cpu", "50"]);
    using conn = await server.connect();
    const beganMs = performance.now();
    assertEquals(await exchange(conn, "compute"), "compute");
    let heldUp = await server.event("held-up");
    // On a busy machine the system itself may have held up another greenlet, which is told first.
    for (; /acceptClients/.test(String(heldUp.who)); heldUp = server.events("held-up").at(-1)!) {
      await exchange(conn, "again");
    }
    assertMatch(String(heldUp.who), /^<Greenlet at 0x\d+: serve\(127\.0\.0\.1:\d+\)>$/);
    assertGreaterOrEqual(Number(heldUp.heldMs), 50);
    for (let i = 0; i < 5; i++) await exchange(conn, "again");
    const seconds = (performance.now() - beganMs) / 1_000;
    assert(server.events("held-up").length <= 2 + seconds, "it is told at most once a second");
  });
}

/** What a demo shows, without the line that says what that is. */
function shown(output: string): string {
  assertMatch(output, /^(Two|Three) .*\.\n/);
  return output.slice(output.indexOf("\n") + 1);
}

function lines(a: string, b: string, rounds: number): string {
  return `${a}\n${b}\n`.repeat(rounds);
}

function numbers(output: string): string {
  return output.trim().split("\n").map((line) => line.split(" ").at(-1)).join(" ");
}
