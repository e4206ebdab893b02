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
import { coroutine } from "./08_coroutine.ts";
import { greenlet } from "./09_greenlet.ts";
import { gevent } from "./10_gevent.ts";
import { downloader } from "./11_downloader.ts";
import { processors } from "./12_processors.ts";
import { uring } from "./13_uring.ts";
import { choosing } from "./14_choosing.ts";

/** All chapters in their order. */
export const CHAPTERS: readonly Chapter[] = [
  blocking,
  process,
  thread,
  polling,
  select,
  selectQueue,
  epoll,
  coroutine,
  greenlet,
  gevent,
  downloader,
  processors,
  uring,
  choosing,
];
