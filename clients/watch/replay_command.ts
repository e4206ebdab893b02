import { realpathSync } from "node:fs";
import { formatBytes } from "../../cli/bytes.ts";
import { defineCommand } from "../../cli/command.ts";
import { RefusedError, UsageError } from "../../cli/errors.ts";
import { text } from "../../cli/flags.ts";
import type { Language } from "../../cli/language.ts";
import type { Messages } from "../../cli/messages.ts";
import { systemReason } from "../../cli/system_reason.ts";
import { makePageFile } from "../../servers/watch/page_file.ts";
import { readRecording, type RecordedRun } from "../../servers/watch/recorded_run.ts";
import { traceOf } from "../../servers/watch/saved_trace.ts";
import { hasGaps } from "../../servers/watch/trace_events.ts";
import { WebServer } from "../../servers/watch/web_server.ts";
import { PAGE_FLAGS } from "./command.ts";
import { showPage } from "./show_page.ts";

/** `playground replay <file>` */
export const replayCommand = defineCommand({
  flags: { ...PAGE_FLAGS, trace: text("", "FILE"), html: text("", "FILE") },
  words: { min: 1, max: 1 },
  async run({ flags, words: [path], given, messages, language }) {
    const targets = targetsOf(flags, given, path, messages);
    const recording = await readRecording(path, messages);
    const { frames, leftOut } = recording;
    if (leftOut > 0) console.error(messages.watch.leftOut(path, leftOut));
    if (frames === 0) console.error(messages.watch.noFrames(path));
    if (targets.length > 0) {
      for (const { make, ...target } of targets) {
        await writeFile(target, await make(recording, target.path, language, messages), messages);
      }
      return 0;
    }
    const shown = { runs: [], recording, language, messages, portFlag: "--port" } as const;
    const page = new WebServer(shown, flags.port);
    await showPage(page, { open: flags.open, messages }, (address) => {
      console.log(messages.watch.replaying(path, address));
    });
    return 0;
  },
});

/** Makes the content of a file, and says what is not in it. */
type Maker = (
  recording: RecordedRun,
  path: string,
  language: Language,
  messages: Messages,
) => Promise<Blob>;

/** A file that is written in place of showing the page. */
interface Target {
  readonly flag: "--trace" | "--html";
  readonly path: string;
}

/**
 * The files that are wanted.
 *
 * @throws {UsageError} when one of them is the recording, or a page is wanted too
 */
function targetsOf(
  { trace, html }: { readonly trace: string; readonly html: string },
  given: ReadonlySet<string>,
  recording: string,
  { watch, flags }: Messages,
): (Target & { readonly make: Maker })[] {
  const all = [
    { flag: "--trace", path: trace, make: makeTrace },
    { flag: "--html", path: html, make: makeHtml },
  ] as const;
  const targets = all.filter(({ path }) => path !== "");
  for (const { flag, path } of targets) {
    if (isSameFile(path, recording)) throw new UsageError(watch.ownFile(flag, path));
    for (const other of ["port", "open"]) {
      if (given.has(other)) throw new UsageError(flags.notTogether(`--${other}`, flag));
    }
  }
  if (targets.length === 2 && trace === html) {
    throw new UsageError(watch.sameFile("--trace", "--html"));
  }
  return targets;
}

const makeTrace: Maker = async ({ lines }, path, _, messages) => {
  const { text, gaps, isFull, lacksLanes } = await traceOf(lines, messages);
  if (lacksLanes) console.error(messages.watch.traceWithoutLanes(path));
  if (hasGaps(gaps)) console.error(messages.watch.traceGaps(`--trace ${path}`, gaps));
  if (isFull) console.error(messages.watch.traceCut(path));
  return text;
};

const makeHtml: Maker = async (recording, path, language, { watch }) => {
  const { html, cut } = await makePageFile(recording, language);
  if (cut !== undefined) {
    console.error(watch.htmlCut(path, cut.shownSeconds.toFixed(0), cut.allSeconds.toFixed(0)));
  }
  return html;
};

/** @throws {RefusedError} when the file cannot be written */
async function writeFile({ flag, path }: Target, content: Blob, messages: Messages): Promise<void> {
  const { watch } = messages;
  try {
    await Deno.writeFile(path, content.stream());
  } catch (error) {
    throw new RefusedError(watch.cannotWrite(flag, path, systemReason(error, messages)));
  }
  const written = flag === "--trace" ? watch.traceWritten : watch.htmlWritten;
  console.log(written(path, formatBytes(content.size)));
}

function isSameFile(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false; // one of them does not exist
  }
}
