import type { Language } from "../../cli/language.ts";
import { loadMessages, type Messages } from "../../cli/messages.ts";
import type { Reporter } from "../runtime/reporter.ts";
import type { View, WatchedServer } from "../runtime/view.ts";
import { openInBrowser } from "./browser.ts";
import { LiveRun } from "./live_run.ts";
import { checkTarget } from "./growing_file.ts";
import { Recording } from "./recording.ts";
import { hasGaps } from "./trace_events.ts";
import { TraceFile } from "./trace_file.ts";
import { WebServer } from "./web_server.ts";

/** What the flags of `serve` ask for. */
export interface ViewOptions {
  /** The port of the page; `undefined` for no page. */
  readonly port: number | undefined;
  /** Whether to open a browser. */
  readonly open: boolean;
  /** The file of the recording; `undefined` for no recording. */
  readonly recordTo: string | undefined;
  /** The file of the trace; `undefined` for no trace. */
  readonly traceTo: string | undefined;
  readonly language: Language;
  readonly reporter: Pick<
    Reporter,
    "watching" | "noBrowser" | "recordingFailed" | "traceFailed" | "traceFull" | "traceEnded"
  >;
}

/**
 * Loads what a view needs, so that it opens at once when the server listens.
 *
 * @returns a function that makes the view of a server: a page, a recording, a trace
 * @throws {RefusedError} when a file cannot be written
 */
export async function loadLiveView(
  options: ViewOptions,
): Promise<(server: WatchedServer) => View> {
  const texts = { en: await loadMessages("en"), zh: await loadMessages("zh") };
  const { recordTo, traceTo, language } = options;
  if (recordTo !== undefined) checkTarget("--record", recordTo, texts[language]);
  if (traceTo !== undefined) checkTarget("--trace", traceTo, texts[language]);
  return (server) => makeView(server, options, texts);
}

function makeView(
  server: WatchedServer,
  { port, open, recordTo, traceTo, language, reporter }: ViewOptions,
  texts: Readonly<Record<Language, Messages>>,
): View {
  let run: LiveRun | undefined;
  let web: WebServer | undefined;
  let recording: Recording | undefined;
  let trace: TraceFile | undefined;
  /** A server may end while its files are being begun. */
  let beginning: Promise<unknown> = Promise.resolve();
  let isOver = false;

  const beginRecording = async (run: LiveRun) => {
    if (recordTo === undefined) return;
    const onFailed = (reason: string) => reporter.recordingFailed(recordTo, reason);
    recording = await Recording.begin(run, recordTo, server.messages, onFailed);
  };

  const beginTrace = async (run: LiveRun) => {
    if (traceTo === undefined) return;
    trace = await TraceFile.begin(run, traceTo, server.messages, {
      failed: (reason) => reporter.traceFailed(traceTo, reason),
      full: () => reporter.traceFull(traceTo),
    });
  };

  return {
    async listening(address) {
      run = new LiveRun(server, address, texts);
      const files = [beginRecording(run), beginTrace(run)]; // each has all that comes from now on
      beginning = Promise.allSettled(files);
      await Promise.all(files);
      if (port === undefined || isOver) return;
      const { messages } = server;
      web = new WebServer({ runs: [run], language, messages, portFlag: "--watch" }, port);
      reporter.watching(web.address);
      if (open && !await openInBrowser(web.address)) reporter.noBrowser(web.address);
    },
    notice: (notice) => run?.notice(notice),
    stopping: () => void run?.stopping(),
    async end() {
      isOver = true;
      await beginning;
      await run?.end(); // its followers get the last frame
      await recording?.end();
      const gaps = await trace?.end();
      if (traceTo !== undefined && gaps !== undefined && hasGaps(gaps)) {
        reporter.traceEnded(traceTo, gaps);
      }
      await web?.end();
    },
  };
}
