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
import { drawingTest, drawRarely, type Visit } from "./browser.ts";
import { walkChapter } from "./course.ts";
import { withDirectory } from "./directory.ts";
import { PageProcess } from "./page_process.ts";
import { run } from "./playground.ts";
import { processTree, untilAllEnded } from "./processes.ts";

const ignore = !hasSystemCalls();
/** All chapters together have less than twice this, and the page. */
const MAX_CHAPTER_BYTES = 300_000;
const MAX_ENDING_MS = 30_000;
/** A chapter is gone through in a quarter of a minute, where nothing else runs. */
const HANGING_MS = 300_000;
/** The pictures are those of the live view, which has tests of its own. */
const DRAW_EVERY_MS = 1_000;

/**
 * Registers the tests of some chapters: live, one after another on one page, and exported. Both change the
 * language in the middle, and begin with another one: each step is seen in both languages.
 *
 * @param first the language of the first live steps
 */
export function testChapters(
  chapters: readonly Chapter[],
  [first, last]: readonly [Language, Language],
): void {
  const ids = chapters.map(({ id }) => id).join(", ");
  const options = { ignore, hangingMs: HANGING_MS * chapters.length };

  drawingTest(`${ids}: live, and nothing is left`, async (visit) => {
    const { process, address } = await PageProcess.start(["learn", "--port", "0"]);
    await using _ = process;
    await prepare(visit);
    await visit.page.goto(`${address}&lang=${first}#${chapters[0].id}/1`);
    for (const [i, chapter] of chapters.entries()) {
      await visit.page.evaluate(`location.hash = "${chapter.id}/1"`); // as the list of chapters does
      await read(visit, chapter, languagesOf(i, chapters.length, first, last));
    }
    const pids = await processTree(process.pid);
    assertEquals([await process.stop(), process.complaints], [0, ""]);
    await untilAllEnded(pids, MAX_ENDING_MS);
  }, options);

  drawingTest(`${ids}: exported, without a server and a network`, async (visit) => {
    await prepare(visit);
    await withExports(chapters, async (site, i) => {
      const languages = languagesOf(i, chapters.length, last, first);
      await readExported(visit, chapters[i], site, languages, i % 2 === 0 ? "web" : "disk");
    });
  }, options);
}

/** The languages at the beginning and at the end of a chapter: they change once, in the middle of all. */
function languagesOf(
  index: number,
  count: number,
  first: Language,
  last: Language,
): readonly [Language, Language] {
  const middle = Math.floor(count / 2);
  return [index <= middle ? first : last, index < middle ? first : last];
}

/** Exports chapters, and calls `read` with the directory of each while the next one is exported. */
async function withExports(
  chapters: readonly Chapter[],
  read: (site: string, index: number) => Promise<void>,
): Promise<void> {
  await withDirectory(async (directory) => {
    let reading = Promise.resolve();
    try {
      for (const [i, { id }] of chapters.entries()) {
        const site = `${directory}/${id}`;
        const { code, stderr } = await run(["learn", id, "--export", site]);
        assertEquals(code, 0, stderr);
        await reading;
        reading = read(site, i);
        reading.catch(() => {}); // the next round rejects with it
      }
    } finally {
      await reading;
    }
  });
}

/** Goes through an exported chapter. @param from whether a server shows it, or it is opened as a file */
async function readExported(
  visit: Visit,
  chapter: Chapter,
  site: string,
  languages: readonly [Language, Language],
  from: "web" | "disk",
): Promise<void> {
  const { size } = await Deno.stat(`${site}/runs/${chapter.id}.js`);
  assert(size < MAX_CHAPTER_BYTES, `${size} bytes`);
  await using served = serveFiles(site);
  const place = from === "web" ? served.address : `file://${site}/`;
  const before = visit.requests.length;
  await visit.page.goto(`${place}index.html?lang=${languages[0]}#${chapter.id}/1`);
  await read(visit, chapter, languages);
  const fetched = visit.requests.slice(before).filter((one) => !one.startsWith("data:"));
  assertEquals(fetched.filter((one) => !one.startsWith(place)), []);
  await visit.page.goto("about:blank"); // it asks for nothing when its server ends
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

async function prepare({ page }: Visit): Promise<void> {
  await drawRarely(page, DRAW_EVERY_MS);
  await page.setViewportSize({ width: 1_400, height: 900 });
}

/** Goes through a chapter whose first step the page shows. */
async function read(
  { page, complaints }: Visit,
  chapter: Chapter,
  [first, last]: readonly [Language, Language],
): Promise<void> {
  await walkChapter(page, chapter, first, last);
  assertEquals(complaints, [], chapter.id);
}
