import type { Chapter } from "../chapter.ts";
import { SELECT } from "../../../tests/clients/learn/select_chapter.ts";

/** All chapters in their order. */
export const CHAPTERS: readonly Chapter[] = [SELECT];
