import type { Language } from "../../cli/language.ts";
import { loadMessages, type Messages } from "../../cli/messages.ts";
import type { Reporter } from "../runtime/reporter.ts";
import type { View, WatchedServer } from "../runtime/view.ts";
import { openInBrowser } from "./browser.ts";
import { LiveRun } from "./live_run.ts";
import { checkTarget, Recording } from "./recording.ts";
import { WebServer } from "./web_server.ts";

/** What the flags of `serve` ask for. */
export interface ViewOptions {
  /** The port of the page; `undefined` for no page. */
  readonly port: number | undefined;
  /** Whether to open a browser. */
  readonly open: boolean;
  /** The file of the recording; `undefined` for no recording. */
  readonly recordTo: string | undefined;
  readonly language: Language;
  readonly reporter: Pick<Reporter, "watching" | "noBrowser" | "recordingFailed">;
}

/**
 * Loads what a view needs, so that it opens at once when the server listens.
 *
 * @returns a function that makes the view of a server: a page, a recording, or both
 * @throws {RefusedError} when the recording cannot be written
 */
export async function loadLiveView(
  options: ViewOptions,
): Promise<(server: WatchedServer) => View> {
  const texts = { en: await loadMessages("en"), zh: await loadMessages("zh") };
  if (options.recordTo !== undefined) checkTarget(options.recordTo, texts[options.language]);
  return (server) => makeView(server, options, texts);
}

function makeView(
  server: WatchedServer,
  { port, open, recordTo, language, reporter }: ViewOptions,
  texts: Readonly<Record<Language, Messages>>,
): View {
  let run: LiveRun | undefined;
  let web: WebServer | undefined;
  let recording: Recording | undefined;
  return {
    async listening(address) {
      const { messages } = server;
      run = new LiveRun(server, address, texts);
      if (recordTo !== undefined) {
        const onFailed = (reason: string) => reporter.recordingFailed(recordTo, reason);
        recording = await Recording.begin(run, recordTo, messages, onFailed);
      }
      if (port === undefined) return;
      web = new WebServer({ runs: [run], language, messages, portFlag: "--watch" }, port);
      reporter.watching(web.address);
      if (open && !await openInBrowser(web.address)) reporter.noBrowser(web.address);
    },
    notice: (notice) => run?.notice(notice),
    stopping: () => void run?.stopping(),
    async end() {
      await run?.end(); // its followers get the last frame
      await recording?.end();
      await web?.end();
    },
  };
}
