/**
 * What the page says of a command that the server refuses.
 *
 * @module
 */

import { assertEquals } from "../../../harness/assert.ts";
import { browserTest } from "../../../harness/browser.ts";
import { FakePage } from "../../../harness/fake_page.ts";
import { openHandlerPanel } from "../../../harness/watching.ts";
import "../../../harness/sanitizers.ts";

browserTest(
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
