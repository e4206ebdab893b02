/**
 * Readers of the course, in a browser.
 *
 * @module
 */

import type { Answer, Chapter, Step } from "../../clients/learn/chapter.ts";
import { type Language, LANGUAGES } from "../../cli/language.ts";
import { actionsOf } from "../../clients/learn/page/steps.js";
import { assert, assertEquals } from "./assert.ts";
import { theoryOf } from "./course_theory.ts";
import type { Page } from "./browser.ts";

/** How often a run that was disturbed is repeated: other tests run at the same time. */
const MAX_REPEATS = 5;

/** How a reader goes through a chapter. */
export interface Walk {
  /** The language to begin with. */
  readonly language: Language;
  /** Whether to change to the other language in the middle. */
  readonly changesLanguage: boolean;
}

/**
 * Goes through a chapter from its first step to its last, on a page that shows its first step. Answers
 * each question twice: once right, and once wrong.
 */
export async function walkChapter(
  page: Page,
  chapter: Chapter,
  { language: first, changesLanguage }: Walk,
): Promise<void> {
  const middle = changesLanguage ? Math.ceil(chapter.steps.length / 2) : Infinity;
  let language = first;
  for (const [index, step] of chapter.steps.entries()) {
    await atStep(page, chapter, index);
    if (index === middle) {
      language = LANGUAGES.find((one) => one !== language) ?? language;
      await page.locator("header a[lang]").click();
      await page.locator(`html[lang=${language}] .lesson`).waitFor();
      await atStep(page, chapter, index);
    }
    try {
      const text = "question" in step ? step.question : step.text;
      const shown = await page.locator(".content").innerText();
      assert(shown.includes(beginOf(text[language])), shown);
      const truth = await takeStep(page, step, language);
      assertEquals(truth, theoryOf(chapter, index) ?? truth, "measured, and in theory");
      assertEquals(await page.locator(".lost:visible").allInnerTexts(), []);
    } catch (error) {
      throw new Error(`${chapter.id}/${index + 1} (${language})`, { cause: error });
    }
    await turn(page);
  }
  await atStep(page, chapter, chapter.steps.length);
  assertEquals(await page.locator(".command").count(), chapter.tryIt.length);
}

/** Waits until a step is shown. */
export async function atStep(page: Page, { id }: Chapter, index: number): Promise<void> {
  await page.locator(`.lesson[data-step="${id}/${index + 1}"]`).waitFor();
}

/** Presses "Next". */
export async function turn(page: Page): Promise<void> {
  await page.locator(".turn button").last().click();
}

/** @returns the true answer to a question, by what the page says */
async function takeStep(
  page: Page,
  step: Step,
  language: Language,
): Promise<number | undefined> {
  switch (step.kind) {
    case "do":
      return void await untilDone(page, step);
    case "explain":
      if (step.code !== undefined) await page.locator(".line.meant").first().waitFor();
      return undefined;
    case "observe":
      return void await page.locator(".pointer:visible").waitFor();
    case "experiment":
      await page.locator("[data-does=experiment]").click();
      await page.locator(".printed").waitFor();
      return void await page.locator("[data-does=experiment]").waitFor();
    case "predict":
    case "check":
      return await answerTwice(page, step.answers, language);
  }
}

/** Waits until all actions are done. Does what is the reader's, and skips what is recorded. */
async function untilDone(page: Page, step: Step): Promise<void> {
  const last = page.locator(".doings > li.done").nth(actionsOf(step).length - 1);
  const press = page.locator("[data-does=press], [data-does=skip]");
  const again = page.locator("[data-does=again]");
  for (let repeats = 0;;) {
    await last.or(press).or(again).first().waitFor();
    if (await again.isVisible()) {
      assert(repeats++ < MAX_REPEATS, await page.locator(".changing").innerText());
      await again.click();
    } else if (await press.count() > 0) {
      await press.first().click({ timeout: 1_000 }).catch(() => {});
    } else return;
  }
}

/** Chooses the first answer, forgets it, and chooses so that the verdict is the other one. */
async function answerTwice(
  page: Page,
  answers: readonly Answer[],
  language: Language,
): Promise<number> {
  const truth = await answer(page, answers, language, 0);
  await forget(page);
  const other = truth === 0 ? 1 : truth;
  assertEquals(await answer(page, answers, language, other), truth);
  return truth;
}

/** @returns the true answer, by what the page says */
async function answer(
  page: Page,
  answers: readonly Answer[],
  language: Language,
  chosen: number,
): Promise<number> {
  await page.getByRole("radio").nth(chosen).check();
  await page.locator(".content button[type=submit]").click();
  const verdict = page.locator(".right, .wrong");
  const again = page.locator("[data-does=again]");
  const skip = page.locator("[data-does=skip]");
  for (let repeats = 0; await verdict.count() === 0;) {
    await verdict.or(again).or(skip).first().waitFor();
    if (await skip.count() > 0) await skip.click({ timeout: 1_000 }).catch(() => {});
    if (await verdict.count() > 0 || await again.count() === 0) continue;
    assert(repeats++ < MAX_REPEATS, await page.locator(".verdict").innerText());
    await again.first().click();
  }
  assert((await page.locator(".measured li").count()) > 0);
  if (await page.locator(".right").count() > 0) return chosen;
  const said = await page.locator(".verdict q").innerText();
  const truth = answers.findIndex(({ text }) => plain(text[language]) === said);
  assert(truth >= 0 && truth !== chosen, said);
  return truth;
}

/** Has the browser forget all answers, and comes back to the step. */
async function forget(page: Page): Promise<void> {
  await page.locator(".chapters > summary").click();
  await page.locator(".chapters button").click();
  await page.locator(".chapters > summary").click();
  await page.locator(".turn button").first().click();
  await turn(page);
}

/** The first words of a text, as the page shows them. */
function beginOf(text: string): string {
  return plain(text).slice(0, 24).trim();
}

function plain(text: string): string {
  return text.trim().split(/\n\s*\n/)[0].replaceAll("`", "").replace(/\s+/g, " ");
}
