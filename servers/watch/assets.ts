/**
 * The files of the page, from `page/` or from the executable.
 *
 * @module
 */

import "uplot"; // so that the executable contains it; it runs in the page

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
};

/** The URLs of the files that are not in `page/` under their own names, by their paths in the address. */
const FILES: ReadonlyMap<string, string> = new Map([
  ["/", new URL("page/index.html", import.meta.url).href],
  ["/uPlot.js", import.meta.resolve("uplot/dist/uPlot.iife.min.js")],
  ["/uPlot.css", import.meta.resolve("uplot/dist/uPlot.min.css")],
]);

/** The path of a file of `page/`: a plain name, which leads nowhere else. */
const PAGE_FILE = /^\/\w+\.(?:js|css)$/;

/**
 * Reads a file of the page.
 *
 * @param path of the address, as "/app.js"
 * @returns `undefined` when there is no such file
 */
export async function readAsset(path: string): Promise<Response | undefined> {
  const file = FILES.get(path) ?? new URL(`page${path}`, import.meta.url).href;
  return FILES.has(path) || PAGE_FILE.test(path) ? await readPageFile(file) : undefined;
}

/**
 * Reads a file for a page.
 *
 * @param url of the file, beside the code or in the executable
 * @returns `undefined` when there is no such file
 */
export async function readPageFile(url: string): Promise<Response | undefined> {
  const type = TYPES[url.slice(url.lastIndexOf(".") + 1)];
  try {
    return new Response(await Deno.readFile(new URL(url)), { headers: { "content-type": type } });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The names of the style sheets of the view, in their order: those that its page links. */
export async function viewStyles(): Promise<string[]> {
  const page = await readAsset("/");
  const html = await page?.text() ?? "";
  return [...html.matchAll(/<link rel="stylesheet" href="([\w.]+)">/g)].map(([, name]) => name);
}
