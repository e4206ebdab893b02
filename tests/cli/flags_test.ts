import { UsageError } from "../../cli/errors.ts";
import { duration } from "../../cli/flags.ts";
import { en } from "../../cli/messages/en/mod.ts";
import { parseFlags } from "../../cli/parse_flags.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "../harness/assert.ts";
import { FLAGS } from "../harness/flags.ts";
import "../harness/sanitizers.ts";

function parse(...args: string[]) {
  return parseFlags(args, FLAGS, en);
}

Deno.test("parseFlags() falls back for every flag that is not given", () => {
  const { flags, words, given } = parse();
  assertEquals(flags, {
    host: "127.0.0.1",
    port: 7788,
    conns: 5,
    idleTimeout: Infinity,
    sleep: 0,
    trigger: "edge",
    watch: -1,
    sockets: ["deno"],
    against: [],
    quiet: false,
    wait: true,
  });
  assertEquals(words, []);
  assertEquals(given.size, 0);
});

const TYPED: [args: string[], name: keyof typeof FLAGS, value: unknown][] = [
  [["--host", "::1"], "host", "::1"],
  [["--host=::1"], "host", "::1"],
  [["--host=a=b"], "host", "a=b"],
  [["--host=-1"], "host", "-1"],
  [["--host", "80"], "host", "80"],
  [["--port", "1"], "port", 1],
  [["--port=65535"], "port", 65_535],
  [["--port", "1", "--port", "2"], "port", 2],
  [["--conns", "1000000"], "conns", 1_000_000],
  [["--idle-timeout", "2m"], "idleTimeout", 120_000],
  [["--idle-timeout=2"], "idleTimeout", 2_000],
  [["--trigger", "level"], "trigger", "level"],
  [["--trigger=edge"], "trigger", "edge"],
  [["--sockets", "libc,deno"], "sockets", ["deno", "libc"]],
  [["--sockets=libc"], "sockets", ["libc"]],
  [["--against", "a=b c"], "against", ["a=b c"]],
  [["--against=1", "--against", "x,y"], "against", ["1", "x,y"]],
  [["--quiet"], "quiet", true],
  [["--quiet=true"], "quiet", true],
  [["--no-wait"], "wait", false],
  [["--wait=false"], "wait", false],
  [["--watch"], "watch", 7780],
  [["--watch", "7781"], "watch", 7781],
  [["--watch=0"], "watch", 0],
  [["--watch", "--"], "watch", 7780],
];

for (const [args, name, value] of TYPED) {
  Deno.test(`parseFlags() takes ${args.join(" ")}`, () => {
    const { flags, words, given } = parse(...args);
    assertEquals<unknown>(flags[name], value);
    assertEquals([...given], [name]);
    assertEquals(words, []);
  });
}

Deno.test("parseFlags() keeps words apart from flags and leaves them as they were typed", () => {
  const { words, flags } = parse("select", "--port", "80", "007", "--quiet", "-", "--", "--host");
  assertEquals(words, ["select", "007", "-", "--host"]);
  assertEquals([flags.port, flags.quiet], [80, true]);
});

Deno.test("parseFlags() leaves to others what is no value of a flag that needs none", () => {
  assertEquals(parse("--watch", "select").words, ["select"]);
  assertEquals(parse("--watch", "select").flags.watch, 7780);
  assertEquals(parse("--watch", "--quiet").flags.quiet, true);
  assertEquals(parse("--", "--watch").words, ["--watch"]);
});

const UNKNOWN: [typed: string, nearest: string][] = [
  ["--prot", "--port"],
  ["--prot=80", "--port"],
  ["--idletimeout", "--idle-timeout"],
  ["--idleTimeout", "--idle-timeout"],
  ["-port", "--port"],
  ["--no-quiet", "--quiet"],
  ["--no-port=80", "--port"],
  ["--no-wiat", "--no-wait"],
  ["--host.x=1", "--host"],
];

for (const [typed, nearest] of UNKNOWN) {
  Deno.test(`parseFlags() does not know ${typed} and names ${nearest}`, () => {
    const { message } = assertThrows(() => parse(typed), UsageError);
    assertEquals(message, en.flags.unknown(typed.replace(/=.*/, ""), nearest));
  });
}

const integerWanted = en.flags.wantsInteger(1, 65_535);
const WRONG: [args: string[], message: string][] = [
  [["--port", "80x"], `--port 80x: ${integerWanted}`],
  [["--port", "1e3"], `--port 1e3: ${integerWanted}`],
  [["--port=0"], `--port 0: ${integerWanted}`],
  [["--port=-1"], `--port -1: ${integerWanted}`],
  [["--port", "-1"], `--port -1: ${integerWanted}`],
  [["--sleep", "-1.5s"], `--sleep -1.5s: ${en.flags.wantsDuration("ms", 0, 596)}`],
  [["--port=65536"], `--port 65536: ${integerWanted}`],
  [["--port", "1.5"], `--port 1.5: ${integerWanted}`],
  [["--conns", "0"], `--conns 0: ${en.flags.wantsInteger(1, Infinity)}`],
  [["--sleep", "1d"], `--sleep 1d: ${en.flags.wantsDuration("ms", 0, 596)}`],
  [["--idle-timeout=-1s"], `--idle-timeout -1s: ${en.flags.wantsDuration("s", 0, 596)}`],
  [["--watch", "99999"], `--watch 99999: ${en.flags.wantsInteger(0, 65_535)}`],
  [["--watch=select"], `--watch select: ${en.flags.wantsInteger(0, 65_535)}`],
  [["--trigger", "levle"], "--trigger levle: it takes edge or level; did you mean level?"],
  [
    ["--sockets", "deno,lib"],
    "--sockets deno,lib: it takes deno or libc, or several separated by commas",
  ],
  [
    ["--sockets="],
    "--sockets needs a value: it takes deno or libc, or several separated by commas",
  ],
  [["--against", "a", "--against="], `--against needs a value: ${en.flags.wantsText}`],
  [["--port"], `--port needs a value: ${integerWanted}`],
  [["--port", "--quiet"], `--port needs a value: ${integerWanted}`],
  [["--host="], `--host needs a value: ${en.flags.wantsText}`],
  [["--trigger"], "--trigger needs a value: it takes edge or level"],
];

for (const [args, expected] of WRONG) {
  Deno.test(`parseFlags() says what is wrong with ${args.join(" ")}`, () => {
    const { message } = assertThrows(() => parse(...args), UsageError);
    assertEquals(message, expected);
  });
}

Deno.test("parseFlags() takes no value for a switch that is neither on nor off", () => {
  const { message } = assertThrows(() => parse("--quiet=maybe"), UsageError);
  assertStringIncludes(message, "--quiet maybe");
});

const DURATIONS: [typed: string, ms: number | undefined][] = [
  ["0", 0],
  ["7", 7],
  ["500ms", 500],
  ["0.5ms", 0.5],
  ["1s", 1_000],
  ["1.5s", 1_500],
  ["2m", 120_000],
  ["3h", 10_800_000],
  ["", undefined],
  ["ms", undefined],
  ["1,5s", undefined],
  [".5s", undefined],
  ["5 s", undefined],
  ["5S", undefined],
  ["1s2", undefined],
  ["Infinity", undefined],
];

Deno.test("duration() takes every unit and nothing else", () => {
  for (const [typed, ms] of DURATIONS) {
    assertEquals(duration(0, "", "ms").parse(typed), ms, typed);
  }
});

Deno.test("duration() takes nothing that is longer than a timer can wait, 2^31 - 1 ms", () => {
  assertEquals(duration(0, "", "ms").parse("2147483647"), 2_147_483_647);
  assertEquals(duration(0, "", "ms").parse("2147483648"), undefined);
  assertEquals(duration(0, "", "ms").parse("597h"), undefined);
});

Deno.test("duration() says how long is too long, and what a bare number is", () => {
  for (const [unit, name] of [["ms", "milliseconds"], ["s", "seconds"]] as const) {
    const wanted = duration(0, "", unit).wanted(en);
    assertStringIncludes(wanted, "from 0 to 596h");
    assertStringIncludes(wanted, `a bare number is ${name}`);
  }
});

Deno.test("a negative number is nobody's value after a switch or after --", () => {
  assertThrows(() => parse("--quiet", "-1"), UsageError, "unknown flag -1");
  assertEquals(parse("--", "--port", "-1").words, ["--port", "-1"]);
});

Deno.test("duration() takes a bare number in the unit of the flag", () => {
  assertEquals(duration(0, "", "ms").parse("1.5"), 1.5);
  assertEquals(duration(0, "", "s").parse("1.5"), 1_500);
});
