import { closest } from "../../cli/closest.ts";
import { defineCommand } from "../../cli/command.ts";
import { UsageError } from "../../cli/errors.ts";
import { onOff, text } from "../../cli/flags.ts";
import type { Messages } from "../../cli/messages.ts";
import { PAGE_FLAGS } from "../watch/command.ts";
import type { Chapter } from "./chapter.ts";

const learnFlags = { text: onOff(), export: text("", "DIR"), ...PAGE_FLAGS };

/** `playground learn`, and `playground learn CHAPTER` */
export const learnCommand = defineCommand({
  flags: learnFlags,
  words: { min: 0, max: 1 },
  async run({ flags, words: [word], given, messages, language }) {
    check(given, messages);
    const { CHAPTERS } = await import("./chapters/mod.ts");
    const index = word === undefined ? undefined : indexOf(word, CHAPTERS, messages);
    const chosen = index === undefined ? CHAPTERS : [CHAPTERS[index]];
    if (flags.text) {
      const { learnInTerminal } = await import("./text_course.ts");
      await learnInTerminal(chosen, (index ?? 0) + 1, language, messages);
      return 0;
    }
    if (given.has("export")) {
      const { exportCourse } = await import("./export.ts");
      await exportCourse(chosen, flags.export, language, messages);
      return 0;
    }
    const { showCourse } = await import("./show_course.ts");
    await showCourse(CHAPTERS, index, flags, language, messages);
    return 0;
  },
});

/** Flags that contradict each other are not silently ignored. */
function check(given: ReadonlySet<string>, { flags }: Messages): void {
  if (given.has("text") && given.has("export")) {
    throw new UsageError(flags.notTogether("--text", "--export"));
  }
  for (const other of ["text", "export"]) {
    if (!given.has(other)) continue;
    for (const flag of ["port", "open"]) {
      if (given.has(flag)) throw new UsageError(flags.notTogether(`--${flag}`, `--${other}`));
    }
  }
}

/**
 * The index of the chapter that was typed: its number or its name.
 *
 * @throws {UsageError} when there is none
 */
function indexOf(word: string, chapters: readonly Chapter[], { learn }: Messages): number {
  const ids = chapters.map(({ id }) => id);
  const index = /^\d+$/.test(word) ? Number(word) - 1 : ids.indexOf(word);
  if (index in chapters) return index;
  throw new UsageError(learn.unknownChapter(word, closest(word, ids), ids));
}
