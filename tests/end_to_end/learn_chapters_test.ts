/**
 * Every chapter of the course, from its first step to its last, in a browser: live and exported, in both
 * languages, with right and with wrong predictions.
 *
 * @module
 */

import type { Chapter } from "../../clients/learn/chapter.ts";
import { CHAPTERS } from "../../clients/learn/chapters/mod.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assert, assertEquals } from "../harness/assert.ts";
import { browserTest, type Visit } from "../harness/browser.ts";
import { type Judged, walkChapter } from "../harness/course.ts";
import { PageProcess } from "../harness/page_process.ts";
import { processTree, untilAllEnded } from "../harness/processes.ts";
import { run } from "../harness/playground.ts";

const ignore = !hasSystemCalls();
/** How many readers go through chapters at a time. */
const READERS = 3;
const MAX_SITE_BYTES = 5_000_000;
const MAX_ENDING_MS = 30_000;

/** Has chapters read, a few at a time, each by a reader with a browser profile of its own. */
async function readAll(
  browser: Visit["browser"],
  read: (page: Visit["page"], chapter: Chapter) => Promise<void>,
): Promise<void> {
  const waiting = [...CHAPTERS];
  const readers = Array.from({ length: READERS }, async () => {
    for (let chapter; (chapter = waiting.shift()) !== undefined;) {
      const context = await browser.newContext({ viewport: { width: 1_400, height: 900 } });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (one) => {
        if (["error", "warning"].includes(one.type())) complaints.push(one.text());
      });
      await read(page, chapter);
      assertEquals(complaints, [], chapter.id);
      await context.close();
    }
  });
  await Promise.all(readers);
}

/** Goes through a chapter twice: so that each question is once answered right, and once wrong. */
async function readTwice(
  open: (language: "en" | "zh") => Promise<Visit["page"]>,
  chapter: Chapter,
): Promise<void> {
  const first = await walkChapter(await open("zh"), chapter, {
    language: "zh",
    choose: () => 0,
    withExperiments: false,
  });
  const before = new Map(first.map((one): [number, Judged] => [one.step, one]));
  const second = await walkChapter(await open("en"), chapter, {
    language: "en",
    choose: (step) => {
      const { isRight, truth } = before.get(step) ?? { isRight: false, truth: 0 };
      return isRight ? 1 : truth;
    },
    withExperiments: true,
  });
  for (const { step, isRight } of second) {
    const wasRight = before.get(step)?.isRight;
    assert(
      isRight !== wasRight,
      `${chapter.id}/${step + 1}: it was ${wasRight ? "right" : "wrong"}`,
    );
  }
}

browserTest("live: every chapter, and nothing is left", async ({ browser }) => {
  const { process, address } = await PageProcess.start(["learn", "--port", "0"]);
  await using _ = process;
  const pids = new Set<number>();
  await readAll(browser, async (page, chapter) => {
    const open = async (language: "en" | "zh") => {
      await page.evaluate("globalThis.localStorage?.clear()").catch(() => {}); // about:blank has none
      await page.goto("about:blank");
      await page.goto(`${address}&lang=${language}#${chapter.id}/1`);
      return page;
    };
    await readTwice(open, chapter);
    for (const pid of await processTree(process.pid)) pids.add(pid);
  });
  assertEquals([await process.stop(), process.complaints], [0, ""]);
  await untilAllEnded([...pids], MAX_ENDING_MS);
}, { ignore });

browserTest("exported: every chapter, without a server and a network", async ({ browser }) => {
  const directory = await Deno.makeTempDir();
  try {
    const site = `${directory}/site`;
    const outcome = await run(["learn", "--export", site, "--lang", "en"]);
    assertEquals(outcome.code, 0, outcome.stderr);
    let bytes = 0;
    for (const folder of [site, `${site}/runs`]) {
      for await (const { name, isFile } of Deno.readDir(folder)) {
        if (isFile) bytes += (await Deno.stat(`${folder}/${name}`)).size;
      }
    }
    assert(bytes < MAX_SITE_BYTES, `${bytes} bytes`);
    await readAll(browser, async (page, chapter) => {
      page.on("request", (request) => assert(request.url().startsWith(`file://${site}/`)));
      const open = async (language: "en" | "zh") => {
        await page.goto("about:blank");
        await page.goto(`file://${site}/index.html?lang=${language}#${chapter.id}/1`);
        await page.evaluate("globalThis.localStorage.clear()");
        await page.reload();
        return page;
      };
      await readTwice(open, chapter);
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}, { ignore });
