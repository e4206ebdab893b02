/**
 * Readers of the course, in a browser.
 *
 * @module
 */

import type { Answer, Chapter, Step } from "../../clients/learn/chapter.ts";
import type { Language } from "../../cli/language.ts";
import { actionsOf } from "../../clients/learn/page/steps.js";
import { assert, assertEquals, AssertionError } from "./assert.ts";
import { theoryOf } from "./course_theory.ts";
import type { Locator, Page } from "./browser.ts";

/** How often a run that was disturbed is repeated: other tests run at the same time. */
const MAX_REPEATS = 5;
/** How long a page is waited for. It says nothing about speed. */
const PATIENCE_MS = 60_000;
const LOOK_INTERVAL_MS = 50;

/**
 * Goes through a chapter from its first step to its last, on a page that shows its first step. Answers each
 * question twice: once right, and once wrong.
 *
 * @param first the language of the page
 * @param last the language to which it changes in the middle; the same one, for none
 */
export async function walkChapter(
  page: Page,
  chapter: Chapter,
  first: Language,
  last: Language,
): Promise<void> {
  const middle = Math.ceil(chapter.steps.length / 2);
  let language = first;
  for (const [index, step] of chapter.steps.entries()) {
    await atStep(page, chapter, index);
    if (index === middle && first !== last) {
      language = last;
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
      const isPrinted = actionsOf(step).some((action) => action.do === "run");
      assertEquals(await page.locator(".printed").count(), isPrinted ? 1 : 0);
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
  await untilShown(page, `.lesson[data-step="${id}/${index + 1}"]`);
}

/**
 * Waits until a page shows one of what is selected. The page itself looks often: Playwright's own waiting
 * asks it twice a second, while a server may burn a processor all along.
 */
async function untilShown(page: Page, ...selectors: readonly string[]): Promise<void> {
  const selector = selectors.join(", ");
  const isShown = await page.evaluate<boolean>(`new Promise((resolve) => {
    const startedMs = performance.now();
    const look = () => {
      const isShown = [...document.querySelectorAll(${JSON.stringify(selector)})]
        .some((one) => one.checkVisibility({ visibilityProperty: true }));
      if (isShown || performance.now() - startedMs > ${PATIENCE_MS}) resolve(isShown);
      else setTimeout(look, ${LOOK_INTERVAL_MS});
    };
    look();
  })`);
  if (!isShown) throw new AssertionError(`not shown in ${PATIENCE_MS} ms: ${selector}`);
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
      if (step.code !== undefined) await untilShown(page, ".line.meant");
      return undefined;
    case "observe":
      return void await untilShown(page, ".pointer");
    case "experiment":
      await page.locator("[data-does=experiment]").click();
      await untilShown(page, ".printed");
      return void await untilShown(page, "[data-does=experiment]");
    case "predict":
    case "check":
      return await answerTwice(page, step.answers, language);
  }
}

/** Waits until all actions are done. Does what is the reader's, and skips what is recorded. */
async function untilDone(page: Page, step: Step): Promise<void> {
  const asked = "[data-does=press], [data-does=skip]";
  const again = page.locator("[data-does=again]");
  const last = `.doings > li.done:nth-child(${actionsOf(step).length})`;
  const over = `.changing:not(:has([data-does])) > ${last}`;
  for (let repeats = 0;;) {
    await untilShown(page, over, asked, "[data-does=again]");
    if (await page.locator(over).isVisible()) return;
    if (await again.isVisible()) {
      assert(repeats++ < MAX_REPEATS, await page.locator(".changing").innerText());
      await again.click();
    } else await clickIfShown(page.locator(asked));
  }
}

/**
 * Clicks a button that may go at any time, and waits until it has gone. A locator would look for another one in
 * its place, which mostly does not come: what was asked for has been done.
 */
async function clickIfShown(button: Locator): Promise<void> {
  const [one] = await button.elementHandles();
  if (one === undefined) return;
  await one.click().catch(async (error) => {
    if (await one.evaluate(({ isConnected }) => isConnected)) throw error;
  });
  await one.waitForElementState("hidden");
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
    await untilShown(page, ".right", ".wrong", "[data-does=again]", "[data-does=skip]");
    await clickIfShown(skip);
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
