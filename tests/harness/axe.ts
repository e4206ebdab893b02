/**
 * axe-core: finds faults of a page that keep people out, such as too little contrast.
 *
 * @module
 */

import axe from "axe-core";
import type { Page } from "./browser.ts";

/** The faults that axe-core finds: each with its rule and its place. */
export async function faultsOf(page: Page): Promise<string[]> {
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`)
  );
}
