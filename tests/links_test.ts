/**
 * The links of all pages lead to files that there are.
 *
 * @module
 */

import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { assertEquals, assertGreater } from "./harness/assert.ts";
import { test } from "./harness/test.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** Folders that are not of the repository. */
const FOREIGN = [".git", "dist", "node_modules"];
/** The target of a link or an image, without its anchor. Links to elsewhere have a scheme. */
const LINK = /\]\((?!\w+:|#)([^)#\s]+)(?:#[^)]*)?\)/g;

async function* pagesBelow(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory && !FOREIGN.includes(name)) yield* pagesBelow(resolve(directory, name));
    else if (name.endsWith(".md")) yield resolve(directory, name);
  }
}

test("every relative link of a page leads to a file or a folder", async () => {
  const broken: string[] = [];
  let count = 0;
  for await (const page of pagesBelow(ROOT)) {
    for (const [, target] of (await Deno.readTextFile(page)).matchAll(LINK)) {
      count++;
      const isThere = await Deno.lstat(resolve(dirname(page), target)).then(
        () => true,
        () => false,
      );
      if (!isThere) broken.push(`${relative(ROOT, page)}: ${target}`);
    }
  }
  assertEquals(broken, []);
  assertGreater(count, 100, "the pages link to each other");
});
