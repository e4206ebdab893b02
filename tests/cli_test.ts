import { type Command, type Commands, runCommand } from "../cli/command.ts";
import { RefusedError, UsageError } from "../cli/errors.ts";
import { choice, duration, type Flags, integer, onOff, parseFlags, text } from "../cli/flags.ts";
import { commandHelp } from "../cli/help.ts";
import { detectLanguage, LANGUAGES } from "../cli/language.ts";
import { type CommandName, loadMessages, loadModelTexts } from "../cli/messages.ts";
import { en } from "../cli/messages/en.ts";
import { enModels } from "../cli/messages/en_models.ts";
import { zh } from "../cli/messages/zh.ts";
import { zhModels } from "../cli/messages/zh_models.ts";
import { wrapText } from "../cli/wrap.ts";
import { connectCommand } from "../clients/connect_command.ts";
import { floodCommand } from "../clients/flood_command.ts";
import { explainCommand } from "../servers/explain_command.ts";
import { modelsCommand } from "../servers/models_command.ts";
import { isModelName, MODEL_NAMES, modelEntry } from "../servers/registry.ts";
import { serveCommand } from "../servers/serve_command.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertLessOrEqual,
  assertNotMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "./harness/assert.ts";

// Deno 2.5 has the sanitizers on by itself, and nothing to turn them on with.
Deno.test.sanitizer?.({ ops: true, resources: true });

const FLAGS = {
  host: text("127.0.0.1"),
  port: integer(7788, { least: 1, most: 65_535 }),
  conns: integer(5, { least: 1, most: Infinity }),
  idleTimeout: duration(Infinity, "", "s"),
  sleep: duration(0, "0", "ms"),
  trigger: choice(["edge", "level"], "edge"),
  quiet: onOff(),
  wait: onOff(true),
};

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
  [["--quiet"], "quiet", true],
  [["--quiet=true"], "quiet", true],
  [["--no-wait"], "wait", false],
  [["--wait=false"], "wait", false],
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
  [["--port=65536"], `--port 65536: ${integerWanted}`],
  [["--port", "1.5"], `--port 1.5: ${integerWanted}`],
  [["--conns", "0"], `--conns 0: ${en.flags.wantsInteger(1, Infinity)}`],
  [["--sleep", "1d"], `--sleep 1d: ${en.flags.wantsDuration("ms")}`],
  [["--idle-timeout=-1s"], `--idle-timeout -1s: ${en.flags.wantsDuration("s")}`],
  [["--trigger", "levle"], "--trigger levle: it takes edge or level; did you mean level?"],
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

Deno.test("duration() takes a bare number in the unit of the flag", () => {
  assertEquals(duration(0, "", "ms").parse("1.5"), 1.5);
  assertEquals(duration(0, "", "s").parse("1.5"), 1_500);
});

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

/** Commands of which `serve` does what the test wants. */
function commandsWith(run: Command["run"]): Commands {
  const load = () => Promise.resolve({ flags: FLAGS, words: { least: 1, most: 1 }, run });
  return { models: load, explain: load, serve: load, flood: load, connect: load };
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
  [["toString"], en.flags.unknownCommand("toString", "explain")],
  [["--quiet"], en.flags.unknown("--quiet", "--help")],
  [["serve"], en.flags.tooFewWords(en.commands.serve.usage)],
  [["serve", "a", "b"], en.flags.tooManyWords("b", en.commands.serve.usage)],
  [["serve", "a", "--prot", "1"], en.flags.unknown("--prot", "--port")],
  [["serve", "--prot", "1", "--lang", "zh"], zh.flags.unknown("--prot", "--port")],
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
  assertEquals(await type(["--version"]), { code: 0, stdout: "playground 1.2.3", stderr: "" });
});

/** How wide a text is in a terminal: Chinese characters and their punctuation take two columns. */
function width(text: string): number {
  const wide = text.match(/[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]/g) ?? [];
  return text.length + wide.length;
}

const CLOSING = "，。；：、！？）”’』」》〉】";

/** Every running text on the models. */
const PROSE = [enModels, zhModels].flatMap((texts) =>
  Object.values(texts.models).flatMap(({ how, strengths, weaknesses, tries }) => [
    ...how,
    ...strengths,
    ...weaknesses,
    ...tries.map(([, look]) => look),
  ])
);

Deno.test("wrapText() stays within its columns and loses nothing", () => {
  for (const columns of [40, 61, 80, 100]) {
    for (const text of PROSE) {
      const lines = wrapText(text, columns, "  + ", "    ").split("\n");
      for (const line of lines) assertLessOrEqual(width(line), columns, line);
      const wrapped = lines.map((line) => line.slice(4)).join("");
      assertEquals(wrapped.replace(/\s/g, ""), text.replace(/\s/g, ""));
    }
  }
});

Deno.test("wrapText() fills its lines, and breaks between words or Chinese characters", () => {
  assertEquals(wrapText("one two three", 9, "- ", "  "), "- one two\n  three");
  assertEquals(wrapText("one two three", 8, "- ", "  "), "- one\n  two\n  three");
  assertEquals(wrapText("一二三四五", 8, "- ", "  "), "- 一二三\n  四五");
  assertEquals(wrapText("一二 select 三四", 12, "", ""), "一二 select\n三四");
  assertEquals(wrapText("", 8, "- ", "  "), "-");
});

Deno.test("wrapText() begins no line with a closing mark", () => {
  const examples = [...CLOSING, "）。", "”，"].map((mark) => `汉字汉字${mark}汉字`);
  for (const text of [...PROSE, ...examples]) {
    for (let columns = 8; columns <= 40; columns++) {
      const lines = wrapText(text, columns, "", "").split("\n");
      for (const line of lines) assert(!CLOSING.includes(line[0]), `${line} in ${columns}`);
    }
  }
});

const COMMANDS: Readonly<Record<CommandName, Command>> = {
  models: modelsCommand,
  explain: explainCommand,
  serve: serveCommand,
  flood: floodCommand,
  connect: connectCommand,
};
// entries() forgets the names
const COMMAND_ENTRIES = Object.entries(COMMANDS) as [CommandName, Command][];

Deno.test("commandHelp() has a text for every flag in every language", async () => {
  for (const language of LANGUAGES) {
    const messages = await loadMessages(language);
    for (const [name, { flags }] of COMMAND_ENTRIES) {
      const help = commandHelp(name, flags, messages);
      assertNotMatch(help, /undefined|NaN|null|Infinity|\[object/);
      assertStringIncludes(help, messages.commands[name].summary);
      assertEquals(help.match(/^ {2}--/gm)?.length, Object.keys(flags).length + 2, help);
    }
  }
});

Deno.test("every text on a flag is on a flag that exists", () => {
  for (const [name, { flags }] of COMMAND_ENTRIES) {
    const described = Object.keys(en.commands[name].flags);
    assertEquals(described.filter((flag) => !Object.hasOwn(flags, flag)), [], name);
  }
});

Deno.test("commandHelp() shows how a flag is typed and what it is without", () => {
  const help = commandHelp("flood", floodCommand.flags, en);
  assertStringIncludes(help, "  --connect-rate N  ");
  assertStringIncludes(help, "  --duration TIME  ");
  assertStringIncludes(help, "how long to talk; 0 is until Ctrl-C (10s)\n");
  assertStringIncludes(help, "  --no-wait  ");
});

/** The texts of a language without their words: the same for all languages. */
function shape(texts: unknown): unknown {
  if (typeof texts === "function") return `function of ${texts.length}`;
  if (Array.isArray(texts)) return ["list"];
  if (typeof texts !== "object" || texts === null) return typeof texts;
  return Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, shape(value)]));
}

/** The path of every empty text or list. */
function empty(texts: unknown, path: string): string[] {
  if (typeof texts === "string") return texts.trim() === "" ? [path] : [];
  if (typeof texts !== "object" || texts === null) return [];
  if (Array.isArray(texts) && texts.length === 0) return [path];
  return Object.entries(texts).flatMap(([key, value]) => empty(value, `${path}.${key}`));
}

Deno.test("both languages have the same texts, and none is empty", () => {
  assertEquals(shape(zh), shape(en));
  assertEquals(shape(zhModels), shape(enModels));
  // What is printed line by line at the start has an empty line between its paragraphs.
  const blank = /^\w+\.help\.start\./;
  const all = [...empty(en, "en"), ...empty(zh, "zh"), ...empty(enModels, "enModels")];
  assertEquals([...all, ...empty(zhModels, "zhModels")].filter((path) => !blank.test(path)), []);
});

/**
 * Stands for anything that a message may be given, and shows in the message as `⟨path⟩`: it is a
 * text, a number above one, and an object or list of more of the same.
 */
function placeholder(path: string, owner = path): unknown {
  return new Proxy(() => {}, {
    get(_, key) {
      if (key === Symbol.toPrimitive) return (hint: string) => hint === "number" ? 7 : `⟨${path}⟩`;
      return placeholder(`${path}.${String(key)}`, path);
    },
    apply: () => placeholder(owner), // methods format their object
  });
}

/** For each message that is made of facts, the facts it mentions. */
function facts(texts: unknown, path: string): [string, string][] {
  if (typeof texts === "function") {
    const message = String(
      texts(...Array.from({ length: texts.length }, (_, i) => placeholder(`${i}`))),
    );
    return [[path, [...new Set(message.match(/⟨[^⟩]+⟩/g))].sort().join()]];
  }
  if (typeof texts !== "object" || texts === null) return [];
  return Object.entries(texts).flatMap(([key, value]) => facts(value, `${path}.${key}`));
}

Deno.test("messages mention the same facts in both languages", () => {
  const english = facts(en, "");
  assertGreater(english.length, 30);
  assertEquals(facts(zh, ""), english);
});

Deno.test("every model has its texts in every language", async () => {
  for (const language of LANGUAGES) {
    const { models } = await loadModelTexts(language);
    assertEquals(Object.keys(models).sort(), [...MODEL_NAMES].sort());
    const { servant } = (await loadMessages(language)).models;
    for (const name of MODEL_NAMES) assert(servant[modelEntry(name).servant] !== "");
  }
});

/** Every command that a text tells to try. */
function toTry({ commands }: typeof en, { models }: typeof enModels): string[] {
  return [
    ...Object.values(commands).flatMap(({ examples }) => examples),
    ...Object.values(models).flatMap(({ tries }) => tries.map(([command]) => command)),
  ];
}

Deno.test("what there is to try is the same in both languages", () => {
  assertEquals(toTry(zh, zhModels), toTry(en, enModels));
});

for (const line of new Set(toTry(en, enModels))) {
  Deno.test(`a person who pastes it gets no complaint: ${line}`, () => {
    const [program, name, ...args] = (line.match(/"[^"]*"|\S+/g) ?? [])
      .map((word) => word.replaceAll('"', ""));
    assertEquals(program, "playground");
    const entry = COMMAND_ENTRIES.find(([known]) => known === name);
    assert(entry !== undefined);
    const [, { flags, words: { least, most } }] = entry;
    const { words } = parseFlags<Flags>(args, flags, en);
    assert(words.length >= least && words.length <= most);
    if (name === "serve" || name === "explain") assert(isModelName(words[0]));
  });
}
