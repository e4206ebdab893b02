/**
 * Tests that go through chapters of the course: live and exported, in both languages, with right and
 * with wrong answers.
 *
 * @module
 */

import type { Language } from "../../cli/language.ts";
import type { Chapter } from "../../clients/learn/chapter.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assert, assertEquals } from "./assert.ts";
import { browserTest, type Page, type Visit } from "./browser.ts";
import { type Walk, walkChapter } from "./course.ts";
import { PageProcess } from "./page_process.ts";
import { run } from "./playground.ts";
import { processTree, untilAllEnded } from "./processes.ts";

const ignore = !hasSystemCalls();
/** All chapters together have less than twice this, and the page. */
const MAX_CHAPTER_BYTES = 300_000;
const MAX_ENDING_MS = 30_000;
/** A chapter is gone through in a quarter of a minute, where nothing else runs. */
const HANGING_MS = 300_000;
const LANGUAGES: readonly Language[] = ["en", "zh"];

/** Registers the tests of some chapters. */
export function testChapters(chapters: readonly Chapter[]): void {
  for (const [i, chapter] of chapters.entries()) {
    const language = LANGUAGES[i % 2];

    browserTest(`${chapter.id}, live, and nothing is left`, async ({ browser }) => {
      const { process, address } = await PageProcess.start(["learn", "--port", "0"]);
      await using _ = process;
      const url = `${address}&lang=${language}#${chapter.id}/1`;
      await read(browser, url, chapter, { language, changesLanguage: true });
      const pids = await processTree(process.pid);
      assertEquals([await process.stop(), process.complaints], [0, ""]);
      await untilAllEnded(pids, MAX_ENDING_MS);
    }, { ignore, hangingMs: HANGING_MS });

    browserTest(`${chapter.id}, exported, without a server and a network`, async ({ browser }) => {
      const directory = await Deno.makeTempDir();
      try {
        const site = `${directory}/site`;
        const { code, stderr } = await run(["learn", chapter.id, "--export", site]);
        assertEquals(code, 0, stderr);
        const { size } = await Deno.stat(`${site}/runs/${chapter.id}.js`);
        assert(size < MAX_CHAPTER_BYTES, `${size} bytes`);
        await using served = serveFiles(site);
        const places = { en: `file://${site}/`, zh: served.address };
        await Promise.all(LANGUAGES.map(async (language) => {
          const url = `${places[language]}index.html?lang=${language}#${chapter.id}/1`;
          const requests = await read(browser, url, chapter, { language, changesLanguage: false });
          assertEquals(requests.filter((one) => !one.startsWith(places[language])), []);
        }));
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    }, { ignore, hangingMs: HANGING_MS });
  }
}

/** Serves the files of a site below a path, as GitHub does for a project. */
function serveFiles(directory: string): AsyncDisposable & { readonly address: string } {
  const types: Record<string, string> = { html: "text/html; charset=utf-8", js: "text/javascript" };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async ({ url }) => {
      const name = new URL(url).pathname.replace("/project/", "");
      const type = types[name.slice(name.lastIndexOf(".") + 1)] ?? "text/plain";
      const content = await Deno.readFile(`${directory}/${name}`);
      return new Response(content, { headers: { "content-type": type } });
    },
  );
  return {
    address: `http://127.0.0.1:${server.addr.port}/project/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Goes through a chapter with a browser profile of its own. @returns what the page has fetched */
async function read(
  browser: Visit["browser"],
  url: string,
  chapter: Chapter,
  walk: Walk,
): Promise<string[]> {
  const context = await browser.newContext({ viewport: { width: 1_400, height: 900 } });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints = complaintsOf(page);
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  await walkChapter(page, chapter, walk);
  await context.close();
  assertEquals(complaints, [], chapter.id);
  return requests.filter((one) => !one.startsWith("data:"));
}

function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  return complaints;
}
