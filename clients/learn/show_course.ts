import type { Language } from "../../cli/language.ts";
import type { Messages } from "../../cli/messages.ts";
import { showPage } from "../watch/show_page.ts";
import type { Chapter } from "./chapter.ts";
import { CourseServer } from "./course_server.ts";

/**
 * Shows the course in the browser until Ctrl-C.
 *
 * @param chapters all of them
 * @param first the index of the one to begin with
 * @throws {RefusedError} when the page cannot listen on the port
 */
export async function showCourse(
  chapters: readonly Chapter[],
  first: number | undefined,
  options: { readonly port: number; readonly open: boolean },
  language: Language,
  messages: Messages,
): Promise<void> {
  const server = new CourseServer({ chapters, first, language, messages }, options.port);
  await showPage(server, { ...options, messages }, (address) => {
    console.log(messages.learn.learning(address));
  });
}
