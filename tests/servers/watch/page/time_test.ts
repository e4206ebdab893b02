/**
 * One time drives all parts of the page, whether a server runs or a recording is shown.
 *
 * @module
 */

import { VERSION } from "../../../../servers/watch/recording.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
} from "../../../harness/assert.ts";
import { drawingTest, type Page } from "../../../harness/browser.ts";
import { eventually } from "../../../harness/eventually.ts";
import {
  AFTER_DRAWS,
  FakePage,
  line,
  nthFrame,
  seen,
  seenLater,
} from "../../../harness/fake_page.ts";
import { FakeRun } from "../../../harness/fake_run.ts";
import { PageProcess } from "../../../harness/page_process.ts";
import { openHandlerPanel } from "../../../harness/watching.ts";

const POLL_INTERVAL_MS = 20;
/** Of a recording that is stopped in its first seconds: a busy machine is late. A log shows no more lines. */
const FRAMES = 200;
/** The least time between two announcements. A screen reader needs it for the first one. */
const SPOKEN_PAUSE_MS = 3_900;

drawingTest(
  "paused is paused, however long, and what was before can be gone back to",
  (visit) =>
    FakePage.with(visit, async (fake) => {
      const { page } = fake;
      fake.publishAtOnce(20);
      await page.getByRole("button", { name: "Pause" }).click();
      await received(fake);
      const before = await seen(page);
      for (let i = 0; i < 200; i++) fake.publish(1_000);
      while (await sliderMax(page) < fake.timeMs) await page.waitForTimeout(POLL_INTERVAL_MS);
      assertEquals(await seen(page), before);
      // Forth and back.
      for (let i = 0; i < 2; i++) await page.keyboard.press("ArrowRight");
      const later = await seen(page);
      for (const part of ["lanes", "log", "facts"]) {
        assert(JSON.stringify(later[part]) !== JSON.stringify(before[part]), part);
      }
      for (let i = 0; i < 2; i++) await page.keyboard.press("ArrowLeft");
      assertEquals(await seen(page), before);
      await page.getByRole("button", { name: "Resume" }).click();
      await page.locator(".log li", { hasText: "line 220" }).waitFor();
    }),
);

drawingTest("paused for longer than can be kept, the page says so, and goes on with the present", (
  visit,
) =>
  FakePage.with(visit, async (fake) => {
    const { page } = fake;
    fake.publishAtOnce(20);
    await page.getByRole("button", { name: "Pause" }).click();
    await received(fake);
    const before = await seen(page);
    const changes = Array.from({ length: 20_000 }, () => [fake.timeMs + 1, 1, 2, 0] as const);
    const notice = page.locator(".notice", { hasText: "was not kept" });
    while (!await notice.isVisible()) {
      fake.publish(1_000, { changes });
      await page.waitForTimeout(POLL_INTERVAL_MS);
    }
    assertEquals(await seen(page), before);
    await page.getByRole("button", { name: "Resume" }).click();
    fake.publish(1_000, { log: [line("the present")] });
    await page.locator(".log li", { hasText: "the present" }).waitFor();
    await notice.waitFor({ state: "hidden" });
  }));

drawingTest("when the server is gone, time stops with its last frame, and the page says so", (
  visit,
) =>
  FakePage.with(visit, async (fake) => {
    const { page } = fake;
    fake.publishAtOnce(20);
    await fake.server.end();
    await page.locator(".notice", { hasText: "its time has stopped" }).waitFor();
    await eventually(async () => { // some parts are drawn later than others
      const before = await seenLater(page);
      assertEquals(await sliderMax(page), fake.timeMs);
      assertEquals(await seenLater(page), before);
    });
  }, { mayComplain: true }));

drawingTest(
  "a server from which nothing comes is not drawn on",
  (visit) =>
    FakePage.with(visit, async (fake) => {
      const { page } = fake;
      fake.publishAtOnce(20);
      await page.locator(".notice", { hasText: "its time has stopped" }).waitFor();
      await eventually(async () => {
        const before = await seen(page);
        assertEquals(await seen(page), before);
      });
      await fake.publishMany(2);
      await page.locator(".notice").waitFor({ state: "hidden" });
    }),
);

drawingTest("a recording shows the same at a time, whether it was stopped there or gone back to", ({
  page,
  complaints,
}) =>
  withRecording(FRAMES, async (file) => {
    const { process, address } = await PageProcess.start(["replay", file, "--port", "0"]);
    await using _ = process;
    await page.goto(address);
    await page.locator("details.clients summary").click();
    await page.locator(".log li", { hasText: "line 20" }).waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    const stopped = await seen(page);
    const atMs = await page.getByRole("slider").inputValue();
    assertGreater((stopped.log as string[]).length, 20);
    await scrub(page, await page.getByRole("slider").getAttribute("max"));
    assertEquals((await seen(page)).log, Array.from({ length: FRAMES }, (_, n) => `line ${n}`));
    await scrub(page, atMs);
    assertEquals(await seen(page), stopped);
    assertEquals(complaints, []);
  }));

drawingTest(
  "at its end a recording can be played again",
  ({ page }) =>
    withRecording(20, async (file) => {
      const { process, address } = await PageProcess.start(["replay", file, "--port", "0"]);
      await using _ = process;
      await page.goto(address);
      const again = page.getByRole("button", { name: "Play again" });
      await again.waitFor();
      const speed = page.getByLabel("Speed");
      await speed.selectOption("1/100 ×"); // so that it is seen while it plays
      await again.click();
      await page.getByRole("button", { name: "Pause" }).waitFor();
      const slider = page.getByRole("slider");
      assertLess(Number(await slider.inputValue()), await sliderMax(page));
      await speed.selectOption("10 ×");
      await again.waitFor();
      assertEquals((await seen(page)).log, Array.from({ length: 20 }, (_, n) => `line ${n}`));
    }),
);

drawingTest(
  "keys move the time wherever the focus is, except where they are typed",
  (visit) =>
    FakePage.with(visit, async (fake) => {
      const { page } = fake;
      for (let i = 0; i < 20; i++) fake.publish(250);
      const slider = page.getByRole("slider");
      const now = async () => Number(await slider.inputValue());
      const moves = async (key: string) => {
        const before = await now();
        await page.keyboard.press(key);
        await page.evaluate(AFTER_DRAWS);
        return await now() - before;
      };
      await page.getByRole("button", { name: "Pause" }).click();
      await page.getByRole("button", { name: "Resume" }).waitFor();
      for (
        const focused of ["button", ".controls input[type=checkbox]", "pre", ".log", "summary"]
      ) {
        await page.locator(focused).first().focus();
        assertEquals([focused, Math.round(await moves("ArrowLeft"))], [focused, -1_000]);
        assertEquals([focused, Math.round(await moves("ArrowRight"))], [focused, 1_000]);
      }
      await openHandlerPanel(page);
      await page.getByLabel("sleeps ms").focus();
      assertEquals(await moves("ArrowLeft"), 0);
      await slider.focus();
      await page.keyboard.press(" ");
      await page.getByRole("button", { name: "Pause" }).waitFor();
    }),
);

drawingTest(
  "only what has changed is read aloud, and no numbers",
  (visit) =>
    FakePage.with(visit, async (fake) => {
      const { page } = fake;
      await fake.publishMany(5);
      await page.evaluate(COUNT_SPOKEN);
      await fake.publishMany(40);
      const spoken = () => page.evaluate<{ text: string; atMs: number }[]>("spoken");
      assertEquals(await spoken(), []);
      const settings = { sleepMs: 0, cpuMs: 0, heldMs: 900 };
      await eventually(async () => {
        fake.publish(50, { settings });
        assertGreater((await spoken()).length, 0);
      });
      for (let i = 0; i < 20; i++) {
        fake.publish(50, { settings: { ...settings, heldMs: i % 4 < 2 ? 0 : 900 } });
        await page.waitForTimeout(50);
      }
      const said = await spoken();
      assertMatch(said[0].text, /stopped by you/);
      for (const [i, { atMs }] of said.slice(1).entries()) {
        assertGreater(atMs - said[i].atMs, SPOKEN_PAUSE_MS);
      }
    }),
);

/** Collects what a screen reader would say. */
const COUNT_SPOKEN = `(() => {
  globalThis.spoken = [];
  const live = "output, [aria-live], [role=status], [role=alert], [role=log]";
  for (const region of document.querySelectorAll(live)) {
    new MutationObserver(() => spoken.push({ text: region.textContent, atMs: performance.now() }))
      .observe(region, { childList: true, characterData: true, subtree: true });
  }
})()`;

/** Publishes a frame after a paused page, and waits until it is there: it tells how the moment went on. */
async function received(fake: FakePage): Promise<void> {
  fake.publish(1_020); // a little further than the page lets the time run on by itself
  while (await sliderMax(fake.page) < fake.timeMs) {
    await fake.page.waitForTimeout(POLL_INTERVAL_MS);
  }
}

async function sliderMax(page: Page): Promise<number> {
  return Number(await page.getByRole("slider").getAttribute("max"));
}

/** Moves the slider to a time. */
async function scrub(page: Page, timeMs: string | null): Promise<void> {
  await page.getByRole("slider").evaluate((slider, value) => {
    Object.assign(slider, { value });
    slider.dispatchEvent(new Event("input"));
  }, timeMs);
}

/** Writes a recording of `count` frames. */
async function withRecording(
  frames: number,
  work: (file: string) => Promise<void>,
): Promise<void> {
  const run = new FakeRun();
  const head = { format: "playground recording", version: VERSION, hello: await run.hello() };
  const lines = Array.from({ length: frames }, (_, n) => nthFrame(n, 1e12 + n * 50, run));
  const file = await Deno.makeTempFile({ suffix: ".jsonl" });
  try {
    const text = [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join("");
    await Deno.writeTextFile(file, text);
    await work(file);
  } finally {
    await Deno.remove(file);
  }
}
