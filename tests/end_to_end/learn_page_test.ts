/**
 * The page of the course: its keys, what it keeps, and how often it draws.
 *
 * @module
 */

import { CHAPTERS } from "../../clients/learn/chapters/mod.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals, assertMatch } from "../harness/assert.ts";
import { browserTest } from "../harness/browser.ts";
import { atStep } from "../harness/course.ts";
import { PageProcess } from "../harness/page_process.ts";

const [FIRST] = CHAPTERS;
const ignore = !hasSystemCalls();

browserTest("the page shows what a reader does by keys, and keeps how far they are", async ({
  page,
  complaints,
  requests,
}) => {
  const { process, address } = await PageProcess.start(["learn", "2", "--port", "0"]);
  await using _ = process;
  await page.goto(address);
  const [, second] = CHAPTERS;
  await atStep(page, second, 0);
  assertEquals(new URL(page.url()).search, ""); // the token is not shown
  await page.keyboard.press("j");
  await atStep(page, second, 1);
  await page.keyboard.press("PageDown");
  await atStep(page, second, 2);
  await page.keyboard.press("k");
  await atStep(page, second, 1);
  await page.goBack();
  await atStep(page, second, 2);
  const question = second.steps.findIndex(({ kind }) => kind === "predict");
  await page.goto(`${new URL(address).origin}/#${second.id}/${question + 1}`);
  await atStep(page, second, question);
  await page.keyboard.press("2");
  await page.keyboard.press("Enter");
  await page.locator(".right, .wrong").waitFor();
  await page.reload();
  await atStep(page, second, question);
  assertEquals(await page.getByRole("radio").nth(1).isChecked(), true);
  await page.locator(".right, .wrong").waitFor(); // it runs, and is judged, again
  await page.locator(".chapters > summary").click();
  const item = page.locator(".chapters li").nth(1);
  assertMatch(await item.innerText(), new RegExp(`${question + 1} of ${second.steps.length + 1}`));
  await page.locator(".chapters button").click();
  assertEquals(/ of /.test(await item.innerText()), false);
  const { origin } = new URL(address);
  assertEquals(requests.filter((one) => !one.startsWith(origin) && !one.startsWith("data:")), []);
  assertEquals(complaints, []);
}, { ignore });

browserTest("the picture draws its parts as seldom as the live view does", async ({ page }) => {
  const { process, address } = await PageProcess.start(["learn", "--port", "0"]);
  await using _ = process;
  const [{ id, steps }] = CHAPTERS;
  const serves = steps.findIndex((step) =>
    step.kind === "do" && step.actions.some((action) => action.do === "serve")
  );
  await page.goto(`${address}#${id}/${serves + 1}`);
  await page.locator(".run .address").waitFor();
  await page.locator(".lane-texts li").first().waitFor(); // it has been drawn
  assertEquals(await page.evaluate(IS_DUE_TWICE), false);
}, { ignore });

/** Whether a part that is drawn once an hour is drawn again at once. */
const IS_DUE_TWICE = `(async () => {
  const { Throttle } = await import("/servers/watch/page/pace.js");
  const throttle = new Throttle(3_600_000);
  throttle.isDue();
  return throttle.isDue();
})()`;

browserTest("the controls have names before anything is drawn", async ({ page }) => {
  const { process, address } = await PageProcess.start(["learn", "--port", "0"]);
  await using _ = process;
  await page.addInitScript("globalThis.requestAnimationFrame = () => 0");
  await page.goto(`${address}#${FIRST.id}/2`);
  const buttons = page.locator(".timeline button");
  await buttons.first().waitFor();
  assertEquals((await buttons.allInnerTexts()).filter((text) => text.trim() === ""), []);
}, { ignore });

browserTest("the focus stays in the step when what had it is done with", async ({ page }) => {
  const { process, address } = await PageProcess.start(["learn", "--port", "0"]);
  await using _ = process;
  const isInStep = async () => await page.locator(".content :focus").count() === 1;
  const asks = FIRST.steps.findIndex((step) => step.kind === "do" && step.by === "reader");
  await page.goto(`${address}#${FIRST.id}/${asks + 1}`);
  const press = page.locator("[data-does=press]");
  await press.focus();
  await page.keyboard.press("Enter");
  await page.locator(".doings > li.done").nth(1).waitFor();
  assertEquals([await press.count(), await isInStep()], [0, true]);
  const question = FIRST.steps.findIndex(({ kind }) => kind === "predict");
  await page.goto(`${new URL(address).origin}/#${FIRST.id}/${question + 1}`);
  await atStep(page, FIRST, question);
  await page.keyboard.press("1");
  await page.keyboard.press("Enter");
  await page.locator(".right, .wrong").waitFor();
  assertEquals(await isInStep(), true);
}, { ignore });

browserTest("the page bears whatever the browser has kept", async ({ browser }) => {
  const { process, address } = await PageProcess.start(["learn", "--port", "0"]);
  await using _ = process;
  const question = FIRST.steps.findIndex(({ kind }) => kind === "predict");
  for (
    const kept of [
      '{"chapters":null}',
      `{"chapters":{"${FIRST.id}":5}}`,
      `{"chapters":{"${FIRST.id}":{"last":9,"farthest":9,"answers":{"${question}":77}}}}`,
      "not JSON",
    ]
  ) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript((value: string) => {
      localStorage.setItem("playground course: progress", value);
    }, kept);
    await page.goto(`${new URL(address).origin}/#${FIRST.id}/${question + 1}`);
    await page.getByRole("radio").nth(1).check(); // which nobody has chosen yet
    await page.keyboard.press("k");
    await atStep(page, FIRST, question - 1);
    await context.close();
  }
}, { ignore });
