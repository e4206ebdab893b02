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
