/**
 * The page of the course and its files. They keep their places in the repository, so that the same import
 * leads to a module in a browser and here.
 *
 * @module
 */

import { type Language, LANGUAGES } from "../../cli/language.ts";
import { loadMessages } from "../../cli/messages.ts";
import { readAsset, readPageFile, viewStyles } from "../../servers/watch/assets.ts";
import { makePage } from "../../servers/watch/page_bundle.ts";
import { viewTexts } from "../../servers/watch/view_description.ts";
import type { Chapter } from "./chapter.ts";

/** The first module of the page. */
export const ENTRY = "/clients/learn/page/main.js";

const VIEW_FOLDER = "/servers/watch/page/";
const OWN_STYLES = "/clients/learn/page/course.css";
/** Files of these folders, by plain names that lead nowhere else. */
const PAGE_FILE = /^\/(?:servers\/watch|clients\/learn)\/page\/\w+\.(?:js|css)$/;

/** Reads a file of the page by its address. @returns `undefined` when there is none */
export async function readCourseAsset(path: string): Promise<Response | undefined> {
  if (path === "/") {
    const html = makePage("learn", [
      ...(await styles()).map((style) => `<link rel="stylesheet" href="${style}">`),
      `<script src="/uPlot.js"></script>`,
      `<script type="module" src="${ENTRY}"></script>`,
    ]);
    return new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } });
  }
  if (!PAGE_FILE.test(path)) return /^\/uPlot\.\w+$/.test(path) ? await readAsset(path) : undefined;
  return await readPageFile(new URL(`../..${path}`, import.meta.url).href);
}

/** The addresses of the style sheets, in their order. */
export async function styles(): Promise<string[]> {
  const ofView = (await viewStyles()).map((name) =>
    name.startsWith("uPlot") ? `/${name}` : `${VIEW_FOLDER}${name}`
  );
  return [...ofView, OWN_STYLES];
}

/** What the page needs before it shows anything. */
export interface CourseDescription {
  /** Of this course, so that a page notices when another one has its address. */
  readonly id: string;
  readonly language: Language;
  readonly texts: Readonly<Record<string, unknown>>;
  readonly chapters: readonly Chapter[];
  /** When the runs were recorded; `null` while they are live. */
  readonly recorded: string | null;
}

/**
 * Describes the course to its page.
 *
 * @param course all but the texts, which are those of the view and of the course
 */
export async function describeCourse(
  course: Omit<CourseDescription, "texts">,
): Promise<CourseDescription> {
  const texts = await Promise.all(LANGUAGES.map(async (language) => {
    const { learn } = await loadMessages(language);
    return [language, { ...await viewTexts(language), learn: learn.page }];
  }));
  return { ...course, texts: Object.fromEntries(texts) };
}
