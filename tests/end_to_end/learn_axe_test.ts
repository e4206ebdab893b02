/**
 * The course, checked by axe-core: steps of each kind, in light and dark, on a phone and on a desktop.
 *
 * @module
 */

import type { Step } from "../../clients/learn/chapter.ts";
import { CHAPTERS } from "../../clients/learn/chapters/mod.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals } from "../harness/assert.ts";
import { faultsOf } from "../harness/axe.ts";
import { drawingTest, type Page } from "../harness/browser.ts";
import { atStep } from "../harness/course.ts";
import { PageProcess } from "../harness/page_process.ts";

/** Each color scheme and each size. All four of their pairs would find nothing more: no color depends on a size. */
const LOOKS = [
  { colorScheme: "light", width: 1_400, height: 900 },
  { colorScheme: "dark", width: 390, height: 844 },
] as const;
const [CHAPTER] = CHAPTERS;

drawingTest("axe-core finds no fault in any kind of step", async ({ page }) => {
  const { process, address } = await PageProcess.start(["learn", "1", "--port", "0"]);
  await using _ = process;
  await page.goto(address);
  await atStep(page, CHAPTER, 0);
  await check(page, "read");
  await page.locator(".chapters > summary").click();
  await check(page, "the list of chapters");
  const go = async (isWanted: (step: Step) => boolean) => {
    const index = CHAPTER.steps.findIndex(isWanted);
    await page.goto(`${new URL(address).origin}/#${CHAPTER.id}/${index + 1}`);
    await atStep(page, CHAPTER, index);
  };
  await go((step) => step.kind === "do" && step.by === "reader");
  await page.locator("[data-does=press]").first().waitFor();
  await check(page, "do");
  await go(({ kind }) => kind === "observe");
  await page.locator(".pointer:visible").waitFor();
  await check(page, "observe");
  await go(({ kind }) => kind === "predict");
  await check(page, "predict");
  await page.getByRole("radio").first().check();
  await page.locator(".content button[type=submit]").click();
  await page.locator(".right, .wrong").waitFor();
  await check(page, "judged");
  await go(({ kind }) => kind === "experiment");
  await page.locator("[data-does=experiment]").click();
  await page.locator(".printed").waitFor();
  await check(page, "experiment");
  await page.locator("header a[lang=zh]").click();
  await page.locator("html[lang=zh] .lesson").waitFor();
  await check(page, "in Chinese");
}, { ignore: !hasSystemCalls() });

/** Checks a state in all looks. */
async function check(page: Page, state: string): Promise<void> {
  const faults: string[] = [];
  for (const { colorScheme, ...size } of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize(size);
    for (const fault of await faultsOf(page)) faults.push(`${colorScheme}: ${fault}`);
  }
  assertEquals([state, ...faults], [state]);
}
