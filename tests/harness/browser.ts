/**
 * A real browser for tests: Debian's Chromium, without a window.
 *
 * ```ts
 * browserTest("the page has a title", async (visit) => {
 *   const { page, complaints, requests } = visit;
 *   await page.goto("http://127.0.0.1:7788/");
 *   assertEquals(await page.title(), "…");
 * });
 * ```
 *
 * @module
 */

import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
// @ts-types="../../cli/std/deadline.d.ts"
import { deadline } from "@std/async/deadline";
import { AssertionError } from "./assert.ts";
import { describeVisit, followStreams, type Stream } from "./page_state.ts";
import { test, type TestOptions } from "./test.ts";

export type { Browser, Locator, Page } from "playwright-core";

/** Where Chromium is, if it is. */
const EXECUTABLES = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];
const executablePath = EXECUTABLES.find(isFile);

/**
 * The lists under the address bar, where nobody types: each window would have pages of its own for them,
 * which take a fifth of what a browser takes to start. The others are those that Playwright disables, whose
 * list this one replaces.
 */
const DISABLED = [
  ...["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"],
  ...["AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"],
  ...["HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"],
  ...["ThirdPartyStoragePartitioning", "OptimizationHints", "NetworkTimeServiceQuerying"],
  ...["AimEnabled", "PreconnectToSearch", "SpareRendererForSitePerProcess"],
];
/** How long a page is waited for. It is less than a test may take, and says nothing about speed. */
const PATIENCE_MS = 60_000;
/**
 * How long all of a test may take before it counts as hanging: it has many steps, and a busy machine takes
 * long for each. One that hangs is mostly found after {@linkcode PATIENCE_MS}.
 */
const BROWSING_MS = 300_000;
/** How long it may take to say what pages show when a test has failed, and to close them. */
const DESCRIBING_MS = 30_000;
/** The time between two drawings where drawing is not what is tested. */
const RARELY_MS = 100;

/** A page with a profile of its own, and what it does that people would not see. */
export interface Visit {
  readonly browser: Browser;
  readonly page: Page;
  /** Errors and warnings on the console, and errors that nobody caught. */
  readonly complaints: readonly string[];
  /** The addresses that it has fetched, that of the page itself included. */
  readonly requests: readonly string[];
  /** The WebSockets that it has opened. */
  readonly streams: readonly Stream[];
}

/**
 * Registers a test that needs a browser. Where there is none it is ignored, and says so. Its page draws
 * rarely, see {@linkcode drawRarely}.
 */
export function browserTest(
  name: string,
  fn: (visit: Visit) => Promise<void>,
  options: TestOptions = {},
): void {
  drawingTest(name, async (visit) => {
    await drawRarely(visit.page);
    await fn(visit);
  }, options);
}

/**
 * Registers the same for a test that is about how a page draws and moves, or that waits for many drawings: its
 * page draws as often as it can.
 */
export function drawingTest(
  name: string,
  fn: (visit: Visit) => Promise<void>,
  { ignore = false, hangingMs = BROWSING_MS, ...options }: TestOptions = {},
): void {
  const isIgnored = ignore || executablePath === undefined;
  if (!isIgnored) shareBrowser();
  test(name, async () => {
    if (shared === undefined) throw new Error("the browser has not been started");
    await withPage(shared, (visited) => deadline(fn(visited), hangingMs));
  }, { ...options, ignore: isIgnored, hangingMs: hangingMs + DESCRIBING_MS });
}

/** The browser of all tests of a file. To start one takes more of the processors than most tests do. */
let shared: Browser | undefined;
let isShared = false;

function shareBrowser(): void {
  if (isShared) return;
  isShared = true;
  Deno.test.beforeAll(async () => void (shared = await launch()));
  Deno.test.afterAll(async () => await shared?.close());
}

/** Calls `fn` with a page in a browser of its own, which is closed when that is done. */
export async function withBrowser(fn: (visit: Visit) => Promise<void>): Promise<void> {
  const browser = await launch();
  try {
    await withPage(browser, fn);
  } finally {
    await browser.close();
  }
}

/** Calls `fn` with a new page. What it and others opened meanwhile keep, nobody sees later. */
async function withPage(browser: Browser, fn: (visit: Visit) => Promise<void>): Promise<void> {
  const visited = await visit(browser);
  try {
    await fn(visited);
  } catch (error) {
    console.error(await describeVisit(browser, visited));
    throw error;
  } finally {
    for (const context of browser.contexts()) await context.close();
  }
}

async function launch(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath,
    args: [
      ...["--no-sandbox", "--disable-gpu"], // neither is to be had in a container
      `--disable-features=${DISABLED.join(",")}`,
    ],
  });
  browser.on("context", (context) => context.setDefaultTimeout(PATIENCE_MS));
  return browser;
}

/**
 * Has pages draw ten times a second instead of sixty: without a graphics processor, the other fifty take
 * more of the processors than what is tested.
 *
 * @param everyMs the time between two drawings, for a page of which pictures are not what is tested. What is
 *   drawn once, and not again and again, does not wait for it
 */
export async function drawRarely(
  pages: Page | BrowserContext,
  everyMs: number = RARELY_MS,
): Promise<void> {
  await pages.addInitScript(`{
    const draw = requestAnimationFrame;
    const drawnMs = new WeakMap();
    globalThis.requestAnimationFrame = (next) => {
      const dueMs = drawnMs.has(next) ? drawnMs.get(next) + ${everyMs} : performance.now() + ${RARELY_MS};
      return setTimeout(() => draw((timeMs) => {
        drawnMs.set(next, performance.now());
        next(timeMs);
      }), dueMs - performance.now());
    };
  }`);
}

/** Where an element is in the window, in CSS pixels. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Where elements are, all at one time: what is measured in two calls may have moved between them.
 *
 * @param selectors of which each means its first element
 * @throws {AssertionError} if one of them is not to be seen
 */
export async function boxesOf(page: Page, ...selectors: readonly string[]): Promise<Box[]> {
  const boxes = await page.evaluate<(Box | undefined)[]>(
    `${JSON.stringify(selectors)}.map((one) =>
      document.querySelector(one)?.getBoundingClientRect().toJSON())`,
  );
  return boxes.map((box, i) => {
    if (!box?.width) throw new AssertionError(`${selectors[i]} is not to be seen`);
    return box;
  });
}

async function visit(browser: Browser): Promise<Visit> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  const streams = followStreams(page);
  return { browser, page, complaints, requests, streams };
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
