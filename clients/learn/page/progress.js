/**
 * How far the reader is, in the browser's own memory.
 *
 * @module
 */

import { keep, keptAs } from "./storage.js";

/**
 * What is kept of a chapter: the step that was shown last, the farthest, and the answers that were
 * chosen, by their steps. All count from 0.
 *
 * @typedef {{ last: number, farthest: number, answers: Record<string, number> }} Kept
 */

/** The progress in all chapters. */
export class Progress {
  /** @type {{ chapter?: string, chapters: Record<string, Kept> }} */
  #kept = read();

  /** The chapter that was shown last. */
  get chapter() {
    return this.#kept.chapter;
  }

  /** What is kept of a chapter. @param {string} id @returns {Kept} */
  of(id) {
    return this.#kept.chapters[id] ?? { last: 0, farthest: 0, answers: {} };
  }

  /** A step is shown. @param {string} id of its chapter @param {number} step */
  reach(id, step) {
    const { farthest, answers } = this.of(id);
    this.#kept.chapter = id;
    this.#kept.chapters[id] = { last: step, farthest: Math.max(farthest, step), answers };
    this.#write();
  }

  /** The reader has chosen an answer. @param {number} answer */
  answer(id, step, answer) {
    const kept = this.of(id);
    this.#kept.chapters[id] = { ...kept, answers: { ...kept.answers, [step]: answer } };
    this.#write();
  }

  /** Forgets all. */
  clear() {
    this.#kept = { chapters: {} };
    this.#write();
  }

  #write() {
    keep("progress", this.#kept);
  }
}

/** What was kept, without what another version or a user's hand has made of it. */
function read() {
  const { chapter, chapters } = keptAs("progress") ?? {};
  const fine = Object.entries(chapters ?? {}).filter(([, kept]) =>
    Number.isInteger(kept?.last) && Number.isInteger(kept.farthest) &&
    typeof kept.answers === "object" && kept.answers !== null
  );
  return { chapter, chapters: Object.fromEntries(fine) };
}
