/**
 * Checks of what becomes so: a page is drawn after what it shows has changed, and later on a busy machine.
 *
 * ```ts
 * await page.setViewportSize({ width: 1_280, height: 800 });
 * await eventually(async () => {
 *   const [code, log] = await boxesOf(page, "details.code", "details.lines");
 *   assertEquals(code.top, log.top);
 * });
 * ```
 *
 * @module
 */

import { AssertionError } from "./assert.ts";

/** After this time a check fails with what it has found. A test may take longer; it says nothing about speed. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 50;

/**
 * Repeats a check until it holds.
 *
 * @param check measures and asserts: both anew each time
 * @returns what it returns
 * @throws what it has thrown last, when it has not held for a minute; at once what is no `AssertionError`
 */
export async function eventually<T>(check: () => Promise<T>): Promise<T> {
  for (const untilMs = performance.now() + PATIENCE_MS;;) {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof AssertionError) || performance.now() > untilMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
