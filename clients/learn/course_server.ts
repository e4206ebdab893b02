/**
 * Serves the page of the course. Each open page has a stage of its own: one WebSocket, which brings what
 * happens there. When it closes, because the reader closes the page or loads it again, the stage ends.
 *
 * @module
 */

import type { Language } from "../../cli/language.ts";
import type { Messages } from "../../cli/messages.ts";
import { makeToken, mayControl } from "../../servers/watch/access.ts";
import { answerControl } from "../../servers/watch/control_request.ts";
import { answerHandshake, PageServer } from "../../servers/watch/page_server.ts";
import type { Chapter } from "./chapter.ts";
import { describeCourse, readCourseAsset } from "./page_assets.ts";
import { refuseStage, StageSocket } from "./stage_socket.ts";

/** Each page runs a server. */
const MAX_PAGES = 20;

/** What is taught, and how. */
export interface Course {
  readonly chapters: readonly Chapter[];
  /** The index of the chapter to begin with; `undefined` for that in which the reader was last. */
  readonly first: number | undefined;
  readonly language: Language;
  readonly messages: Messages;
}

/** The HTTP server of the course, see the module. */
export class CourseServer {
  readonly #token = makeToken();
  readonly #id = makeToken();
  readonly #stages = new Set<StageSocket>();
  readonly #server: PageServer;

  /**
   * @param course see {@linkcode Course}
   * @param port 0 picks a free one
   * @throws {RefusedError} when the server cannot listen there
   */
  constructor(private readonly course: Course, port: number) {
    const { messages } = course;
    const options = { port, portFlag: "--port", messages } as const;
    this.#server = new PageServer(options, (request) => this.#answer(request));
  }

  /** The address of the page, with the token that allows servers to be run. */
  get address(): string {
    return `${this.#server.origin}/?token=${this.#token}${this.#first}`;
  }

  /** Ends all stages and the server. */
  async end(): Promise<void> {
    await Promise.all([...this.#stages].map((stage) => stage.end()));
    await this.#server.end();
  }

  /** The step to begin with, as the page has it in its address. */
  get #first(): string {
    const { chapters, first } = this.course;
    return first === undefined ? "" : `#${chapters[first].id}/1`;
  }

  async #answer(request: Request): Promise<Response | undefined> {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") {
      return pathname === "/control" ? await this.#control(request) : undefined;
    }
    if (pathname === "/stage") return answerHandshake(request, () => this.#begin(request));
    if (pathname === "/course") {
      const { chapters, language } = this.course;
      const about = { id: this.#id, language, chapters, recorded: null };
      return Response.json(await describeCourse(about));
    }
    return await readCourseAsset(pathname);
  }

  #begin(request: Request): Response {
    const { messages } = this.course;
    const { socket, response } = Deno.upgradeWebSocket(request);
    if (this.#stages.size >= MAX_PAGES) {
      socket.onopen = () => refuseStage(socket, messages.learn.tooManyPages(MAX_PAGES));
      socket.onerror = () => {}; // the page is gone
      return response;
    }
    const stage = new StageSocket(socket, this.#token, this.course);
    this.#stages.add(stage);
    stage.ended.then(() => this.#stages.delete(stage));
    return response;
  }

  /** A command of the view's own controls, for the stage whose key is sent. */
  async #control(request: Request): Promise<Response> {
    const { port } = this.#server;
    const stage = [...this.#stages].find(({ key }) => mayControl(request, port, key));
    return await answerControl(request, stage && [stage]);
  }
}
