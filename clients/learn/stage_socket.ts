import { parseObject } from "../../cli/json.ts";
import { type Language, LANGUAGES } from "../../cli/language.ts";
import { loadMessages, type Messages } from "../../cli/messages.ts";
import { settlesWithin } from "../../cli/settles_within.ts";
import { messageOf } from "../../servers/system/thrown.ts";
import { isToken, makeToken } from "../../servers/watch/access.ts";
import type { Controlled } from "../../servers/watch/control_request.ts";
import type { Command, ControlWarning, Frame, Hello } from "../../servers/watch/frames.ts";
import { sendFrames } from "../../servers/watch/watchers.ts";
import type { Action, Chapter } from "./chapter.ts";
import { actionsOf } from "./page/steps.js";
import { Stage } from "./stage.ts";

const CLOSE_TIMEOUT_MS = 500;
/** A page shows its token at once. What says nothing takes the place of a page. */
const TOKEN_TIMEOUT_MS = 5_000;

/** What a page hears. */
export type StageMessage =
  /** The stage is there. `key` allows the view's own controls to send commands to its server. */
  | { readonly key: string }
  /** A server has started. */
  | { readonly hello: Hello }
  | { readonly run: 0; readonly frame: Frame }
  | { readonly line: string }
  /** The server has ended by itself. */
  | { readonly lost: string }
  /** The page gets no stage: why, for people. */
  | { readonly refused: string }
  /** The answer to a request with this number; `failed` says for people why it could not be done. */
  | { readonly answer: number; readonly failed?: string };

/**
 * The stage of a page. The page sends first the token of the course and its language, and then requests
 * to do an action, by its place in the course: it can start nothing else.
 */
export class StageSocket implements Controlled {
  /** Allows commands to the server of this stage. */
  readonly key = makeToken();
  /** Resolves when the page is gone, and all that ran for it has ended. */
  readonly ended: Promise<void>;
  readonly #ended = Promise.withResolvers<void>();
  #stage: Stage | undefined = undefined;
  #unfollow = () => {};

  /**
   * @param socket of the page
   * @param token that the page must know
   * @param course whose actions the page may ask for
   */
  constructor(
    private readonly socket: WebSocket,
    private readonly token: string,
    private readonly course: { readonly chapters: readonly Chapter[] },
  ) {
    this.ended = this.#ended.promise;
    socket.onmessage = ({ data }) => void this.#receive(typeof data === "string" ? data : "");
    socket.onerror = () => {}; // onclose follows
    const silent = setTimeout(() => {
      if (this.#stage === undefined) socket.close();
    }, TOKEN_TIMEOUT_MS);
    socket.onclose = async () => {
      clearTimeout(silent);
      this.#unfollow();
      await this.#stage?.[Symbol.asyncDispose]();
      this.#ended.resolve();
    };
  }

  /** See {@linkcode Controlled}. */
  async control(command: Command): Promise<ControlWarning | undefined> {
    return await this.#stage?.control(command);
  }

  /** Ends the stage, and closes the connection to the page. */
  async end(): Promise<void> {
    await this.#stage?.[Symbol.asyncDispose]();
    if (this.socket.readyState <= WebSocket.OPEN) this.socket.close();
    await settlesWithin(this.ended, CLOSE_TIMEOUT_MS);
  }

  async #receive(json: string): Promise<void> {
    const message = parseObject(json) ?? {};
    if (this.#stage === undefined) return await this.#begin(message);
    const { request } = message;
    const action = this.#actionOf(message);
    if (typeof request !== "number" || action === undefined) return;
    try {
      await this.#stage.perform(action);
      this.#send({ answer: request });
    } catch (error) {
      this.#send({ answer: request, failed: messageOf(error) });
    }
  }

  /** Makes the stage for a page that knows the token. */
  async #begin({ token, lang }: Readonly<Record<string, unknown>>): Promise<void> {
    const language = LANGUAGES.find((one) => one === lang) ?? "en";
    const messages = await loadMessages(language);
    if (this.#stage !== undefined) return;
    const isAllowed = typeof token === "string" && isToken(token, this.token);
    if (!isAllowed) return refuseStage(this.socket, messages.learn.page.noToken);
    this.#stage = this.#makeStage(language, messages);
    this.#send({ key: this.key });
  }

  #makeStage(language: Language, messages: Messages): Stage {
    return new Stage(
      {
        onServer: (run, hello) => {
          this.#unfollow();
          this.#send({ hello });
          this.#unfollow = sendFrames(run, 0, this.socket);
        },
        onLine: (line) => this.#send({ line }),
        onLost: (lost) => this.#send({ lost }),
      },
      language,
      messages,
    );
  }

  /** The action at a place in the course. */
  #actionOf({ chapter, step, action }: Readonly<Record<string, unknown>>): Action | undefined {
    const found = this.course.chapters.find(({ id }) => id === chapter)?.steps[Number(step)];
    return found && actionsOf(found)[Number(action)];
  }

  #send(message: StageMessage): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}

/** Tells a page why it gets no stage. */
export function refuseStage(socket: WebSocket, refused: string): void {
  const message: StageMessage = { refused };
  socket.send(JSON.stringify(message));
  socket.close();
}
