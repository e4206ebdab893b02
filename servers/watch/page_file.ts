/**
 * A replay as one file: the page, its code and its styles, and the recording. A browser opens it without
 * a server and without a network.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Language } from "../../cli/language.ts";
import { linesOf } from "../../cli/text_lines.ts";
import { readAsset, viewStyles } from "./assets.ts";
import { bundleModules, inScript, makePage, pack, textOf } from "./page_bundle.ts";
import type { RecordedRun } from "./recorded_run.ts";
import { describeView } from "./view_description.ts";

/** How much of a recording goes into a file. A browser takes a few seconds to open more. */
export const MAX_EMBEDDED_BYTES = 25_165_824;

/** The page may load nothing at all, and run only what is in it. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline'; " +
  "img-src data: blob:; base-uri 'none'; form-action 'none'";

const ENTRY = "/app.js";

/** The file, and how much of the recording is in it. */
export interface PageFile {
  readonly html: Blob;
  /** `undefined` when all of it is in the file. */
  readonly cut: { readonly shownSeconds: number; readonly allSeconds: number } | undefined;
}

/**
 * Makes the file.
 *
 * @param recording what it shows
 * @param language in which it begins; it has all
 * @param maxBytes see {@linkcode MAX_EMBEDDED_BYTES}
 */
export async function makePageFile(
  recording: RecordedRun,
  language: Language,
  maxBytes = MAX_EMBEDDED_BYTES,
): Promise<PageFile> {
  const { lines, cut } = await fit(recording.lines, maxBytes);
  const view = await describeView("", recording, language);
  const html = makePage("replay", [
    `<meta http-equiv="content-security-policy" content="${POLICY}">`,
    ...await Promise.all(
      (await viewStyles()).map(async (name) => `<style>\n${await read(`/${name}`)}</style>`),
    ),
    `<script>${inScript(await read("/uPlot.js"))}</script>`,
    `<script type="application/json" id="view">${
      inScript(JSON.stringify({ ...view, cut }))
    }</script>`,
    `<script type="text/plain" id="recording">${await pack(lines)}</script>`,
    ...await bundleModules(ENTRY, read),
  ]);
  return { html: new Blob([html], { type: "text/html; charset=utf-8" }), cut };
}

async function read(path: string): Promise<string> {
  return await textOf(path, await readAsset(path));
}

/** The first lines of a recording, up to a number of bytes. */
async function fit(
  lines: Blob,
  maxBytes: number,
): Promise<Pick<PageFile, "cut"> & { lines: Blob }> {
  if (lines.size <= maxBytes) return { lines, cut: undefined };
  const kept: string[] = [];
  let bytes = 0;
  let [firstMs, shownMs, lastMs]: (number | undefined)[] = [];
  for await (const line of linesOf(lines.stream())) {
    bytes += Buffer.byteLength(line) + 1;
    const timeMs = Number(/^\{"timeMs":(\d+)/.exec(line)?.[1] ?? Number.NaN);
    const fits = bytes <= maxBytes || kept.length < 2;
    if (fits) kept.push(`${line}\n`);
    if (Number.isNaN(timeMs)) continue; // the head
    firstMs ??= timeMs;
    if (fits) shownMs = timeMs;
    lastMs = timeMs;
  }
  const secondsUntil = (timeMs = 0) => (timeMs - (firstMs ?? 0)) / 1_000;
  const cut = { shownSeconds: secondsUntil(shownMs), allSeconds: secondsUntil(lastMs) };
  return { lines: new Blob(kept), cut };
}
