/** The languages of all messages. */
export const LANGUAGES = ["en", "zh"] as const;

/** One of {@linkcode LANGUAGES}. */
export type Language = typeof LANGUAGES[number];

/**
 * The language that the environment asks for, locale(7): English unless it is Chinese.
 *
 * @throws {Deno.errors.NotCapable} without the permission to read `LC_ALL`, `LC_MESSAGES` and `LANG`
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * Deno.env.set("LC_ALL", "zh_CN.UTF-8");
 * equal(detectLanguage(), "zh");
 * ```
 */
export function detectLanguage(): Language {
  const locale = Deno.env.get("LC_ALL") || Deno.env.get("LC_MESSAGES") || Deno.env.get("LANG");
  return locale?.toLowerCase().startsWith("zh") ? "zh" : "en";
}
