/**
 * Text as it stands in a page.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(escapeHtml('a < "b"'), "a &lt; &quot;b&quot;");
 * ```
 */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/**
 * Reads the style sheet that the pages of results have in common.
 *
 * @example
 * ```ts
 * import { match } from "node:assert/strict";
 * match(await readResultStyle(), /--ground: #/);
 * ```
 */
export async function readResultStyle(): Promise<string> {
  return await Deno.readTextFile(new URL("./result.css", import.meta.url));
}
