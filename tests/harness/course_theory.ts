/**
 * What theory says of each question of the course. The course itself does not know it: it judges by what
 * it measures. A test that goes through a chapter compares the two.
 *
 * @module
 */

import type { Chapter } from "../../clients/learn/chapter.ts";
import { CHAPTERS } from "../../clients/learn/chapters/mod.ts";

/** The index of the true answer to each question of each chapter, in their order. */
const THEORY: Readonly<Record<string, readonly number[]>> = {
  blocking: [1, 0, 2],
  process: [1, 2, 0, 2, 0],
  thread: [1, 0, 1, 1, 0],
  polling: [2, 0, 1, 0],
  select: [1, 0, 2, 2, 0, 2],
  "select-queue": [1, 1, 0],
  epoll: [2, 1, 2, 0],
  coroutine: [0, 2, 0, 2],
  greenlet: [2, 1, 0, 2],
  gevent: [0, 2, 1],
  downloader: [1, 0, 2],
  processors: [1, 2, 1, 0],
  uring: [1, 1, 0, 2],
  choosing: [2, 0, 1, 0, 1],
};

/** The steps of a chapter that ask something. */
function questionsOf({ steps }: Chapter): number[] {
  return [...steps.keys()].filter((step) => "answers" in steps[step]);
}

/**
 * The answer that theory says is true.
 *
 * @param index of a step
 * @returns the index of the answer; `undefined` for a chapter that is not of the course
 */
export function theoryOf(chapter: Chapter, index: number): number | undefined {
  if (!CHAPTERS.includes(chapter)) return undefined;
  return THEORY[chapter.id][questionsOf(chapter).indexOf(index)];
}
