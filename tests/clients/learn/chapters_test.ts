/**
 * The chapters as data: whole in both languages, no command or flag that does not exist, and exactly one
 * true answer to each question, whatever is measured. That the true ones are those of the theory is seen
 * by the tests that go through them, end_to_end/learn_*_test.ts.
 *
 * @module
 */

import type { Command } from "../../../cli/command.ts";
import { LANGUAGES } from "../../../cli/language.ts";
import { loadMessages } from "../../../cli/messages.ts";
import { parseFlags } from "../../../cli/parse_flags.ts";
import type { Action, Answer, Chapter, Step, Text } from "../../../clients/learn/chapter.ts";
import { CHAPTERS } from "../../../clients/learn/chapters/mod.ts";
import { type Measure, MEASURES } from "../../../clients/learn/measure.ts";
import { actionsOf } from "../../../clients/learn/page/steps.js";
import { holds, measuresOf, trueAnswer } from "../../../clients/learn/page/measures.js";
import { EXPERIMENT_NAMES } from "../../../clients/lab/experiments.ts";
import { checkServeFlags, serveFlags, socketsOf } from "../../../servers/commands/serve_flags.ts";
import { parseModelName } from "../../../servers/commands/model_name.ts";
import type { ModelOptions } from "../../../servers/context/context.ts";
import { parseCommand } from "../../../servers/watch/commands.ts";
import { readModelSource } from "../../../servers/watch/model_source.ts";
import { assert, assertEquals } from "../../harness/assert.ts";
import { theoryOf } from "../../harness/course_theory.ts";
import "../../harness/sanitizers.ts";

const MESSAGES = await loadMessages("en");
const COURSE = [
  ...["blocking", "process", "thread", "polling", "select", "select-queue", "epoll"],
  ...["coroutine", "greenlet", "gevent", "downloader", "processors", "uring", "choosing"],
];
/** A step says one thing. Chinese is counted in characters, of which a word has about two. */
const MAX_WORDS = 95;
const MAX_CHARACTERS = 230;

/** The commands that chapters name. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  connect: async () => (await import("../../../clients/connect/command.ts")).connectCommand,
  demo: async () => (await import("../../../clients/demo/command.ts")).demoCommand,
  download: async () => (await import("../../../clients/download/command.ts")).downloadCommand,
  explain: async () => (await import("../../../servers/commands/explain.ts")).explainCommand,
  flood: async () => (await import("../../../clients/flood/command.ts")).floodCommand,
  lab: async () => (await import("../../../clients/lab/command.ts")).labCommand,
  race: async () => (await import("../../../clients/race/command.ts")).raceCommand,
  serve: async () => (await import("../../../servers/commands/serve.ts")).serveCommand,
};

/** A test of each chapter. */
function eachChapter(name: string, test: (chapter: Chapter) => void | Promise<void>): void {
  for (const chapter of CHAPTERS) Deno.test(`${chapter.id}: ${name}`, () => test(chapter));
}

function answersOf(step: Step): readonly Answer[] {
  return step.kind === "predict" || step.kind === "check" ? step.answers : [];
}

/** All that people read in a step, but for the words of its answers. */
function textOf(step: Step): Text {
  return step.kind === "predict" || step.kind === "check" ? step.question : step.text;
}

function textsOf({ title, steps, tryIt }: Chapter): Text[] {
  return [
    title,
    ...steps.flatMap((step) => [
      textOf(step),
      ...answersOf(step).flatMap(({ text, because }) => [text, because]),
    ]),
    ...tryIt.map(({ says }) => says),
  ];
}

/** Parses what is typed after `playground`, as the executable would. */
async function checkCommand([name, ...args]: readonly string[]): Promise<void> {
  assert(Object.hasOwn(COMMANDS, name), name);
  const { flags, words: { min, max, choices } } = await COMMANDS[name]();
  const { words } = parseFlags(args, flags, MESSAGES);
  assert(words.length >= min && words.length <= max, args.join(" "));
  if (choices !== undefined && words.length > 0) assert(choices.includes(words[0]), words[0]);
  if (name === "lab") {
    for (const word of words) assert(EXPERIMENT_NAMES.some((one) => one === word));
  }
  if (name === "serve") checkServe(args);
}

/** @returns the options of the model, and its sockets, from what is typed after `serve` */
function checkServe(args: readonly string[]) {
  const { flags, words: [typed], given } = parseFlags(args, serveFlags, MESSAGES);
  const model = parseModelName(typed, MESSAGES);
  checkServeFlags(model, flags, given, MESSAGES);
  return { model, options: flags, sockets: socketsOf(model, flags, given) };
}

function argsOfServe(action: Action): readonly string[] | undefined {
  return action.do === "serve" ? [action.server.model, ...action.server.flags] : undefined;
}

Deno.test("the course has its chapters, each once and in order", () => {
  assertEquals(CHAPTERS.map(({ id }) => id), COURSE);
});

eachChapter("has each kind of step, and takes five to ten minutes", ({ minutes, steps, tryIt }) => {
  assert(minutes >= 5 && minutes <= 10, `${minutes} min`);
  assert(steps.length >= 8 && steps.length <= 16, `${steps.length} steps`);
  const count = (kind: Step["kind"]) => steps.filter((step) => step.kind === kind).length;
  const least = { read: 1, do: 1, predict: 2, observe: 1, explain: 1, check: 1, experiment: 1 };
  for (const [kind, min] of Object.entries(least)) {
    assert(count(kind as Step["kind"]) >= min, kind); // entries() forgets the names
  }
  assert(tryIt.length >= 2);
});

eachChapter("says all in both languages", (chapter) => {
  for (const { en, zh } of textsOf(chapter)) {
    for (const text of [en, zh]) {
      assertEquals(text, text.trim());
      assert(text !== "");
      assertEquals(text.split("`").length % 2, 1, `backticks: ${text}`);
      assert(!/[^\n]\n[^\n]|\n{3}| {2}/.test(text), `spaces: ${text}`);
      assert(!text.replaceAll(/`[^`]*`/g, "").includes("*"), `asterisks: ${text}`);
    }
    assert(!/\p{Script=Han}/u.test(en), en);
    // A title or a name may be the same in both.
    if (en.length > 15) assert(/\p{Script=Han}/u.test(zh), zh);
    assert(!/\p{Script=Han}[,;:!?.(]|[,;:!?)]\p{Script=Han}/u.test(zh), `half-width: ${zh}`);
    const parts = (text: string) => text.split("\n\n").length;
    assertEquals(parts(zh), parts(en), zh);
  }
});

eachChapter("says one thing a step", ({ steps }) => {
  for (const step of steps) {
    for (const { en, zh } of [textOf(step), ...answersOf(step).map(({ because }) => because)]) {
      const words = en.split(/\s+/).length;
      assert(words <= MAX_WORDS, `${words} words: ${en}`);
      const characters = [...zh.matchAll(/\p{Script=Han}|\w+/gu)].length;
      assert(characters <= MAX_CHARACTERS, `${characters} characters: ${zh}`);
    }
  }
});

eachChapter("names only measures that there are, the same in both languages", (chapter) => {
  const names = (text: string) =>
    [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted();
  for (const text of textsOf(chapter)) {
    assertEquals(names(text.zh), names(text.en), text.en);
    for (const name of names(text.en)) assert(MEASURES.some((one) => one === name), name);
  }
});

eachChapter("runs only commands that there are", async ({ steps, tryIt }) => {
  for (const action of steps.flatMap(actionsOf)) {
    const served = argsOfServe(action);
    if (served !== undefined) checkServe(served);
    else if (action.do === "until") assert(action.withinMs > 0);
    else if (action.do !== "run") parseCommand(JSON.stringify(action));
    else {
      await checkCommand(action.args.map((arg) => arg.replace("{address}", "127.0.0.1:80")));
    }
  }
  for (const { command } of tryIt) {
    const [program, ...args] = command.split(" ");
    assertEquals(program, "playground");
    await checkCommand(args);
  }
});

eachChapter("explains calls that the page of its server makes", async ({ steps }) => {
  let served: readonly string[] | undefined;
  for (const step of steps) {
    for (const action of actionsOf(step)) served = argsOfServe(action) ?? served;
    if (step.kind !== "explain" || step.code === undefined) continue;
    assert(served !== undefined, `nothing is served yet: ${step.text.en}`);
    const { model, options, sockets } = checkServe(served);
    // Which page it is depends on flags, of which the model's options are a part.
    const pages = await readModelSource(model, options as unknown as ModelOptions, sockets);
    const { code } = step;
    assert(pages.some(({ lines }) => (lines[code] ?? []).length > 0), `${model}: ${code}`);
  }
});

eachChapter("asks and points when something is served", ({ steps }) => {
  let isServed = false;
  for (const step of steps) {
    isServed ||= actionsOf(step).some((action) => action.do === "serve");
    if (step.kind === "observe") assert(isServed, step.text.en);
    const answers = answersOf(step);
    if (answers.length === 0) continue;
    assert(isServed, textOf(step).en);
    assert(answers.length >= 3, textOf(step).en);
    for (const language of LANGUAGES) {
      assertEquals(new Set(answers.map(({ text }) => text[language])).size, answers.length);
    }
  }
});

/** These are whole numbers. */
const COUNTS: readonly Measure[] = [
  ...["clients", "served", "waiting", "backlog", "queued", "asleep", "blocked", "lanes"] as const,
  ...["processes", "returns", "inVain", "messages", "refused"] as const,
];

/** What could be measured: figures of all sizes, and those at which an answer ends. */
function* possibleValues(answers: readonly Answer[]): Generator<Partial<Record<Measure, number>>> {
  const names = measuresOf(answers);
  const limits = answers.flatMap(({ when }) => [when].flat()).flatMap(({ than, times = 1 }) =>
    typeof than === "number" ? [than * times] : [times]
  );
  const random = randomNumbers(names.join());
  const choose = (from: readonly number[]) => from[Math.floor(random() * from.length)];
  const one = () => {
    const limit = choose([...limits, 0, 1, 100]);
    const near = choose([limit - 1, limit - 0.01, limit, limit + 0.01, limit + 1]);
    return Math.max(0, choose([near, Math.exp(random() * 14) - 1]));
  };
  const valuesOf = (name: Measure, value: number) =>
    [name, COUNTS.includes(name) ? Math.round(value) : value] as const;
  for (let i = 0; i < 2_000; i++) {
    const values = Object.fromEntries(names.map((name) => valuesOf(name, one())));
    yield values;
    const [first, second] = names;
    if (second === undefined) continue;
    // Where two measures are compared, one is often the other times a limit.
    for (const times of [one(), choose(limits)]) {
      yield { ...values, ...Object.fromEntries([valuesOf(first, times * values[second])]) };
    }
  }
}

/** Numbers from 0 to 1 that are the same in each run: xorshift. */
function randomNumbers(seed: string): () => number {
  let state = [...seed].reduce((sum, character) => sum * 31 + character.charCodeAt(0) | 0, 17) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

eachChapter("has exactly one true answer to each question, whatever is measured", ({ steps }) => {
  for (const step of steps) {
    const answers = answersOf(step);
    if (answers.length === 0) continue;
    for (const values of possibleValues(answers)) {
      const held = answers.filter(({ when }) => holds(when, values)).length;
      assertEquals(held, 1, `${textOf(step).en}\n${JSON.stringify(values)}`);
    }
  }
});

eachChapter("has an answer in theory to each of its questions", (chapter) => {
  for (const [index, step] of chapter.steps.entries()) {
    const theory = theoryOf(chapter, index);
    assertEquals(theory !== undefined && theory in answersOf(step), answersOf(step).length > 0);
  }
});

/** What was measured where a machine was busy, and the index of a question of the last chapter. */
const DISTURBED = [
  ["all takes four times as long", 1, { loopLatencyMs: 400, longestWaitMs: 4_000 }],
  ["each was served once, and refused later", 4, { refused: 20, served: 20 }],
] as const;

for (const [name, number, values] of DISTURBED) {
  Deno.test(`choosing: ${name}, and the true answer stays the same`, () => {
    const chapter = CHAPTERS.find(({ id }) => id === "choosing");
    assert(chapter !== undefined);
    const questions = [...chapter.steps.entries()].filter(([, step]) => answersOf(step).length > 0);
    const [index, step] = questions[number];
    assertEquals(trueAnswer(answersOf(step), values), theoryOf(chapter, index));
  });
}
