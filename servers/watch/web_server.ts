/**
 * Serves the page of a view, and what it shows: on this machine only, and to nobody else's page.
 *
 * @module
 */

import { RefusedError } from "../../cli/errors.ts";
import type { Language } from "../../cli/language.ts";
import { LANGUAGES } from "../../cli/language.ts";
import { loadMessages, loadModelTexts, type Messages } from "../../cli/messages.ts";
import { settlesWithin } from "../../cli/settles_within.ts";
import { messageOf } from "../system/thrown.ts";
import { systemReason } from "../../cli/system_reason.ts";
import { makeToken, mayControl, mayRead, SECURITY_HEADERS } from "./access.ts";
import { readAsset } from "./assets.ts";
import { parseCommand, RefusedCommand } from "./commands.ts";
import { EnduringServer } from "./enduring_server.ts";
import type { Refusal, Run } from "./frames.ts";
import type { RecordedRun } from "./recorded_run.ts";
import { Watchers } from "./watchers.ts";

const HOST = "127.0.0.1";
/** The longest command, with the longest message that clients can be told to send. */
const MAX_COMMAND_BYTES = 8_192;
/** How long pages have to read their last frame. */
const LAST_FRAME_MS = 500;

const MAX_HOST_LENGTH = 100;
const SWITCHING_PROTOCOLS = 101;

/** What is shown. */
export interface Shown {
  readonly runs: readonly Run[];
  /** Where it is shown instead of a server that runs. */
  readonly recording?: RecordedRun;
  readonly language: Language;
  readonly messages: Messages;
  /** The flag that chooses the port, for who must choose another. */
  readonly portFlag: "--watch" | "--port";
}

/** See the module. */
export class WebServer {
  readonly #shown: Shown;
  readonly #token = makeToken();
  readonly #id = makeToken();
  readonly #watchers: Watchers;
  readonly #server: EnduringServer;

  /**
   * @param port 0 picks a free one
   * @throws {RefusedError} when it cannot be listened on
   */
  constructor(shown: Shown, port: number) {
    this.#shown = shown;
    this.#watchers = new Watchers(shown.runs, this.#id);
    try {
      this.#server = new EnduringServer(
        HOST,
        port,
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

  get port(): number {
    return this.#server.port;
  }

  /** Where the page is, for who may control what it shows. */
  get address(): string {
    const query = this.#shown.recording === undefined ? `?token=${this.#token}` : "";
    return `http://${HOST}:${this.port}/${query}`;
  }

  /** Ends the pages' streams. Whoever has asked for nothing yet is not waited for. */
  async end(): Promise<void> {
    await this.#watchers.end(LAST_FRAME_MS);
    // Browsers open connections before they need them, and Deno 2.5 would wait for their first request.
    await settlesWithin(this.#server.shutdown(), LAST_FRAME_MS);
  }

  async #answer(request: Request): Promise<Response> {
    const response = mayRead(request, this.port)
      ? await this.#answerOurs(request)
      : respond(this.#shown.messages.watch.wrongAddress(shownHost(request), this.port), 403);
    if (response.status === SWITCHING_PROTOCOLS) return response;
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      response.headers.set(name, value);
    }
    return response;
  }

  async #answerOurs(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") return await this.#control(request, pathname);
    const { recording } = this.#shown;
    if (pathname === "/frames") {
      const isAsked = request.headers.get("upgrade")?.toLowerCase() === "websocket";
      return isAsked ? this.#welcome(request) : respond("this is a WebSocket", 426);
    }
    if (pathname === "/view") return Response.json(await this.#describe());
    if (pathname === "/recording" && recording !== undefined) return new Response(recording.lines);
    return await readAsset(pathname) ?? respond("there is nothing here", 404);
  }

  #welcome(request: Request): Response {
    try {
      return this.#watchers.welcome(request);
    } catch (error) {
      return respond(messageOf(error), 400); // the handshake lacks something
    }
  }

  /** What the page must know before it shows anything. */
  async #describe(): Promise<Readonly<Record<string, unknown>>> {
    const { recording, language } = this.#shown;
    const texts = await Promise.all(LANGUAGES.map(async (one) => {
      const { watch: { page }, models: { workers } } = await loadMessages(one);
      return [one, { ...page, workers, headings: (await loadModelTexts(one)).headings }];
    }));
    return {
      id: this.#id,
      recording: recording === undefined
        ? null
        : { frames: recording.frames, leftOut: recording.leftOut },
      language,
      texts: Object.fromEntries(texts),
    };
  }

  async #control(request: Request, path: string): Promise<Response> {
    if (path !== "/control") return respond("there is nothing here", 404);
    if (!mayControl(request, this.port, this.#token)) return refuse({ reason: "no-token" }, 403);
    if (Number(request.headers.get("content-length") ?? Infinity) > MAX_COMMAND_BYTES) {
      return refuse({ reason: "too-long" }, 413);
    }
    try {
      const command = parseCommand(await request.text());
      const obeyed = this.#shown.runs.map((run) => run.control(command));
      const reservations = (await Promise.all(obeyed)).filter((one) => one !== undefined);
      return Response.json({ reservations: [...new Set(reservations)] });
    } catch (error) {
      if (error instanceof RefusedCommand) return refuse(error.refusal, 400);
      return refuse({ reason: "failed", detail: messageOf(error) }, 409);
    }
  }
}

/** By what address somebody has come; of one that is too long, the beginning. */
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
