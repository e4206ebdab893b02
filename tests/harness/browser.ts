/**
 * A real browser: Debian's Chromium, driven by playwright-core.
 *
 * @module
 */

import { type Browser, chromium, type Page } from "playwright-core";

/** Where distributions put it. */
const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/snap/bin/chromium"];

/** Where Chromium is; `undefined` where it is not installed, and tests with it are to be ignored. */
export const CHROMIUM: string | undefined = PATHS.find(isFile);

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** How a page is to look. */
export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "light" | "dark";
}

/** A browser with one page. Dispose of it, and nothing is left. */
export class BrowserPage implements AsyncDisposable {
  readonly page: Page;
  /** What the page had to complain of: errors that nobody caught, and what it wrote as errors. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
  }

  static async open(
    { width = 1_280, height = 900, colorScheme = "light" }: PageOptions = {},
  ): Promise<BrowserPage> {
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      // Containers have neither the user namespaces nor the shared memory that Chromium wants.
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
    });
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    return new BrowserPage(browser, page);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}
