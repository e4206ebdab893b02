/**
 * Writes the course as a static site: a page that holds its own code, and a file for each chapter with
 * what was recorded. It needs no server and no network.
 *
 * @module
 */

import { join } from "node:path";
import { formatBytes } from "../../cli/bytes.ts";
import { RefusedError } from "../../cli/errors.ts";
import type { Language } from "../../cli/language.ts";
import type { Messages } from "../../cli/messages.ts";
import { StatusLines } from "../../cli/status_lines.ts";
import { systemReason } from "../../cli/system_reason.ts";
import {
  bundleModules,
  inScript,
  makePage,
  pack,
  textOf,
} from "../../servers/watch/page_bundle.ts";
import type { Chapter } from "./chapter.ts";
import { recordChapter, recordCommands } from "./journal.ts";
import { describeCourse, ENTRY, readCourseAsset, styles } from "./page_assets.ts";

/** The page may load nothing but the recorded runs beside it, also when it is opened from a disk. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline' data: 'self' file:; " +
  "style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'";

/**
 * Goes through chapters on this machine, and writes the site.
 *
 * @param chapters what is in it
 * @param directory a new or an empty one
 * @param language in which it begins; it has all
 * @throws {RefusedError} when it cannot be written there, or a chapter cannot be recorded
 */
export async function exportCourse(
  chapters: readonly Chapter[],
  directory: string,
  language: Language,
  messages: Messages,
): Promise<void> {
  const refuse = (error: unknown): never => {
    if (error instanceof RefusedError) throw error;
    throw new RefusedError(messages.learn.cannotExport(directory, systemReason(error, messages)));
  };
  await prepare(directory, messages).catch(refuse);
  const files = await recordAll(chapters, language, messages);
  const part = "index.html.part";
  files.set(part, await makeIndex(chapters, language));
  let bytes = 0;
  try {
    await Deno.mkdir(join(directory, "runs"));
    for (const [name, text] of files) {
      const content = new TextEncoder().encode(text);
      await Deno.writeFile(join(directory, name), content);
      bytes += content.length;
    }
    // At last: a site that is not whole must not look whole.
    await Deno.rename(join(directory, part), join(directory, "index.html"));
  } catch (error) {
    refuse(error);
  }
  console.log(messages.learn.exported(directory, chapters.length, formatBytes(bytes)));
}

/**
 * The files of all recorded runs, by their names. The experiments run beside the chapters, and so do the commands
 * in the other languages: of these nothing is measured.
 */
async function recordAll(
  chapters: readonly Chapter[],
  language: Language,
  messages: Messages,
): Promise<Map<string, string>> {
  const progress = new ExportProgress(messages);
  const recordRuns = async () => {
    const journals: string[] = [];
    for (const [i, chapter] of chapters.entries()) {
      const onStep = (step: number) => progress.show(chapter, i, chapters.length, step);
      journals.push(await recordChapter(chapter, language, messages, onStep));
    }
    return journals;
  };
  const recordPrinted = async () => {
    const journals: string[] = [];
    for (const chapter of chapters) journals.push(await recordCommands(chapter, language));
    return journals;
  };
  try {
    const [runs, printed] = await Promise.all([recordRuns(), recordPrinted()]);
    const files = chapters.map(async ({ id }, i) => {
      return [`runs/${id}.js`, await runFile(id, runs[i] + printed[i])] as const;
    });
    return new Map(await Promise.all(files));
  } finally {
    progress.close();
  }
}

/**
 * Makes the directory, so that a wrong one fails at once and not after minutes.
 *
 * @throws {RefusedError} when it is not empty
 */
async function prepare(directory: string, { learn }: Messages): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  for await (const _entry of Deno.readDir(directory)) {
    throw new RefusedError(learn.notEmpty(directory));
  }
  const probe = join(directory, "index.html");
  await Deno.writeTextFile(probe, "", { createNew: true });
  await Deno.remove(probe);
}

/** A recorded run as a script, see page/course_source.js. */
async function runFile(id: string, journal: string): Promise<string> {
  const packed = await pack(new Blob([journal]));
  return `(globalThis.playgroundRuns ??= {})[${JSON.stringify(id)}] = "${packed}";\n`;
}

async function makeIndex(chapters: readonly Chapter[], language: Language): Promise<string> {
  const recorded = new Date().toISOString();
  const course = await describeCourse({ id: "", language, chapters, recorded });
  const sheets = await Promise.all((await styles()).map(read));
  return makePage("learn", [
    `<meta http-equiv="content-security-policy" content="${POLICY}">`,
    ...sheets.map((sheet) => `<style>\n${sheet}</style>`),
    `<script>${inScript(await read("/uPlot.js"))}</script>`,
    `<script type="application/json" id="course">${inScript(JSON.stringify(course))}</script>`,
    ...await bundleModules(ENTRY, read),
  ]);
}

async function read(path: string): Promise<string> {
  return await textOf(path, await readCourseAsset(path));
}

/** Says which chapter is being recorded: a line that changes, or one for each chapter. */
class ExportProgress {
  readonly #lines = new StatusLines();
  readonly #isTerminal = Deno.stderr.isTerminal();

  constructor(private readonly messages: Messages) {}

  show({ id, steps }: Chapter, index: number, all: number, step: number): void {
    const { recording } = this.messages.learn;
    const place = this.#isTerminal ? ` ${step + 1}/${steps.length}` : "";
    const line = recording(id, index + 1, all, place);
    if (this.#isTerminal) this.#lines.draw([line]);
    else if (step === 0) console.error(line);
  }

  close(): void {
    this.#lines.clear();
  }
}
