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

/** Describing each place of what is no fault, and sending that here, would take longer than finding faults. */
const RUN = 'axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations)';

/** The faults that axe-core finds: each with its rule and its place. */
export async function faultsOf(page: Page): Promise<string[]> {
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(axe.source);
  await page.evaluate(SETTLED);
  const violations = await page.evaluate<axe.Result[]>(RUN);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`)
  );
}
