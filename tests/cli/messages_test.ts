import type { Command } from "../../cli/command.ts";
import type { Flags } from "../../cli/flags.ts";
import { parseFlags } from "../../cli/parse_flags.ts";
import stringWidth from "string-width";
import { UsageError } from "../../cli/errors.ts";
import { commandHelp, overview } from "../../cli/help.ts";
import { LANGUAGES } from "../../cli/language.ts";
import { type CommandName, loadMessages, loadModelTexts } from "../../cli/messages.ts";
import { en } from "../../cli/messages/en/mod.ts";
import { enLab } from "../../cli/messages/en/lab_experiments.ts";
import { enModels } from "../../cli/messages/en/models_pages.ts";
import { zh } from "../../cli/messages/zh/mod.ts";
import { zhLab } from "../../cli/messages/zh/lab_experiments.ts";
import { zhModels } from "../../cli/messages/zh/models_pages.ts";
import { compareCommand } from "../../clients/compare/command.ts";
import { connectCommand } from "../../clients/connect/command.ts";
import { demoCommand } from "../../clients/demo/command.ts";
import { downloadCommand } from "../../clients/download/command.ts";
import { floodCommand } from "../../clients/flood/command.ts";
import { mergeCommand } from "../../clients/merge/command.ts";
import { sweepCommand } from "../../clients/sweep/command.ts";
import { replayCommand } from "../../clients/watch/replay_command.ts";
import { watchCommand } from "../../clients/watch/command.ts";
import { raceCommand } from "../../clients/race/command.ts";
import { learnCommand } from "../../clients/learn/command.ts";
import { labCommand } from "../../clients/lab/command.ts";
import { isExperimentName } from "../../clients/lab/experiments.ts";
import { explainCommand } from "../../servers/commands/explain.ts";
import { modelsCommand } from "../../servers/commands/models.ts";
import { isModelName, MODEL_NAMES, modelEntry } from "../../servers/registry.ts";
import { serveCommand } from "../../servers/commands/serve.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertNotMatch,
  assertStringIncludes,
  assertThrows,
} from "../harness/assert.ts";
import "../harness/sanitizers.ts";

const COMMANDS: Readonly<Record<CommandName, Command>> = {
  models: modelsCommand,
  explain: explainCommand,
  serve: serveCommand,
  flood: floodCommand,
  merge: mergeCommand,
  sweep: sweepCommand,
  race: raceCommand,
  compare: compareCommand,
  demo: demoCommand,
  watch: watchCommand,
  replay: replayCommand,
  connect: connectCommand,
  download: downloadCommand,
  lab: labCommand,
  learn: learnCommand,
};
// entries() forgets the names
const COMMAND_ENTRIES = Object.entries(COMMANDS) as [CommandName, Command][];

Deno.test("commandHelp() has a text for every flag in every language", async () => {
  for (const language of LANGUAGES) {
    const messages = await loadMessages(language);
    for (const [name, { flags }] of COMMAND_ENTRIES) {
      const help = commandHelp(name, flags, messages, 1_000);
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
  const help = commandHelp("flood", floodCommand.flags, en, 80);
  assertStringIncludes(help, "  --connect-rate N  ");
  assertStringIncludes(help, "  --duration TIME  ");
  assertStringIncludes(help, "how long to talk; 0 is until Ctrl-C (10s)\n");
  assertStringIncludes(help, "  --no-wait  ");
});

Deno.test("no line of help and no drawing is wider than the terminal, nor is a word cut", async () => {
  for (const language of LANGUAGES) {
    const messages = await loadMessages(language);
    for (const columns of [80, 40]) {
      const pages = COMMAND_ENTRIES.map(([name, { flags }]) =>
        commandHelp(name, flags, messages, columns)
      );
      const lines = [overview(messages, "1.2.3", columns), ...pages].flatMap((page) =>
        page.split("\n")
      );
      assertEquals(lines.filter((line) => stringWidth(line) > columns), []);
    }
    const { models } = await loadModelTexts(language);
    const drawings = Object.values(models).flatMap(({ drawing }) => drawing.split("\n"));
    assertEquals(drawings.filter((line) => stringWidth(line) > 80), []);
  }
});

Deno.test("every command says in one line what it takes for an unknown flag", () => {
  for (const [, { flags }] of COMMAND_ENTRIES) {
    for (const typed of ["--zzzzzzzz", "-v", "--jsno=1"]) {
      const line = `unknown flag ${typed.replace("=1", "")}`;
      assertThrows(() => parseFlags<Flags>([typed], flags, en), UsageError, line);
    }
  }
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
  assertEquals(shape(zhLab), shape(enLab));
  // What is printed line by line at the start has an empty line between its paragraphs.
  const blank = /^\w+\.help\.start\./;
  const all = Object.entries({ en, zh, enModels, zhModels, enLab, zhLab });
  const paths = all.flatMap(([name, texts]) => empty(texts, name));
  assertEquals(paths.filter((path) => !blank.test(path)), []);
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
  assertEquals(facts(zhLab, ""), facts(enLab, ""));
});

Deno.test("every model has its texts in every language", async () => {
  for (const language of LANGUAGES) {
    const { models } = await loadModelTexts(language);
    assertEquals(Object.keys(models).sort(), [...MODEL_NAMES].sort());
    const { workers } = (await loadMessages(language)).models;
    for (const name of MODEL_NAMES) assert(workers[modelEntry(name).servedBy] !== "");
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
    const [, { flags, words: { min, max } }] = entry;
    const { words } = parseFlags<Flags>(args, flags, en);
    assert(words.length >= min && words.length <= max);
    if (name === "serve" || name === "explain") assert(isModelName(words[0]));
    if (name === "lab") assert(words.every((word) => word === "all" || isExperimentName(word)));
  });
}
