import type { Language } from "../../cli/language.ts";
import { loadMessages, type Messages } from "../../cli/messages.ts";
import type { Notice } from "../context/context.ts";
import type { Address } from "../sockets/interface.ts";
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

/** Shows a running server on a page, records it, or both. */
export class LiveView implements View {
  #run: LiveRun | undefined = undefined;
  #web: WebServer | undefined = undefined;
  #recording: Recording | undefined = undefined;

  private constructor(
    private readonly server: WatchedServer,
    private readonly options: ViewOptions,
    private readonly texts: Readonly<Record<Language, Messages>>,
  ) {}

  /**
   * Loads what a view needs, so that it opens at once when the server listens.
   *
   * @throws {RefusedError} when the recording cannot be written
   */
  static async opener(options: ViewOptions): Promise<(server: WatchedServer) => View> {
    const texts = { en: await loadMessages("en"), zh: await loadMessages("zh") };
    if (options.recordTo !== undefined) checkTarget(options.recordTo, texts[options.language]);
    return (server) => new LiveView(server, options, texts);
  }

  /**
   * Begins to record and to show the server.
   *
   * @param address where it listens
   * @throws {RefusedError} when the page or the recording cannot be opened
   */
  async listening(address: Address): Promise<void> {
    const { port, open, recordTo, language, reporter } = this.options;
    const { messages } = this.server;
    const run = this.#run = new LiveRun(this.server, address, this.texts);
    if (recordTo !== undefined) {
      const onFailed = (reason: string) => reporter.recordingFailed(recordTo, reason);
      this.#recording = await Recording.begin(run, recordTo, messages, onFailed);
    }
    if (port === undefined) return;
    this.#web = new WebServer(
      { runs: [run], language, messages, portFlag: "--watch" },
      port,
    );
    reporter.watching(this.#web.address);
    if (open && !await openInBrowser(this.#web.address)) reporter.noBrowser(this.#web.address);
  }

  /** Shows an event that is neither in the counters nor in the trace. */
  notice(notice: Notice): void {
    this.#run?.notice(notice);
  }

  /** Closes the clients that were opened from the view. */
  stopping(): void {
    this.#run?.stopping();
  }

  /** Shows and records the last frame, and ends. */
  async end(): Promise<void> {
    await this.#run?.end(); // its followers get the last frame
    await this.#recording?.end();
    await this.#web?.end();
  }
}
