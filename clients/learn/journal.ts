// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { RefusedError } from "../../cli/errors.ts";
import { type Language, LANGUAGES } from "../../cli/language.ts";
import { loadMessages, type Messages } from "../../cli/messages.ts";
import { frameJson } from "../../servers/watch/frame_json.ts";
import type { Answer, Chapter, Step } from "./chapter.ts";
import { prepareLive } from "./live_engine.ts";
import type { Engine } from "./page/engine.js";
import { actionsOf } from "./page/steps.js";
import { measuresOf } from "./page/measures.js";
import { measuredWords } from "./page/words.js";

/** How often a step is run until exactly one answer fits. */
const MAX_RUNS = 4;
/** How much is recorded of what goes on after a step, so that there is something to see. */
const REST_MS = 1_000;

/**
 * Goes through a chapter, and writes down what happens, for page/recorded_stage.js.
 *
 * @param language in which commands print while it is recorded
 * @param messages for errors
 * @param onStep is called with the index of each step that begins
 * @returns the journal: a line of JSON for each entry
 * @throws {RefusedError} when a step cannot be done, or no answer fits what is measured
 */
export async function recordChapter(
  chapter: Chapter,
  language: Language,
  messages: Messages,
  onStep: (step: number) => void,
): Promise<string> {
  const entries: string[] = [];
  await using live = prepareLive(
    chapter,
    {
      onHello: (hello) => entries.push(JSON.stringify({ hello })),
      onFrame: (frame) => entries.push(`{"frame":${frameJson(frame)}}`),
    },
    language,
    messages,
  );
  const { engine } = live;
  engine.onMark = (mark) => {
    const entry = JSON.stringify(mark);
    // A step that is performed again replaces all since it was performed first.
    const before = mark.step === undefined ? -1 : entries.indexOf(entry);
    if (before >= 0) entries.length = before;
    entries.push(entry);
  };
  for (const [index, step] of chapter.steps.entries()) {
    onStep(index);
    if (step.kind === "experiment") continue; // nothing depends on it
    await walk(engine, index, messages, language);
    if (actionsOf(step).length > 0) await delay(REST_MS);
  }
  for (const index of stepsThatRun(chapter)) entries.push(printedEntry(engine, index, language));
  return entries.map((entry) => `${entry}\n`).join("");
}

/**
 * Runs what {@linkcode recordChapter} does not: the experiments of a chapter, and the commands of its other steps
 * in the other languages. Writes down what they print.
 *
 * @param language of {@linkcode recordChapter}
 * @returns a journal to add to the other
 */
export async function recordCommands(chapter: Chapter, language: Language): Promise<string> {
  const entries: string[] = [];
  for (const [index, { kind }] of chapter.steps.entries()) {
    if (kind !== "experiment") continue;
    for (const one of LANGUAGES) entries.push(...await printedIn(chapter, [index], one));
  }
  const others = LANGUAGES.filter((one) => one !== language);
  const steps = stepsThatRun(chapter);
  for (const other of others) entries.push(...await printedIn(chapter, steps, other));
  return entries.map((entry) => `${entry}\n`).join("");
}

/** The steps with commands, without the experiments. */
function stepsThatRun({ steps }: Chapter): number[] {
  return [...steps.keys()].filter((index) =>
    steps[index].kind !== "experiment" && lastCommand(steps[index]) >= 0
  );
}

function lastCommand(step: Step): number {
  return actionsOf(step).findLastIndex((action) => action.do === "run");
}

/** What the commands of a step have printed. */
function printedEntry({ chapter, results }: Engine, index: number, language: Language): string {
  const { lines } = results[index];
  const printed = [index, lastCommand(chapter.steps[index])];
  return JSON.stringify({ printed, lines: { [language]: lines } });
}

/** Performs a step, again if it was disturbed. */
async function walk(
  engine: Engine,
  index: number,
  { learn }: Messages,
  language: Language,
): Promise<void> {
  const { id, steps } = engine.chapter;
  const step = steps[index];
  for (let run = 1;; run++) {
    if (run === 1) await engine.reach(index + 1);
    else await engine.again(index);
    const { failure, late } = engine.results[index];
    if (failure !== "") throw new RefusedError(learn.stepFailed(id, index + 1, failure));
    const isQuestion = step.kind === "predict" || step.kind === "check";
    const isFine = late.length === 0 &&
      (!isQuestion || engine.trueAnswer(index) !== undefined);
    if (isFine) return;
    if (run < MAX_RUNS) continue;
    const names = isQuestion ? measuresOf(step.answers) : measuresOf(conditionsOf(step));
    const measured = measuredWords(names, engine.valuesOf(index), learn.page, language);
    throw new RefusedError(learn.undecided(id, index + 1, measured.join(", ")));
  }
}

/** What a step waits for. */
function conditionsOf(step: Step): Pick<Answer, "when">[] {
  return actionsOf(step).flatMap((action) => action.do === "until" ? [{ when: action.is }] : []);
}

/** Runs the commands of steps one after another, with all that they need. @returns entries of what they print */
async function printedIn(
  chapter: Chapter,
  steps: readonly number[],
  language: Language,
): Promise<string[]> {
  const entries: string[] = [];
  await using live = prepareLive(chapter, {}, language, await loadMessages(language));
  const { engine } = live;
  for (const index of steps) {
    if (chapter.steps[index].kind === "experiment") await engine.experiment(index);
    else await engine.reach(index + 1);
    entries.push(printedEntry(engine, index, language));
  }
  return entries;
}
