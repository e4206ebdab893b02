/**
 * The chapters of the course: those of the classic text in its order, and three that it does not have.
 *
 * @module
 */

import type { Chapter } from "../chapter.ts";
import { blocking } from "./01_blocking.ts";
import { process } from "./02_process.ts";
import { thread } from "./03_thread.ts";
import { polling } from "./04_polling.ts";
import { select } from "./05_select.ts";
import { selectQueue } from "./06_select_queue.ts";
import { epoll } from "./07_epoll.ts";

/** All chapters in their order. */
export const CHAPTERS: readonly Chapter[] = [
  blocking,
  process,
  thread,
  polling,
  select,
  selectQueue,
  epoll,
];
