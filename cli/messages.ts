/**
 * The texts that people read. A language is loaded only when it is used.
 *
 * @module
 */

import type { Language } from "./language.ts";
import type { en } from "./messages/en/mod.ts";
import type { enLab } from "./messages/en/lab_experiments.ts";
import type { enModels } from "./messages/en/models_pages.ts";

/** All texts but those on the models and the experiments. */
export type Messages = typeof en;

/** The texts on the models. */
export type ModelTexts = typeof enModels;

/** The texts on the experiments. */
export type LabTexts = typeof enLab;

/** The name of a command. */
export type CommandName = keyof Messages["commands"];

/**
 * Loads all texts in `language` but those on the models and the experiments.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal((await loadMessages("en")).serve.waiting, "waiting for a client");
 * ```
 */
export async function loadMessages(language: Language): Promise<Messages> {
  return language === "zh"
    ? (await import("./messages/zh/mod.ts")).zh
    : (await import("./messages/en/mod.ts")).en;
}

/**
 * Loads the texts on the models in `language`.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal((await loadModelTexts("zh")).headings.how, "工作原理");
 * ```
 */
export async function loadModelTexts(language: Language): Promise<ModelTexts> {
  return language === "zh"
    ? (await import("./messages/zh/models_pages.ts")).zhModels
    : (await import("./messages/en/models_pages.ts")).enModels;
}

/**
 * Loads the texts on the experiments in `language`.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal((await loadLabTexts("en")).verdicts.holds, "The claim holds.");
 * ```
 */
export async function loadLabTexts(language: Language): Promise<LabTexts> {
  return language === "zh"
    ? (await import("./messages/zh/lab_experiments.ts")).zhLab
    : (await import("./messages/en/lab_experiments.ts")).enLab;
}
