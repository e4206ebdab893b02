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

/** What was asked for. */
export interface ViewOptions {
  /** Where the page is to be; `undefined` for nowhere. */
  readonly port: number | undefined;
  /** Whether a browser is to be opened. */
  readonly open: boolean;
  /** Where the run is to be written; `undefined` for nowhere. */
  readonly recordTo: string | undefined;
  readonly language: Language;
  readonly reporter: Pick<Reporter, "watching" | "noBrowser" | "recordingFailed">;
}

/** The page on a server that runs, or a recording of it, or both. */
export class LiveView implements View {
  readonly #server: WatchedServer;
  readonly #options: ViewOptions;
  readonly #texts: Readonly<Record<Language, Messages>>;
  #run: LiveRun | undefined = undefined;
  #web: WebServer | undefined = undefined;
  #recording: Recording | undefined = undefined;

  private constructor(
    server: WatchedServer,
    options: ViewOptions,
    texts: Readonly<Record<Language, Messages>>,
  ) {
    this.#server = server;
    this.#options = options;
    this.#texts = texts;
  }

  /**
   * Loads what a view needs, so that it can be opened at once when the server listens.
   *
   * @throws {RefusedError} when the recording cannot be written
   */
  static async opener(options: ViewOptions): Promise<(server: WatchedServer) => View> {
    const texts = { en: await loadMessages("en"), zh: await loadMessages("zh") };
    if (options.recordTo !== undefined) checkTarget(options.recordTo, texts[options.language]);
    return (server) => new LiveView(server, options, texts);
  }

  async listening(address: Address): Promise<void> {
    const { port, open, recordTo, language, reporter } = this.#options;
    const { messages } = this.#server;
    const run = this.#run = new LiveRun(this.#server, address, this.#texts);
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

  notice(notice: Notice): void {
    this.#run?.notice(notice);
  }

  stopping(): void {
    this.#run?.stopping();
  }

  async end(): Promise<void> {
    await this.#run?.end(); // those who follow it get its last frame
    await this.#recording?.end();
    await this.#web?.end();
  }
}
