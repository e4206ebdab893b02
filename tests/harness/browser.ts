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

import { type Browser, chromium, type Page } from "playwright-core";
import { test, type TestOptions } from "./test.ts";

export type { Browser, Page } from "playwright-core";

/** Where Chromium is, if it is. */
const EXECUTABLES = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];
const executablePath = EXECUTABLES.find(isFile);

/** A page in a browser of its own, and what it does that people would not see. */
export interface Visit {
  readonly browser: Browser;
  readonly page: Page;
  /** Errors and warnings on the console, and errors that nobody caught. */
  readonly complaints: readonly string[];
  /** The addresses that it has fetched, that of the page itself included. */
  readonly requests: readonly string[];
}

/** Registers a test that needs a browser. Where there is none it is ignored, and says so. */
export function browserTest(
  name: string,
  fn: (visit: Visit) => Promise<void>,
  { ignore = false, ...options }: TestOptions = {},
): void {
  test(name, () => withBrowser(fn), { ...options, ignore: ignore || executablePath === undefined });
}

/** Calls `fn` with a page in a browser, which is closed when that is done. */
export async function withBrowser(fn: (visit: Visit) => Promise<void>): Promise<void> {
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu"], // neither is to be had in a container
  });
  try {
    await fn(await visit(browser));
  } finally {
    await browser.close();
  }
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
  return { browser, page, complaints, requests };
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
