/**
 * Serves the page of a view and its frames, on this machine only, and not to pages from elsewhere.
 *
 * @module
 */

import { RefusedError } from "../../cli/errors.ts";
import type { Language } from "../../cli/language.ts";
import type { Messages } from "../../cli/messages.ts";
import { settlesWithin } from "../../cli/settles_within.ts";
import { messageOf } from "../system/thrown.ts";
import { systemReason } from "../../cli/system_reason.ts";
import { makeToken, mayControl, mayRead, SECURITY_HEADERS } from "./access.ts";
import { readAsset } from "./assets.ts";
import { parseCommand, RefusedCommand } from "./commands.ts";
import { type ResilientServer, serveResiliently } from "./resilient_server.ts";
import type { Refusal, Run } from "./frames.ts";
import type { RecordedRun } from "./recorded_run.ts";
import { answerSave, type Savable, savedKind, savedLanguage } from "./saving.ts";
import { describeView } from "./view_description.ts";
import { Watchers } from "./watchers.ts";

const HOST = "127.0.0.1";
/** Room for the longest command: one with the longest message for the clients. */
const MAX_COMMAND_BYTES = 8_192;
/** How long the server waits for pages to read their last frame. */
const LAST_FRAME_TIMEOUT_MS = 500;

const MAX_HOST_LENGTH = 100;
const SWITCHING_PROTOCOLS = 101;

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
  readonly #server: ResilientServer;

  /**
   * @param shown what the page shows
   * @param port 0 picks a free one
   * @throws {RefusedError} when the server cannot listen there
   */
  constructor(private readonly shown: Shown, port: number) {
    this.#watchers = new Watchers(shown.runs, this.#id);
    try {
      this.#server = serveResiliently(
        { hostname: HOST, port },
        (request) => this.#answer(request),
        (error) => respond(messageOf(error), 500),
      );
    } catch (error) {
      const { messages } = shown;
      const { watch } = messages;
      if (error instanceof Deno.errors.AddrInUse) {
        throw new RefusedError(watch.portInUse(shown.portFlag, port));
      }
      throw new RefusedError(
        watch.cannotListen(shown.portFlag, port, systemReason(error, messages)),
      );
    }
  }

  /** The port it listens on. */
  get port(): number {
    return this.#server.port;
  }

  /** The address of the page, with the token that allows commands. */
  get address(): string {
    const query = this.shown.recording === undefined ? `?token=${this.#token}` : "";
    return `http://${HOST}:${this.port}/${query}`;
  }

  /** Ends the pages' streams and the server. It does not wait for connections without a request. */
  async end(): Promise<void> {
    await this.#watchers.end(LAST_FRAME_TIMEOUT_MS);
    // Browsers open connections before they need them, and Deno 2.5 would wait for their first request.
    await settlesWithin(this.#server.shutdown(), LAST_FRAME_TIMEOUT_MS);
  }

  async #answer(request: Request): Promise<Response> {
    const response = mayRead(request, this.port)
      ? await this.#answerAllowed(request)
      : respond(this.shown.messages.watch.wrongAddress(shownHost(request), this.port), 403);
    if (response.status === SWITCHING_PROTOCOLS) return response;
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      response.headers.set(name, value);
    }
    return response;
  }

  async #answerAllowed(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method === "POST") return await this.#control(request, pathname);
    const { recording, language } = this.shown;
    if (pathname === "/frames") {
      const isHandshake = request.headers.get("upgrade")?.toLowerCase() === "websocket";
      return isHandshake ? this.#upgrade(request) : respond("this is a WebSocket", 426);
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
    return await readAsset(pathname) ?? respond("there is nothing here", 404);
  }

  #upgrade(request: Request): Response {
    try {
      return this.#watchers.accept(request);
    } catch (error) {
      return respond(messageOf(error), 400); // the handshake is incomplete
    }
  }

  /** The recording that is shown, or the last minute of a server by its index. */
  async #savable(run: string | null): Promise<Savable | undefined> {
    const kept = this.#watchers.lastMinutes[Number(run ?? 0)];
    return this.shown.recording ?? (kept && { ...await kept.read(), leftOut: 0 });
  }

  async #control(request: Request, path: string): Promise<Response> {
    if (path !== "/control") return respond("there is nothing here", 404);
    if (!mayControl(request, this.port, this.#token)) return refuse({ reason: "no-token" }, 403);
    if (Number(request.headers.get("content-length") ?? Infinity) > MAX_COMMAND_BYTES) {
      return refuse({ reason: "too-long" }, 413);
    }
    try {
      const command = parseCommand(await request.text());
      const results = this.shown.runs.map((run) => run.control(command));
      const warnings = (await Promise.all(results)).filter((one) => one !== undefined);
      return Response.json({ warnings: [...new Set(warnings)] });
    } catch (error) {
      if (error instanceof RefusedCommand) return refuse(error.refusal, 400);
      return refuse({ reason: "failed", detail: messageOf(error) }, 409);
    }
  }
}

/** The host that the request names, cut to a sensible length. */
function shownHost({ headers }: Request): string {
  return (headers.get("host") ?? "?").slice(0, MAX_HOST_LENGTH);
}

function refuse(refusal: Refusal, status: number): Response {
  return Response.json(refusal, { status });
}

function respond(text: string, status: number): Response {
  const headers = { "content-type": "text/plain; charset=utf-8" };
  return new Response(`${text}\n`, { status, headers });
}
