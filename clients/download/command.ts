import { defineCommand } from "../../cli/command.ts";
import { RefusedError, UsageError } from "../../cli/errors.ts";
import { duration, type FlagValues, integer, onOff, text } from "../../cli/flags.ts";
import type { Messages } from "../../cli/messages.ts";
import { StatusLines } from "../../cli/status_lines.ts";
import { systemReason } from "../../cli/system_reason.ts";
import { hideTypedCredentials } from "./credentials.ts";
import { Download } from "./download.ts";
import { Downloads } from "./downloads.ts";
import { fileNames } from "./file_name.ts";
import { hasPart } from "./part.ts";
import { ProgressBars } from "./progress_bars.ts";
import { type DownloadTotals, JsonReporter, type Reporter, TextReporter } from "./reporters.ts";

const downloadFlags = {
  dir: text("", "DIR"),
  // As many as browsers open to one server. Each takes two descriptors.
  jobs: integer(6, { min: 1, max: 256 }),
  force: onOff(),
  timeout: duration(30_000, "30s", "s"),
  retries: integer(3, { min: 0, max: 1_000 }),
  quiet: onOff(),
  json: onOff(),
};

type DownloadFlags = FlagValues<typeof downloadFlags>;

/** The exit status that shells give a program that Ctrl-C has ended: 128 + SIGINT. */
const INTERRUPTED = 130;

/** `playground download URL…` */
export const downloadCommand = defineCommand({
  flags: downloadFlags,
  words: { min: 1, max: Infinity },
  async run({ flags, words, messages }) {
    const { dir, quiet, json } = flags;
    if (flags.force && dir === "") {
      throw new UsageError(messages.flags.onlyWith("--force", "--dir"));
    }
    const urls = words.map((typed) => parseUrl(typed, messages));
    if (dir !== "") await makeDirectory(dir, messages);
    const names = fileNames(urls);
    const downloads = urls.map((url, i) => new Download(url, names[i], dir || undefined));
    const totals = await runUntilStopped(downloads, flags, messages);
    if (totals.unfinished > 0) {
      if (dir !== "" && !quiet && !json) console.error(await describeRest(downloads, messages));
      return INTERRUPTED;
    }
    return totals.failed > 0 ? 1 : 0;
  },
});

/** @throws {UsageError} which does not show credentials, wherever they were typed */
function parseUrl(typed: string, { download }: Messages): URL {
  const url = URL.parse(typed);
  if (url !== null && ["http:", "https:"].includes(url.protocol)) return url;
  const shown = hideTypedCredentials(typed);
  if (!/^\s*https?:/i.test(typed)) throw new UsageError(download.notHttp(shown));
  throw new UsageError(hasWrongPort(typed) ? download.wrongPort(shown) : download.notUrl(shown));
}

/** Whether it is the port that makes `typed` no URL. */
function hasWrongPort(typed: string): boolean {
  const [, host, port] =
    /^[^:]*:[\\/]*(?:[^\\/?#]*@)?([^\\/?#@]*):([^\\/?#:@\]]*)(?![^\\/?#])/.exec(typed) ??
      [];
  return port !== undefined && URL.canParse(`http://${host}`);
}

/** What becomes of the files that are not complete when the same command is typed again. */
async function describeRest(
  downloads: readonly Download[],
  { download }: Messages,
): Promise<string> {
  for (const { path, shownUrl } of downloads) {
    if (path !== undefined && await hasPart(path, shownUrl)) return download.interrupted;
  }
  return download.nothingKept;
}

async function makeDirectory(path: string, messages: Messages): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw new RefusedError(messages.download.directoryFailed(path, systemReason(error, messages)));
  }
}

async function runUntilStopped(
  all: readonly Download[],
  flags: DownloadFlags,
  messages: Messages,
): Promise<DownloadTotals> {
  const stop = new AbortController();
  const onInterrupt = () => {
    Deno.removeSignalListener("SIGINT", onInterrupt); // a second Ctrl-C ends it at once
    stop.abort();
  };
  Deno.addSignalListener("SIGINT", onInterrupt);
  const lines = new StatusLines();
  const reporter: Reporter = flags.json
    ? new JsonReporter()
    : new TextReporter(messages, flags.quiet, () => lines.clear());
  const timeoutMs = flags.timeout === 0 ? Infinity : flags.timeout;
  const downloads = new Downloads({ ...flags, timeoutMs }, reporter, stop.signal);
  const isShown = !flags.quiet && !flags.json && Deno.stderr.isTerminal();
  const progress = isShown ? new ProgressBars(downloads.active, lines, messages) : undefined;
  const totals = await downloads.run(all);
  progress?.end();
  reporter.totals(totals);
  if (!stop.signal.aborted) Deno.removeSignalListener("SIGINT", onInterrupt);
  return totals;
}
