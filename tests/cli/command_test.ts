import { type Command, type Commands, runCommand } from "../../cli/command.ts";
import { RefusedError, UsageError } from "../../cli/errors.ts";
import { detectLanguage } from "../../cli/language.ts";
import { en } from "../../cli/messages/en/mod.ts";
import { zh } from "../../cli/messages/zh/mod.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "../harness/assert.ts";
import { FLAGS } from "../harness/flags.ts";
import "../harness/sanitizers.ts";

/** The environment as it was, when it is disposed of. */
function keepEnvironment(...names: string[]): Disposable {
  const before = names.map((name) => [name, Deno.env.get(name)] as const);
  return {
    [Symbol.dispose]() {
      for (const [name, value] of before) {
        if (value === undefined) Deno.env.delete(name);
        else Deno.env.set(name, value);
      }
    },
  };
}

const LOCALE_NAMES = ["LC_ALL", "LC_MESSAGES", "LANG"];
const LOCALES: [values: (string | undefined)[], language: string][] = [
  [[undefined, undefined, undefined], "en"],
  [[undefined, undefined, "zh_CN.UTF-8"], "zh"],
  [[undefined, "zh_TW", "en_US"], "zh"],
  [[undefined, "de_DE", "zh_CN"], "en"],
  [["C", "zh_CN", "zh_CN"], "en"],
  [["ZH", "C", "C"], "zh"],
  [["", "", "zh_CN"], "zh"],
  [["", "zh_CN", "C"], "zh"],
];

Deno.test("detectLanguage() asks LC_ALL, LC_MESSAGES and LANG, and passes over empty ones", () => {
  using _ = keepEnvironment(...LOCALE_NAMES);
  for (const [values, language] of LOCALES) {
    for (const [index, name] of LOCALE_NAMES.entries()) {
      const value = values[index];
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    assertEquals<string>(detectLanguage(), language, values.join());
  }
});

const words = { min: 1, max: 1, choices: ["select", "poll"] };

/** Commands of which `serve` does what the test wants. */
function commandsWith(run: Command["run"]): Commands {
  const load = () => Promise.resolve({ flags: FLAGS, words, run });
  // Each name has one, which fromEntries() cannot tell.
  const entries: [string, unknown][] = Object.keys(en.commands).map((name) => [name, load]);
  return Object.fromEntries(entries) as unknown as Commands;
}

/** Runs a command line in English and keeps what it prints. */
async function type(args: string[], run: Command["run"] = () => Promise.resolve(0)) {
  using _ = keepEnvironment(...LOCALE_NAMES);
  Deno.env.set("LC_ALL", "C");
  const { log, error } = console;
  const stdout: unknown[] = [];
  const stderr: unknown[] = [];
  console.log = (line) => stdout.push(line);
  console.error = (line) => stderr.push(line);
  try {
    const code = await runCommand(commandsWith(run), "1.2.3", args);
    return { code, stdout: stdout.join("\n"), stderr: stderr.join("\n") };
  } finally {
    console.log = log;
    console.error = error;
  }
}

const MISTYPED: [args: string[], stderr: string][] = [
  [["sevre"], en.flags.unknownCommand("sevre", "serve")],
  [["toString"], en.flags.unknownCommand("toString", null)],
  [["SERVE"], en.flags.unknownCommand("SERVE", "serve")],
  [["rep"], en.flags.unknownCommand("rep", "replay")],
  [["help", "sevre"], en.flags.unknownCommand("sevre", "serve")],
  [["--quiet"], en.flags.unknown("--quiet", null)],
  [["--verison"], en.flags.unknown("--verison", "--version")],
  [["serve"], en.flags.tooFewWords(en.commands.serve.usage, ["select", "poll"])],
  [["serve", "a", "b"], en.flags.tooManyWords("b", en.commands.serve.usage)],
  [["serve", "a", "--prot", "1"], en.flags.unknown("--prot", "--port")],
  [["serve", "--prot", "1", "--lang", "zh"], zh.flags.unknown("--prot", "--port")],
  [["serve", "a", "--help=1"], "--help 1: it is on or off, and takes no other value"],
  [["--lang=ch", "serve"], "--lang ch: it takes en or zh; did you mean zh?"],
  [["serve", "a", "--lang"], "--lang needs a value: it takes en or zh"],
];

for (const [args, expected] of MISTYPED) {
  Deno.test(`runCommand() exits with 2 and one line for: ${args.join(" ")}`, async () => {
    assertEquals(await type(args), { code: 2, stdout: "", stderr: expected });
  });
}

Deno.test("runCommand() hands a command its flags, words and language", async () => {
  const args = ["--lang", "zh", "serve", "select", "--port", "80"];
  const { code, stderr } = await type(args, ({ flags, words, language, messages, given }) => {
    assertEquals([flags.port, flags.host, words[0], language], [80, "127.0.0.1", "select", "zh"]);
    assert(messages === zh && given.has("port"));
    return Promise.resolve(7);
  });
  assertEquals([code, stderr], [7, ""]);
});

Deno.test("runCommand() exits with 1 and one line for what the machine refuses", async () => {
  const { code, stderr } = await type(["serve", "select"], () => {
    throw new RefusedError("in use");
  });
  assertEquals([code, stderr], [1, "in use"]);
});

Deno.test("runCommand() shows with PLAYGROUND_DEBUG=1 where a line comes from", async () => {
  using _ = keepEnvironment("PLAYGROUND_DEBUG");
  Deno.env.set("PLAYGROUND_DEBUG", "1");
  for (const SomeError of [RefusedError, UsageError]) {
    const { stderr } = await type(["serve", "select"], () => {
      throw new SomeError("a line");
    });
    assertMatch(stderr, /^a line\n\s+at .*command_test\.ts:/);
  }
});

Deno.test("runCommand() does not hide a mistake of ours", async () => {
  const failing = type(["serve", "select"], () => {
    throw new TypeError("ours");
  });
  await assertRejects(() => failing, TypeError, "ours");
});

Deno.test("runCommand() helps wherever it is asked to", async () => {
  for (const args of [[], ["--help"], ["-h"], ["help"]]) {
    const { code, stdout } = await type(args);
    assertEquals(code, 0);
    for (const name of Object.keys(en.commands)) assertStringIncludes(stdout, `  ${name}`);
  }
  const { code, stdout } = await type(["serve", "--port", "nonsense", "--help"]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, en.commands.serve.summary);
  assertEquals((await type(["help", "serve"])).stdout, (await type(["serve", "--help"])).stdout);
  for (const args of [["--version"], ["-V"], ["version"]]) {
    assertEquals(await type(args), { code: 0, stdout: "playground 1.2.3", stderr: "" });
  }
});
