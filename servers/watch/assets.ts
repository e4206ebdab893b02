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

const OWN = [
  "announcer.js",
  "app.js",
  "charts.js",
  "clock.js",
  "connection.js",
  "controls.js",
  "dom.js",
  "fills.js",
  "history.js",
  "kept_history.js",
  "lanes.js",
  "pace.js",
  "player.js",
  "rows.js",
  "run_view.js",
  "source.js",
  "states.css",
  "style.css",
  "table.js",
  "timeline.js",
];

/** The URL of each file, by its path in the address. */
const FILES: ReadonlyMap<string, string> = new Map([
  ["/", new URL("page/index.html", import.meta.url).href],
  ...OWN.map((name) => [`/${name}`, new URL(`page/${name}`, import.meta.url).href] as const),
  ["/uPlot.js", import.meta.resolve("uplot/dist/uPlot.iife.min.js")],
  ["/uPlot.css", import.meta.resolve("uplot/dist/uPlot.min.css")],
]);

/**
 * Reads a file of the page.
 *
 * @param path of the address, as "/app.js"
 * @returns `undefined` when there is no such file
 */
export async function readAsset(path: string): Promise<Response | undefined> {
  const file = FILES.get(path);
  if (file === undefined) return undefined;
  const type = TYPES[file.slice(file.lastIndexOf(".") + 1)];
  return new Response(await Deno.readFile(new URL(file)), { headers: { "content-type": type } });
}
