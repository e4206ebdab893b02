/**
 * Readers of the course, in a browser.
 *
 * @module
 */

import type { Answer, Chapter, Step } from "../../clients/learn/chapter.ts";
import { actionsOf } from "../../clients/learn/page/engine.js";
import { assert, assertEquals } from "./assert.ts";
import type { Page } from "./browser.ts";

/** How often a run that was disturbed is repeated: other tests run at the same time. */
const MAX_REPEATS = 5;

/** What a reader has seen at a question: the index of the true answer, and whether it was chosen. */
export interface Judged {
  readonly step: number;
  readonly truth: number;
  readonly isRight: boolean;
}

/** How a reader goes through a chapter. */
export interface Walk {
  readonly language: "en" | "zh";
  /** Which answer to choose. */
  choose(step: number, answers: readonly Answer[]): number;
  /** Whether to run the experiments. */
  readonly withExperiments: boolean;
}

/** Goes through a chapter from its first step to its last, on a page that shows its first step. */
export async function walkChapter(page: Page, chapter: Chapter, walk: Walk): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const [index, step] of chapter.steps.entries()) {
    await atStep(page, chapter, index);
    const { language } = walk;
    const text = "question" in step ? step.question : step.text;
    const shown = await page.locator(".content").innerText();
    assert(shown.includes(beginOf(text[language])), `${chapter.id}/${index + 1}: ${shown}`);
    const one = await takeStep(page, step, index, walk).catch((error) => {
      throw new Error(`${chapter.id}/${index + 1}`, { cause: error });
    });
    if (one !== undefined) judged.push(one);
    const alerts = await page.locator(".lost:visible").allInnerTexts();
    assertEquals(alerts, [], `${chapter.id}/${index + 1}`);
    await turn(page);
  }
  await atStep(page, chapter, chapter.steps.length);
  assertEquals(await page.locator(".command").count(), chapter.tryIt.length);
  return judged;
}

/** Waits until a step is shown. */
export async function atStep(page: Page, { id }: Chapter, index: number): Promise<void> {
  await page.locator(`.lesson[data-step="${id}/${index + 1}"]`).waitFor();
}

/** Presses "Next". */
export async function turn(page: Page): Promise<void> {
  await page.locator(".turn button").last().click();
}

async function takeStep(
  page: Page,
  step: Step,
  index: number,
  walk: Walk,
): Promise<Judged | undefined> {
  switch (step.kind) {
    case "do":
      await untilDone(page, step);
      return undefined;
    case "explain":
      if (step.code !== undefined) await page.locator(".line.meant").first().waitFor();
      return undefined;
    case "observe":
      await page.locator(".pointer:visible").waitFor();
      return undefined;
    case "experiment":
      if (!walk.withExperiments) return undefined;
      await page.locator("[data-does=experiment]").click();
      await page.locator(".printed").waitFor();
      await page.locator("[data-does=experiment]").waitFor();
      return undefined;
    case "predict":
    case "check":
      return await answer(page, step.answers, index, walk);
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

async function answer(
  page: Page,
  answers: readonly Answer[],
  step: number,
  { choose, language }: Walk,
): Promise<Judged> {
  const chosen = choose(step, answers);
  await page.getByRole("radio").nth(chosen).check();
  await page.locator(".content button[type=submit]").click();
  const verdict = page.locator(".right, .wrong");
  const again = page.locator("[data-does=again]");
  const skip = page.locator("[data-does=skip]");
  for (let repeats = 0; await verdict.count() === 0;) {
    await verdict.or(again).or(skip).first().waitFor();
    if (await skip.count() > 0) await skip.click({ timeout: 1_000 }).catch(() => {});
    if (await again.count() === 0) continue;
    assert(repeats++ < MAX_REPEATS, await page.locator(".verdict").innerText());
    await again.click();
  }
  const isRight = await page.locator(".right").count() > 0;
  if (isRight) return { step, truth: chosen, isRight };
  const said = await page.locator(".verdict q").innerText();
  const truth = answers.findIndex(({ text }) => plain(text[language]) === said);
  assert(truth >= 0 && truth !== chosen, said);
  return { step, truth, isRight };
}

/** The first words of a text, as the page shows them. */
function beginOf(text: string): string {
  return plain(text).slice(0, 24).trim();
}

function plain(text: string): string {
  return text.trim().split(/\n\s*\n/)[0].replaceAll("`", "").replace(/\s+/g, " ");
}
