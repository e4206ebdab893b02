/**
 * axe-core: finds faults of a page that keep people out, such as too little contrast.
 *
 * @module
 */

import axe from "axe-core";
import type { Page } from "./browser.ts";

/** A page that draws on a canvas has fitted it into a new size after a few frames of the screen. */
const SETTLED = `new Promise((resolve) => {
  let frames = 8;
  const next = () => frames-- > 0 ? requestAnimationFrame(next) : resolve();
  next();
})`;

/** The rules that look at colors. All others find the same in light as in dark. */
const OF_COLORS = ["color-contrast", "link-in-text-block"];

/**
 * The faults that axe-core finds: each with its rule and its place.
 *
 * @param rules which it looks at: all, or only those of colors, where all others have just been looked at in
 *   other colors
 */
export async function faultsOf(page: Page, rules: "all" | "of colors" = "all"): Promise<string[]> {
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(axe.source);
  await page.evaluate(SETTLED);
  const { violations } = await page.evaluate<axe.AxeResults>(
    rules === "all" ? "axe.run()" : `axe.run({ runOnly: ${JSON.stringify(OF_COLORS)} })`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`)
  );
}
