/**
 * Where the page has the course from: the server that shows it, or the files of an exported course.
 *
 * @module
 */

import { unpack } from "../../../servers/watch/page/embedded.js";
import { keep, keptAs } from "./storage.js";

const embedded = document.getElementById("course");

/** Whether the page is part of an exported course, in which all runs are recorded. */
export const isExported = embedded !== null;

/** Describes the course, see page_assets.ts. */
export async function loadCourse() {
  return embedded === null
    ? await (await fetch("/course")).json()
    : JSON.parse(embedded.textContent);
}

/**
 * The journal of a chapter. Its file is a script, since a page that was opened from a disk may load no
 * other files.
 *
 * @param {string} chapter its id
 * @returns {Promise<import("./recorded_stage.js").Entry[]>}
 * @throws {Error} when the file is not there
 */
export async function loadJournal(chapter) {
  const script = document.createElement("script");
  const { promise, resolve, reject } = Promise.withResolvers();
  script.src = `runs/${chapter}.js`;
  script.onload = resolve;
  script.onerror = () => reject(new Error(`runs/${chapter}.js`));
  document.head.append(script);
  try {
    await promise;
  } finally {
    script.remove();
  }
  const lines = (await unpack(globalThis.playgroundRuns[chapter])).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}

/**
 * Takes the token out of the address, where others could see it, and keeps it for this course, so that
 * links to a step work.
 *
 * @param {string} id of the course
 */
export function takeToken(id) {
  if (isExported) return "";
  const query = new URLSearchParams(location.search);
  const kept = keptAs("token");
  const token = query.get("token") ?? (kept?.id === id ? kept.token : "");
  if (token !== "") keep("token", { id, token });
  query.delete("token");
  history.replaceState(null, "", (query.size > 0 ? `/?${query}` : "/") + location.hash);
  return token;
}
