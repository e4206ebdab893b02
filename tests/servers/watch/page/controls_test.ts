/**
 * What the page says of a command that the server refuses, and what its fields show until one is answered.
 *
 * @module
 */

import { assertEquals } from "../../../harness/assert.ts";
import { drawingTest } from "../../../harness/browser.ts";
import { AFTER_DRAWS, FakePage } from "../../../harness/fake_page.ts";
import { openHandlerPanel } from "../../../harness/watching.ts";
import "../../../harness/sanitizers.ts";

drawingTest(
  "a number that is out of range is refused with its field and its range",
  (visit) =>
    FakePage.with(visit, async ({ page, run }) => {
      await openHandlerPanel(page);
      const field = page.getByLabel("sleeps ms");
      await field.fill("60001");
      await field.press("Enter");
      const status = page.locator(".status", { hasText: /\S/ });
      await status.waitFor();
      const text = await status.textContent() ?? "";
      assertEquals(text.match(/\d+/g), ["0", "60000"]);
      assertEquals([text.includes("sleeps ms"), run.commands], [true, []]);
    }, { mayComplain: true }),
);

drawingTest(
  "what is typed stays while the server has not answered",
  (visit) =>
    FakePage.with(visit, async (fake) => {
      const { page, run } = fake;
      const answers = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
      run.control = (command) => answers[run.commands.push(command) - 1].promise;
      await openHandlerPanel(page);
      await page.getByLabel("sleeps ms").fill("30");
      await page.getByLabel("burns CPU ms").focus();
      while (run.commands.length === 0) await page.waitForTimeout(10);
      fake.publish(50); // with the old settings
      await page.evaluate(AFTER_DRAWS);
      await page.getByLabel("burns CPU ms").fill("20");
      await page.keyboard.press("Enter");
      while (run.commands.length === 1) await page.waitForTimeout(10);
      const answered = page.waitForResponse("**/control");
      for (const { resolve } of answers) resolve(undefined);
      assertEquals(run.commands[1], { do: "simulate-cost", sleepMs: 30, cpuMs: 20 });
      await answered;
      fake.publish(1); // it was on its way meanwhile
      await page.evaluate(AFTER_DRAWS);
      assertEquals(await page.getByLabel("sleeps ms").inputValue(), "30");
    }),
);
