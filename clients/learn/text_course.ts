import { widest } from "../../cli/columns.ts";
import { RefusedError } from "../../cli/errors.ts";
import type { Language } from "../../cli/language.ts";
import type { Messages } from "../../cli/messages.ts";
import { standardOutput } from "../../cli/output.ts";
import { linesOf } from "../../cli/text_lines.ts";
import { pageColumns, wrapText } from "../../cli/wrap.ts";
import { fill } from "../../servers/watch/page/fill.js";
import type { Answer, Chapter, Step, Text } from "./chapter.ts";
import { type LiveEngine, prepareLive } from "./live_engine.ts";
import type { Measure } from "./measure.ts";
import { actionsOf } from "./page/steps.js";
import { measuresOf, withValues } from "./page/measures.js";
import { actionWords, measuredWords } from "./page/words.js";

/** How often a run that was disturbed is repeated, where nobody can be asked. */
const MAX_REPEATS = 2;

/** What the terminal says in place of a picture. */
const PICTURE: readonly Measure[] = [
  ...["clients", "served", "waiting", "backlog", "queued", "asleep", "blocked"] as const,
  ...["lanes", "processes", "returns", "scannedPerReturn", "readyPerReturn", "inVain"] as const,
];

/** The reader has had enough. */
class Left extends Error {}

/** What is read: lines of a terminal, where the reader is asked for them, or of a file. */
class Input {
  readonly isTerminal = Deno.stdin.isTerminal();
  readonly #lines = linesOf(Deno.stdin.readable).getReader();

  /**
   * Asks for a line.
   *
   * @throws {Left} when the input has ended, or the reader leaves
   */
  async ask(prompt: string): Promise<string> {
    if (this.isTerminal) standardOutput.write(prompt);
    const { value, done } = await this.#lines.read();
    const line = value?.trim() ?? "";
    if (done || line === "q") throw new Left();
    return line;
  }

  /** Waits for a terminal's reader. A file has lines only for answers. @returns the line, or "" */
  async pause(prompt: string): Promise<string> {
    return this.isTerminal ? await this.ask(prompt) : "";
  }
}

/** A step, or the commands to try, which are the last. */
type Shown = Step | { readonly kind: "try"; readonly tryIt: Chapter["tryIt"] };

/**
 * Goes through the course in the terminal, on servers that really run. With a file for an input, its lines
 * are the answers.
 *
 * @param chapters one, or several in their order
 * @param number of the first among all, from 1
 * @throws {RefusedError} when a file ends before the last question
 */
export async function learnInTerminal(
  chapters: readonly Chapter[],
  number: number,
  language: Language,
  messages: Messages,
): Promise<void> {
  const input = new Input();
  for (const [i, chapter] of chapters.entries()) {
    const course = new TextChapter(chapter, number + i, input, language, messages);
    try {
      await course.walk();
    } catch (error) {
      if (!(error instanceof Left)) throw error;
      if (!input.isTerminal) throw new RefusedError(messages.learn.inputEnded);
      const command = `playground learn ${chapter.id} --text`;
      return console.log(`\n${messages.learn.leftAt(command)}`);
    }
  }
}

/** One chapter in the terminal. */
class TextChapter {
  readonly #live: LiveEngine;
  readonly #steps: readonly Shown[];
  readonly #columns = pageColumns();

  constructor(
    private readonly chapter: Chapter,
    private readonly number: number,
    private readonly input: Input,
    private readonly language: Language,
    private readonly messages: Messages,
  ) {
    const onLine = (line: string) => console.log(`  | ${line}`);
    this.#live = prepareLive(chapter, { onLine }, language, messages);
    this.#live.engine.onMark = ({ begin, until }) => {
      const [step, action] = begin ?? until ?? [];
      if (step === undefined || action === undefined) return;
      const { page } = messages.learn;
      const done = actionsOf(chapter.steps[step])[action];
      this.#print(actionWords(done, page, language), "  → ");
    };
    this.#steps = [...chapter.steps, { kind: "try", tryIt: chapter.tryIt }];
  }

  /** Goes from the first step to the last. */
  async walk(): Promise<void> {
    await using _live = this.#live;
    const { page, pressEnter } = this.messages.learn;
    const title = fill(page.chapter, { number: this.number, title: this.#of(this.chapter.title) });
    console.log(`\n${title}\n${"=".repeat(widest([title]))}`);
    for (let i = 0; i < this.#steps.length;) {
      console.log(`\n[${i + 1}/${this.#steps.length}] ${page.kinds[this.#steps[i].kind]}`);
      await this.#show(this.#steps[i], i);
      const typed = await this.input.pause(`\n${pressEnter}: `);
      i = typed === "b" ? Math.max(0, i - 1) : i + 1;
    }
  }

  async #show(step: Shown, index: number): Promise<void> {
    const { learn } = this.messages;
    switch (step.kind) {
      case "read":
      case "explain":
        return this.#say(step.text);
      case "observe":
        this.#say(step.text);
        return this.#showMeasured(index);
      case "do":
        return await this.#do(step.text, step.by, index);
      case "predict":
      case "check":
        return await this.#question(step.question, step.answers, index);
      case "experiment":
        this.#say(step.text);
        if (await this.input.pause(learn.askRun) !== "s") {
          await this.#live.engine.experiment(index);
          this.#showFaults(index);
        }
        return;
      case "try":
        console.log(learn.page.tryText);
        for (const { command, says } of step.tryIt) {
          console.log(`\n  ${command}`);
          this.#print(this.#of(says), "    ");
        }
    }
  }

  async #do(text: Text, by: "course" | "reader", index: number): Promise<void> {
    const { page } = this.messages.learn;
    this.#say(text);
    if (by === "reader") await this.input.pause(`${page.actions.press} (Enter): `);
    await this.#live.engine.reach(index + 1);
    this.#showFaults(index);
    this.#showMeasured(index);
  }

  async #question(question: Text, answers: readonly Answer[], index: number): Promise<void> {
    const { engine } = this.#live;
    await engine.reach(index);
    this.#say(question);
    console.log();
    for (const [i, { text }] of answers.entries()) this.#print(this.#of(text), `  ${i + 1}. `);
    const chosen = await this.#choose(answers.length);
    await engine.reach(index + 1);
    for (let repeats = 0; engine.trueAnswer(index) === undefined; repeats++) {
      this.#showUndecided(answers, index);
      if (engine.results[index].state === "failed") return;
      const { askAgain, runsAgain } = this.messages.learn;
      const wantsAgain = this.input.isTerminal
        ? await this.input.ask(askAgain) === "r"
        : repeats < MAX_REPEATS;
      if (!wantsAgain) return;
      console.log(`  (${runsAgain})`);
      await engine.again(index);
    }
    this.#judge(answers, chosen, index);
  }

  /** Asks until the answer is a number of one. */
  async #choose(count: number): Promise<number> {
    for (;;) {
      const typed = await this.input.ask(`\n${this.messages.learn.askNumber(count)}`);
      const chosen = Number(typed) - 1;
      if (Number.isInteger(chosen) && chosen >= 0 && chosen < count) return chosen;
    }
  }

  #judge(answers: readonly Answer[], chosen: number, index: number): void {
    const { right, wrong, isTrue } = this.messages.learn.page;
    const { engine } = this.#live;
    const truth = engine.trueAnswer(index) ?? -1;
    const { text, because } = answers[truth];
    console.log(`\n${chosen === truth ? `✓ ${right}` : `✗ ${wrong}`}`);
    const values = engine.valuesOf(index);
    if (chosen !== truth) {
      this.#print(withValues(this.#of(answers[chosen].because), values, this.language), "  ");
      this.#print(`${isTrue}${this.#of(text)}`, "  ");
    }
    this.#print(withValues(this.#of(because), values, this.language), "  ");
    this.#printMeasures(measuresOf(answers), index);
  }

  #showUndecided(answers: readonly Answer[], index: number): void {
    const { undecided, unmeasured } = this.messages.learn.page;
    this.#showFaults(index);
    const isMeasured = Object.keys(this.#live.engine.valuesOf(index)).length > 0;
    this.#print(isMeasured ? undecided : unmeasured, "? ");
    if (isMeasured) this.#printMeasures(measuresOf(answers), index);
  }

  /** What is there after a step, as a picture shows it. */
  #showMeasured(index: number): void {
    const values = this.#live.engine.valuesOf(index);
    const names = PICTURE.filter((name) => (values[name] ?? 0) > 0);
    if (names.length > 0) this.#printMeasures(names, index);
  }

  #printMeasures(names: readonly Measure[], index: number): void {
    const { page } = this.messages.learn;
    const words = measuredWords(names, this.#live.engine.valuesOf(index), page, this.language);
    console.log(`  ${page.measured}`);
    for (const line of words) console.log(`    ${line}`);
  }

  /** Says what could not be done, or did not come true. */
  #showFaults(index: number): void {
    const { page } = this.messages.learn;
    const { failure, late } = this.#live.engine.results[index];
    if (failure !== "") this.#print(fill(page.failed, { reason: failure }), "! ");
    for (const i of late) {
      const action = actionsOf(this.chapter.steps[index])[i];
      if (action.do === "until") {
        this.#print(fill(page.late, { seconds: action.withinMs / 1_000 }), "! ");
      }
    }
  }

  #say(text: Text): void {
    for (const paragraph of this.#of(text).split(/\n\s*\n/)) {
      console.log();
      this.#print(paragraph.replaceAll(/\s*\n\s*/g, " "), "");
    }
  }

  #print(text: string, first: string): void {
    console.log(wrapText(text, this.#columns, first, " ".repeat(first.length)));
  }

  #of(text: Text): string {
    return text[this.language];
  }
}
