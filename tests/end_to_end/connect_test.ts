/**
 * Talking to a server by hand: what is typed, what is shown, and how it ends.
 *
 * @module
 */

import {
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "../harness/assert.ts";
import { decode, encode } from "../harness/bytes.ts";
import { NOBODYS_PORT, readToEnd, writeAll } from "../harness/clients.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { commandFor, run } from "../harness/playground.ts";
import { Target } from "../harness/target.ts";
import { InTerminal } from "../harness/terminal.ts";
import { test } from "../harness/test.ts";

const isLinux = Deno.build.os === "linux";
/** Sets the title of the terminal, clears it, and rings. */
const HOSTILE = "\x1b]0;owned\x07\x1b[2Jtext";

test(
  "connect in a terminal shows what would control it, and keeps apart what is typed",
  async () => {
    const { promise: isTyped, resolve: typed } = Promise.withResolvers<void>();
    const received: string[] = [];
    await using target = new Target(async (conn) => {
      await isTyped;
      await writeAll(conn, encode(HOSTILE));
      received.push(decode(await readToEnd(conn)));
    });
    const terminal = new InTerminal(["connect", String(target.port)], 80, 24);
    await terminal.until("Ctrl-D ends");
    await terminal.press("half of");
    await terminal.until("half of");
    typed();
    await terminal.until(/\\x1b\[2Jtext\r?\n.*half of/); // below the answer, and whole again
    await terminal.press(" a line\r");
    await terminal.press("\x1b[A!\r"); // the line before, and one more letter
    await terminal.press("wronh\x7fg\r");
    await terminal.press("\x04");
    const output = await terminal.end();
    assertEquals(received, ["half of a line\nhalf of a line!\nwrong\n"]);
    assertStringIncludes(output, "\\x1b]0;owned\\x07");
    // deno-lint-ignore no-control-regex
    assertNotMatch(output, /\x1b\]0;owned/);
    assertMatch(output, /closed the connection/);
    assertMatch(output, / icanon /);
    assertStringIncludes(output, "status 0");
  },
  { ignore: !isLinux },
);

test("Ctrl-C ends connect, and gives the terminal back", async () => {
  await using target = new Target(async (conn) => void await readToEnd(conn));
  const terminal = new InTerminal(["connect", String(target.port)], 80, 24);
  await terminal.until("Ctrl-D ends");
  await terminal.press("x\x03");
  const output = await terminal.end();
  assertStringIncludes(output, "status 130");
  assertMatch(output, / icanon /);
}, { ignore: !isLinux });

/** Sends the next of `parts` whenever it is told to, and then closes. */
function inSteps(parts: readonly string[]) {
  const steps = parts.map(() => Promise.withResolvers<void>());
  const received: string[] = [];
  const target = new Target(async (conn) => {
    const reading = readToEnd(conn);
    for (const [index, part] of parts.entries()) {
      await steps[index].promise;
      await writeAll(conn, encode(part));
    }
    received.push(decode(await reading));
  });
  return { target, received, step: (index: number) => steps[index].resolve() };
}

test(
  "what the server sends stays whole, whatever is typed and in whatever pieces it comes",
  async () => {
    const { target, step } = inSteps(["one\r", "\ntwo, ", "still two\nthree\n", "four", "\n"]);
    await using _ = target;
    const terminal = new InTerminal(["connect", String(target.port)], 20, 24);
    await terminal.until("Ctrl-D ends");
    const typed = "a line that takes three rows of twenty columns, as it is";
    for (const letter of typed) await terminal.press(letter);
    const rows = ["a line that takes th", "ree rows of twenty c", "olumns, as it is"];
    await terminal.untilShown(rows);
    step(0);
    await terminal.untilShown(["one", ...rows]);
    step(1);
    await terminal.untilShown(["one", "two,", ...rows]);
    step(2);
    await terminal.untilShown(["one", "two, still two", "three", ...rows]);
    await terminal.press("\r");
    await terminal.untilShown([...rows, ""]);
    step(3);
    await terminal.untilShown([...rows, "four", ""]);
    await terminal.press("\x04");
    step(4);
    await terminal.until("closed the connection");
    await terminal.end();
  },
  { ignore: !isLinux },
);

test("connect takes a long line that is pasted, and draws it once", async () => {
  const { target, received } = inSteps([]);
  await using _ = target;
  const terminal = new InTerminal(["connect", String(target.port)], 80, 24);
  await terminal.until("Ctrl-D ends");
  const pasted = "0123456789 ".repeat(180);
  await terminal.press(`${pasted}\rshort\r`);
  await terminal.until("short");
  await terminal.press("\x04");
  const output = await terminal.end();
  assertEquals(received, [`${pasted}\nshort\n`]);
  assertEquals(output.length < 3 * pasted.length, true, `${output.length} characters were drawn`);
}, { ignore: !isLinux });

test("what is said at the end does not belong to what was typed", async () => {
  const { target, step } = inSteps(["x\n"]);
  const terminal = new InTerminal(["connect", String(target.port)], 80, 24);
  await terminal.until("Ctrl-D ends");
  await terminal.press("half a line");
  await terminal.until("half a line");
  step(0);
  await terminal.untilShown(["x", "half a line"]);
  await target[Symbol.asyncDispose]();
  assertMatch(await terminal.end(), /^(\S+ closed the connection|lost .*)\r?$/m);
}, { ignore: !isLinux });

test("connect leaves the bytes as they are in a pipe", async () => {
  await using target = new Target(async (conn) => {
    await readToEnd(conn);
    await writeAll(conn, encode(HOSTILE));
  });
  const { code, stdout } = await run(["connect", `127.0.0.1:${target.port}`], { input: "x\n" });
  assertEquals([code, stdout], [0, HOSTILE]);
});

for (const [flags, expected] of [[[], "one\r\ntwo\nthree"], [["--crlf"], "one\r\ntwo\r\nthree"]]) {
  test(`connect ${flags} sends lines with their ends`, async () => {
    let received = "";
    await using target = new Target(async (conn) => {
      received = decode(await readToEnd(conn));
    });
    const input = "one\r\ntwo\nthree";
    await run(["connect", ...flags, `localhost:${target.port}`], { input });
    assertEquals(received, expected);
  });
}

test("a reader that has had enough is not the fault of the connection", async () => {
  await using target = new Target(async (conn) => {
    while (true) await writeAll(conn, encode("x".repeat(65_536)));
  });
  const [program, args] = commandFor(["connect", String(target.port)]);
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", 'set -o pipefail; "$0" "$@" | head -c 5', program, ...args],
    env: { LC_ALL: "C" },
    stdin: "null",
  }).output();
  assertEquals([code, decode(stdout)], [0, "xxxxx"]);
  assertEquals(decode(stderr).trimEnd().split("\n").length, 1, decode(stderr)); // "connected to …"
}, { ignore: !isLinux });

test("connect gives the reason in words of its own", async () => {
  for (const address of [`:${NOBODYS_PORT}`, `localhost:${NOBODYS_PORT}`]) {
    assertOneLine(
      await run(["connect", address]),
      1,
      /^cannot connect to .*: nothing is listening there$/m,
    );
  }
  assertOneLine(await run(["connect", "nowhere.invalid:1"]), 1, /: no such host$/m);
  const chinese = await run(["connect", String(NOBODYS_PORT), "--lang", "zh"]);
  assertOneLine(chinese, 1, /那里没有程序在监听$/m);
});
