/**
 * Makes pages that are one file, which a browser opens without a server.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/**
 * The document of a page.
 *
 * @param command that the page belongs to, for people whose browser runs no scripts
 * @param head the elements that load the page's files, or have them
 */
export function makePage(command: string, head: readonly string[]): string {
  return [
    "<!DOCTYPE html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    "<title>playground</title>",
    '<link rel="icon" href="data:,">',
    ...head,
    "</head>",
    `<body><noscript>playground ${command}: JavaScript</noscript></body>`,
    "</html>",
    "",
  ].join("\n");
}

/**
 * The text of a file that a page must have.
 *
 * @param path of the file, for the error
 * @param response `undefined` when there is no such file
 * @throws {TypeError} when there is none
 */
export async function textOf(path: string, response: Response | undefined): Promise<string> {
  if (response === undefined) throw new TypeError(`the page has no ${path}`);
  return await response.text();
}

const IMPORTED = /\bfrom "(\.{1,2}\/[\w./]+\.js)"/g;

/**
 * The elements that hold a module and all that it imports, and run it.
 *
 * @param entry the path of the module, from `/` on
 * @param read reads a file by its path
 */
export async function bundleModules(
  entry: string,
  read: (path: string) => Promise<string>,
): Promise<string[]> {
  const imports: Record<string, string> = {};
  const waiting = [entry];
  for (let path; (path = waiting.pop()) !== undefined;) {
    if (bare(path) in imports) continue;
    const base = `file://${path}`;
    const code = (await read(path)).replace(IMPORTED, (_, imported) => {
      const { pathname } = new URL(imported, base);
      waiting.push(pathname);
      return `from "${bare(pathname)}"`;
    });
    imports[bare(path)] = `data:text/javascript;charset=utf-8;base64,${base64(code)}`;
  }
  return [
    `<script type="importmap">${JSON.stringify({ imports })}</script>`,
    `<script type="module">import "${bare(entry)}";</script>`,
  ];
}

/** In a module that is data, a relative import leads nowhere. */
function bare(path: string): string {
  return `page${path}`;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** Compresses a text for a script; page/embedded.js unpacks it. @returns the text in base64 */
export async function pack(text: Blob): Promise<string> {
  const packed = text.stream().pipeThrough(new CompressionStream("gzip"));
  return Buffer.from(await new Response(packed).arrayBuffer()).toString("base64");
}

/** A text as it may stand within a script, which ends at the first `</script`, also within a string. */
export function inScript(text: string): string {
  return text.replace(/<(?=\/script|!--|script)/gi, "\\u003c");
}
