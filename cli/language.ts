/** The languages that people can be spoken to in. */
export const LANGUAGES = ["en", "zh"] as const;

/** One of {@linkcode LANGUAGES}. */
export type Language = typeof LANGUAGES[number];

/** The language that the environment asks for, locale(7). */
export function detectLanguage(): Language {
  const locale = Deno.env.get("LC_ALL") || Deno.env.get("LC_MESSAGES") || Deno.env.get("LANG");
  return locale?.toLowerCase().startsWith("zh") ? "zh" : "en";
}
