/**
 * The files that a race is written to.
 *
 * @module
 */

import type { Invocation } from "../../cli/command.ts";
import type { Flags } from "../../cli/flags.ts";
import { RefusedError, UsageError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { createFiles, writeFile } from "../../cli/written_files.ts";
import { openInBrowser } from "../../servers/watch/browser.ts";
import { recordAsCsv } from "./csv.ts";
import type { Judgement } from "./judgement.ts";
import type { RaceRecord } from "./record.ts";

/** The paths to write to; an empty one is not written. */
interface Paths {
  readonly json: string;
  readonly csv: string;
  readonly html: string;
  /** Whether the page is shown in the browser. */
  readonly open: boolean;
}

/** The files of a race. It opens them before the race, so that a wrong path fails at once. */
export class RaceFiles {
  readonly #paths: Paths;

  private constructor(paths: Paths) {
    this.#paths = paths;
  }

  /**
   * Creates the files.
   *
   * @throws {UsageError} when there is a page to be shown, and none to be written, or two are the same
   * @throws {RefusedError} when one cannot be written
   */
  static async create(paths: Paths, messages: Messages): Promise<RaceFiles> {
    if (paths.open && paths.html === "") {
      throw new UsageError(messages.flags.onlyWith("--open", "--html"));
    }
    const { json, csv, html } = paths;
    await createFiles({ json, csv, html }, messages);
    return new RaceFiles(paths);
  }

  /**
   * Writes them.
   *
   * @throws {RefusedError} when one cannot be written, or the page cannot be shown
   */
  async write(
    judgement: Judgement,
    record: RaceRecord,
    { language, messages }: Pick<Invocation<Flags>, "language" | "messages">,
  ): Promise<void> {
    const { json, csv, html, open } = this.#paths;
    await writeFile("json", json, `${JSON.stringify(record, null, 2)}\n`, messages);
    await writeFile("csv", csv, recordAsCsv(record), messages);
    if (html !== "") {
      // Loaded only where there is one: it brings the library for charts along.
      const { raceAsHtml } = await import("./html.ts");
      await writeFile(
        "html",
        html,
        await raceAsHtml(judgement, record, language, messages),
        messages,
      );
    }
    for (const path of [json, csv, html]) {
      if (path !== "") console.error(messages.race.written(path));
    }
    if (open && !await openInBrowser(html)) {
      throw new RefusedError(messages.race.cannotOpen(html));
    }
  }
}
