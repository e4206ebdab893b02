/**
 * Answers requests of a page that wants to save what it shows.
 *
 * @module
 */

import { type Language, LANGUAGES } from "../../cli/language.ts";
import { loadMessages } from "../../cli/messages.ts";
import { makePageFile } from "./page_file.ts";
import { traceOf } from "./saved_trace.ts";

/** What can be saved, by the end of its path. */
const KINDS = ["recording", "trace", "html"] as const;
const PATH = /^\/save\/(\w+)$/;

/** A recording that can be saved. */
export interface Savable {
  readonly lines: Blob;
  readonly frames: number;
  readonly leftOut: number;
  /** How long it is; `undefined` where nobody asks. */
  readonly seconds?: number;
}

/** What a page asks for; `undefined` if it asks for something else. */
export function savedKind(path: string): typeof KINDS[number] | undefined {
  const name = PATH.exec(path)?.[1];
  return KINDS.find((kind) => kind === name);
}

/** The language in which a page wants it; `undefined` if it does not say. */
export function savedLanguage(wanted: string | null): Language | undefined {
  return LANGUAGES.find((language) => language === wanted);
}

/** Answers with a file. */
export async function answerSave(
  kind: typeof KINDS[number],
  recording: Savable,
  language: Language,
): Promise<Response> {
  switch (kind) {
    case "recording": {
      const headers = { "x-recorded-seconds": (recording.seconds ?? 0).toFixed(1) };
      return new Response(recording.lines, { headers });
    }
    case "trace":
      return new Response((await traceOf(recording.lines, await loadMessages(language))).text);
    case "html":
      return new Response((await makePageFile(recording, language)).html);
  }
}
