/**
 * Serves pages on this machine only, and not to pages from elsewhere.
 *
 * @module
 */

import { RefusedError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { settlesWithin } from "../../cli/settles_within.ts";
import { systemReason } from "../../cli/system_reason.ts";
import { messageOf } from "../system/thrown.ts";
import { foreignHeader, SECURITY_HEADERS } from "./access.ts";
import { type ResilientServer, serveResiliently } from "./resilient_server.ts";

const HOST = "127.0.0.1";
/** How long the server waits for the last answers. */
const SHUTDOWN_TIMEOUT_MS = 500;
const MAX_SHOWN_LENGTH = 100;
const SWITCHING_PROTOCOLS = 101;

/** What a page and its server are made with. */
export interface PageOptions {
  /** 0 picks a free one. */
  readonly port: number;
  /** The flag that chooses the port, for error messages. */
  readonly portFlag: "--watch" | "--port";
  readonly messages: Messages;
}

/** All that a page asks with. */
const METHODS: readonly string[] = ["GET", "HEAD", "POST"];

/** An HTTP server, see the module. */
export class PageServer {
  readonly #server: ResilientServer;

  /**
   * @param options see {@linkcode PageOptions}
   * @param answer answers requests that may read; `undefined` when there is nothing at the address
   * @throws {RefusedError} when the server cannot listen there
   */
  constructor(
    private readonly options: PageOptions,
    private readonly answer: (request: Request) => Promise<Response | undefined>,
  ) {
    const { port, portFlag, messages } = options;
    try {
      this.#server = serveResiliently(
        { hostname: HOST, port },
        (request) => this.#answer(request),
        (error) => respond(messageOf(error), 500),
      );
    } catch (error) {
      const { watch } = messages;
      if (error instanceof Deno.errors.AddrInUse) {
        throw new RefusedError(watch.portInUse(portFlag, port));
      }
      throw new RefusedError(watch.cannotListen(portFlag, port, systemReason(error, messages)));
    }
  }

  /** The port it listens on. */
  get port(): number {
    return this.#server.port;
  }

  /** The address of the page. */
  get origin(): string {
    return `http://${HOST}:${this.port}`;
  }

  /** Ends the server. It does not wait for connections without a request. */
  async end(): Promise<void> {
    // Browsers open connections before they need them, and Deno 2.5 would wait for their first request.
    await settlesWithin(this.#server.shutdown(), SHUTDOWN_TIMEOUT_MS);
  }

  async #answer(request: Request): Promise<Response> {
    const { wrongAddress, wrongOrigin } = this.options.messages.watch;
    const foreign = foreignHeader(request, this.port);
    const refuse = { host: wrongAddress, origin: wrongOrigin };
    const response = foreign !== undefined
      ? respond(refuse[foreign](shownHeader(request, foreign), this.port), 403)
      : METHODS.includes(request.method)
      ? await this.answer(request) ?? respond("there is nothing here", 404)
      : respond(`here is nothing for ${request.method}`, 405);
    if (response.status === SWITCHING_PROTOCOLS) return response;
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      response.headers.set(name, value);
    }
    return response;
  }
}

/** A header of the request, cut to a sensible length. */
function shownHeader({ headers }: Request, name: string): string {
  return (headers.get(name) ?? "?").slice(0, MAX_SHOWN_LENGTH);
}

/** An answer of plain text. */
export function respond(text: string, status: number): Response {
  const headers = { "content-type": "text/plain; charset=utf-8" };
  return new Response(`${text}\n`, { status, headers });
}

/**
 * Answers the handshake of a WebSocket.
 *
 * @param upgrade makes the answer; throws when the handshake is incomplete
 */
export function answerHandshake(request: Request, upgrade: () => Response): Response {
  const isHandshake = request.headers.get("upgrade")?.toLowerCase() === "websocket";
  if (!isHandshake) return respond("this is a WebSocket", 426);
  try {
    return upgrade();
  } catch (error) {
    return respond(messageOf(error), 400);
  }
}
