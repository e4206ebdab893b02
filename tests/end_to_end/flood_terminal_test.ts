/**
 * What `playground flood` shows on a terminal, and which keys it reads there.
 *
 * @module
 */

import { assertEquals, assertMatch, assertStringIncludes } from "../harness/assert.ts";
import { echoTarget } from "../harness/flood.ts";
import { processTree, untilNextLook } from "../harness/processes.ts";
import { decode, encode } from "../harness/bytes.ts";
import { commandFor, run } from "../harness/playground.ts";
import { InTerminal } from "../harness/terminal.ts";
import { test } from "../harness/test.ts";

const ignore = Deno.build.os !== "linux"; // script(1) has other flags elsewhere

test("on a terminal a flood shows what is left, and q ends it with its results", async () => {
  await using target = echoTarget();
  const args = ["flood", "--port", String(target.port), "--conns", "3", "--duration", "100s"];
  const terminal = new InTerminal(args, 80, 24);
  await terminal.until(/\d+ s left +\[.*\] +q ends it/);
  await terminal.until(/3 connected, 0 refused, 0 waiting/);
  await terminal.press("q");
  const output = await terminal.end();
  assertMatch(output, /connections {3}3 opened, 3 served, 0 refused, 0 lost/);
  assertMatch(output, /status 0\r/);
  assertMatch(output, / icanon/); // the terminal is as it was
  assertMatch(output, / echo /);
}, { ignore });

test("without an end a flood shows what has passed; Ctrl-C ends it as ever", async () => {
  await using target = echoTarget();
  const args = ["flood", "--port", String(target.port), "--conns", "3", "--duration", "0"];
  const terminal = new InTerminal(args, 80, 24);
  await terminal.until(/\n?\d+ s +q ends it/);
  await terminal.until(/3 connected, 0 refused, 0 waiting/);
  await terminal.press("\x03");
  const output = await terminal.end();
  assertMatch(output, /connections {3}3 opened, 3 served/);
  assertMatch(output, /status 0\r/);
  assertMatch(output, / icanon/);
}, { ignore });

test("a flood that is killed leaves the terminal as it was", async () => {
  await using target = echoTarget();
  const args = ["flood", "--port", String(target.port), "--conns", "3", "--duration", "100s"];
  const terminal = new InTerminal(args, 80, 24);
  await terminal.until(/3 connected/);
  const [, shell] = await terminal.until(/pid (\d+)/);
  const [, flood] = await processTree(Number(shell));
  Deno.kill(flood, "SIGTERM");
  const output = await terminal.end();
  assertMatch(output, /status 143\r/);
  assertMatch(output, / icanon/);
  assertMatch(output, / echo /);
}, { ignore });

test("a flood that goes on after Ctrl-Z reads its key as before", async () => {
  await using target = echoTarget();
  const args = ["flood", "--port", String(target.port), "--conns", "3", "--duration", "100s"];
  const terminal = new InTerminal(args, 80, 24);
  await terminal.until(/3 connected/);
  const [, shell] = await terminal.until(/pid (\d+)/);
  const [, flood] = await processTree(Number(shell));
  const device = await Deno.readLink(`/proc/${flood}/fd/0`);
  const stty = async (word: string) =>
    decode((await new Deno.Command("stty", { args: ["-F", device, word] }).output()).stdout);
  Deno.kill(flood, "SIGSTOP");
  await stty("icanon"); // as a shell does while it has the terminal
  Deno.kill(flood, "SIGCONT");
  while (!(await stty("-a")).includes("-icanon")) await untilNextLook();
  await terminal.press("q");
  assertMatch(await terminal.end(), /status 0\r/);
}, { ignore });

test(
  "on a terminal the results end with the round trips as bars, and elsewhere they do not",
  async () => {
    await using target = echoTarget();
    const args = ["flood", "--port", String(target.port), "--conns", "3", "--duration", "1s"];
    args.push("--think", "10"); // some hundreds of round trips make bars as well as all that it can
    const shown = await new InTerminal(args, 80, 24).end();
    assertMatch(shown, /≤ [\d.]+ (µs|ms) +[\d,]+ █/);
    const { stdout, stderr } = await run(args);
    assertEquals([stdout.includes("█"), stdout.includes("\x1b")], [false, false]);
    assertEquals(stderr, "");
  },
  { ignore },
);

test("the results have colors on a terminal, unless NO_COLOR is set", async () => {
  await using target = echoTarget();
  const args = [
    ...["flood", "--port", String(target.port), "--conns", "3", "--duration", "100s"],
    ...["--expect", "lost=0", "--expect", "max<0us"],
  ];
  const shown = async (env: Record<string, string>) => {
    const terminal = new InTerminal(args, 80, 24, { env });
    await terminal.until(/3 connected, 0 refused, 0 waiting/);
    await terminal.press("q");
    return await terminal.end();
  };
  const colored = await shown({ NO_COLOR: "" });
  assertStringIncludes(colored, "\x1b[1mround trip\x1b");
  assertStringIncludes(colored, "\x1b[32mpromise       lost=0: kept, 0\x1b");
  assertStringIncludes(colored, "\x1b[31mpromise       max<0us: broken");
  const plain = await shown({});
  assertEquals(/\[\d+mpromise|\[1mround/.test(plain), false, plain);
}, { ignore });

test("a flood in the background of a terminal reads no key, which would stop it", async () => {
  await using target = echoTarget();
  const args = ["--port", String(target.port), "--conns", "3", "--think", "10", "--duration", "3s"];
  const [program, programArgs] = commandFor(["flood", ...args]);
  const command = [program, ...programArgs].map((word) => `"${word}"`).join(" ");
  const { stdout } = await new Deno.Command("script", {
    args: ["-qec", `bash -mc '${command} & wait $!; echo status $?'`, "/dev/null"],
    stdin: "null",
  }).output();
  assertStringIncludes(decode(stdout), "3 opened, 3 served");
  assertMatch(decode(stdout), /status 0\r?$/m);
}, { ignore });

test(
  "a flood that is stopped by Ctrl-Z goes on in the background, and leaves the terminal alone",
  async () => {
    let onEcho: () => void = () => {};
    await using target = echoTarget(() => onEcho());
    const args = ["--port", String(target.port), "--conns", "3", "--duration", "0"];
    const [program, programArgs] = commandFor(["flood", ...args]);
    const command = [program, ...programArgs].map((word) => `"${word}"`).join(" ");
    const child = new Deno.Command("script", {
      args: ["-qec", "bash --norc -i", "/dev/null"],
      env: { LC_ALL: "C", TERM: "xterm", PS1: "$ ", HISTFILE: "/dev/null" },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const input = child.stdin.getWriter();
    const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let printed = "";
    const until = async (text: string | RegExp) => {
      let match;
      while ((match = printed.match(text)) === null) {
        const { value, done } = await output.read();
        if (done) throw new Error(`it ended before ${text}: ${printed}`);
        printed += value;
      }
      printed = "";
      return match[1];
    };
    await input.write(encode(`${command}\n`));
    await until(/3 connected/);
    await input.write(encode("\x1a"));
    await until(/Stopped/);
    const { promise: echoed, resolve } = Promise.withResolvers<void>();
    let echoes = 0;
    onEcho = () => ++echoes > 3 && resolve(); // each connection may have had a message under way
    await input.write(encode("bg\n"));
    await echoed;
    // Of a job that is named, `wait` tells the status; 128 and the signal, if it was stopped again.
    await input.write(encode("kill -INT %1; wait %1; echo its status $?; exit\n"));
    const ended = await until(/3 opened, 3 served[^]*its status (\d+)\r?\n/);
    assertEquals(ended, "0");
    await input.close().catch(() => {}); // the terminal is gone
    await output.cancel();
    await child.status;
  },
  { ignore },
);
