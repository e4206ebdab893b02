/**
 * Serves the page of a view and its frames.
 *
 * @module
 */

import type { Language } from "../../cli/language.ts";
import type { Messages } from "../../cli/messages.ts";
import { makeToken, mayControl } from "./access.ts";
import { readAsset } from "./assets.ts";
import { answerControl } from "./control_request.ts";
import type { Run } from "./frames.ts";
import { answerHandshake, PageServer } from "./page_server.ts";
import type { RecordedRun } from "./recorded_run.ts";
import { answerSave, type Savable, savedKind, savedLanguage } from "./saving.ts";
import { describeView } from "./view_description.ts";
import { Watchers } from "./watchers.ts";

/** How long the server waits for pages to read their last frame. */
const LAST_FRAME_TIMEOUT_MS = 500;

/** What a page shows, and how. */
export interface Shown {
  readonly runs: readonly Run[];
  /** Shown instead of a running server; then `runs` is empty. */
  readonly recording?: RecordedRun;
  readonly language: Language;
  readonly messages: Messages;
  /** The flag that chooses the port, for error messages. */
  readonly portFlag: "--watch" | "--port";
}

/** The HTTP server of a view, see the module. */
export class WebServer {
  readonly #token = makeToken();
  readonly #id = makeToken();
  readonly #watchers: Watchers;
  readonly #server: PageServer;

  /**
   * @param shown what the page shows
   * @param port 0 picks a free one
   * @throws {RefusedError} when the server cannot listen there
   */
  constructor(private readonly shown: Shown, port: number) {
    this.#watchers = new Watchers(shown.runs, this.#id);
    this.#server = new PageServer({ ...shown, port }, (request) => this.#answer(request));
  }

  /** The port it listens on. */
  get port(): number {
    return this.#server.port;
  }

  /** The address of the page, with the token that allows commands. */
  get address(): string {
    const query = this.shown.recording === undefined ? `?token=${this.#token}` : "";
    return `${this.#server.origin}/${query}`;
  }

  /** Ends the pages' streams and the server. */
  async end(): Promise<void> {
    await this.#watchers.end(LAST_FRAME_TIMEOUT_MS);
    await this.#server.end();
  }

  async #answer(request: Request): Promise<Response | undefined> {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method === "POST") {
      if (pathname !== "/control") return undefined;
      const isAllowed = mayControl(request, this.port, this.#token);
      return await answerControl(request, isAllowed ? this.shown.runs : undefined);
    }
    const { recording, language } = this.shown;
    if (pathname === "/frames") {
      return answerHandshake(request, () => this.#watchers.accept(request));
    }
    if (pathname === "/view") {
      return Response.json(await describeView(this.#id, recording, language));
    }
    const kind = savedKind(pathname);
    const savable = kind === undefined ? undefined : await this.#savable(searchParams.get("run"));
    if (kind !== undefined && savable !== undefined) {
      return await answerSave(kind, savable, savedLanguage(searchParams.get("lang")) ?? language);
    }
    if (pathname === "/recording" && recording !== undefined) return new Response(recording.lines);
    return await readAsset(pathname);
  }

  /** The recording that is shown, or the last minute of a server by its index. */
  async #savable(run: string | null): Promise<Savable | undefined> {
    const kept = this.#watchers.lastMinutes[Number(run ?? 0)];
    return this.shown.recording ?? (kept && { ...await kept.read(), leftOut: 0 });
  }
}
