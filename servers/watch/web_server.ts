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
import { messageOf } from "../sockets/thrown.ts";
import { makeToken, mayControl, mayRead, SECURITY_HEADERS } from "./access.ts";
import { readAsset } from "./assets.ts";
import { parseCommand } from "./commands.ts";
import { frameStream } from "./frame_stream.ts";
import type { Run } from "./frames.ts";

const HOST = "127.0.0.1";
/** The longest command, with the longest message that clients can be told to send. */
const MOST_COMMAND_BYTES = 8_192;
/** How long pages have to read their last frame. */
const LAST_FRAME_MS = 500;

/** What is shown. */
export interface Shown {
  readonly runs: readonly Run[];
  /** The lines of a recording, where one is shown instead of a server that runs. */
  readonly recording?: Uint8Array<ArrayBuffer>;
  readonly language: Language;
  readonly messages: Messages;
}

/** See the module. */
export class WebServer {
  readonly #shown: Shown;
  readonly #token = makeToken();
  readonly #ended = new AbortController();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /**
   * @param port 0 picks a free one
   * @throws {RefusedError} when it cannot be listened on
   */
  constructor(shown: Shown, port: number) {
    this.#shown = shown;
    try {
      this.#server = Deno.serve({
        hostname: HOST,
        port,
        onListen: () => {},
        onError: (error) => respond(messageOf(error), 500),
      }, (request) => this.#answer(request));
    } catch (error) {
      const { watch } = shown.messages;
      if (error instanceof Deno.errors.AddrInUse) throw new RefusedError(watch.portInUse(port));
      throw new RefusedError(watch.cannotListen(port, messageOf(error)));
    }
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** Where the page is, for who may control what it shows. */
  get address(): string {
    const query = this.#shown.recording === undefined ? `?token=${this.#token}` : "";
    return `http://${HOST}:${this.port}/${query}`;
  }

  /** Ends the pages' streams. Whoever has asked for nothing yet is not waited for. */
  async end(): Promise<void> {
    this.#ended.abort();
    // Browsers open connections before they need them, and Deno 2.5 would wait for their first request.
    await settlesWithin(this.#server.shutdown(), LAST_FRAME_MS);
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (!mayRead(request, this.port)) return respond("this address is not for you", 403);
    const response = request.method === "POST"
      ? await this.#control(request, pathname)
      : await this.#read(pathname);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      response.headers.set(name, value);
    }
    return response;
  }

  async #read(path: string): Promise<Response> {
    const { runs, recording } = this.#shown;
    const [, run, what] = /^\/runs\/(\d+)\/(hello|frames)$/.exec(path) ?? [];
    if (run !== undefined && runs[Number(run)] !== undefined) {
      if (what === "hello") return Response.json(await runs[Number(run)].hello());
      const stream = frameStream(runs[Number(run)], this.#ended.signal);
      return new Response(stream, { headers: { "content-type": "text/event-stream" } });
    }
    if (path === "/view") return Response.json(await this.#describe());
    if (path === "/recording" && recording !== undefined) return new Response(recording);
    return await readAsset(path) ?? respond("there is nothing here", 404);
  }

  /** What the page must know before it shows anything. */
  async #describe(): Promise<Readonly<Record<string, unknown>>> {
    const { runs, recording, language } = this.#shown;
    const texts = await Promise.all(LANGUAGES.map(async (one) => {
      const { watch: { page }, models: { servant } } = await loadMessages(one);
      return [one, { ...page, servant, headings: (await loadModelTexts(one)).headings }];
    }));
    return {
      runs: runs.length,
      isRecording: recording !== undefined,
      language,
      texts: Object.fromEntries(texts),
    };
  }

  async #control(request: Request, path: string): Promise<Response> {
    if (path !== "/control") return respond("there is nothing here", 404);
    if (!mayControl(request, this.port, this.#token)) return respond("the token is missing", 403);
    if (Number(request.headers.get("content-length") ?? Infinity) > MOST_COMMAND_BYTES) {
      return respond("a command is shorter", 413);
    }
    const command = parseCommand(await request.text());
    if (command === undefined) return respond("this is no command", 400);
    try {
      await Promise.all(this.#shown.runs.map((run) => run.control(command)));
    } catch (error) {
      return respond(messageOf(error), 409);
    }
    return new Response(null, { status: 204 });
  }
}

function respond(text: string, status: number): Response {
  return new Response(`${text}\n`, { status, headers: { "content-type": "text/plain" } });
}
