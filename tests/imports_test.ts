/**
 * The rooms of the house stand above each other: what stands higher may use what stands lower, and
 * nothing uses itself in a circle. This reads the imports of all files and holds them to it.
 *
 * @module
 */

import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { assertEquals, assertGreater } from "./harness/assert.ts";
import "./harness/sanitizers.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** The rooms from top to bottom. A file imports from its own room and from those below. */
const ROOMS: readonly string[] = [
  "cli/build/",
  "main.ts",
  "clients/learn/",
  "clients/demo/",
  "clients/sweep/",
  "clients/compare/",
  "clients/race/",
  "clients/lab/",
  "clients/watch/",
  "clients/download/",
  "clients/connect/",
  "clients/merge/",
  "clients/flood/",
  "clients/expect/",
  "clients/target/",
  "servers/commands/",
  "servers/watch/",
  "servers/runtime/",
  "servers/registry.ts",
  "servers/workers/",
  "servers/", // the models
  "servers/coroutines/",
  "servers/loop/",
  "servers/context/",
  "servers/metrics/",
  "servers/handlers/",
  "servers/sockets/",
  "servers/system/",
  "cli/",
  "deno.json",
];

/** The index of the room a file is in: that with the longest name that its path begins with. */
function roomOf(path: string): number {
  const rooms = ROOMS.filter((room) => path.startsWith(room));
  return ROOMS.indexOf(
    rooms.reduce((longest, room) => room.length > longest.length ? room : longest, ""),
  );
}

/** Imports and exports, of values and of types, and those that are loaded later. */
const IMPORTED = /^\s*(?:import|export)\b[^;"]*?"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm;

interface Import {
  readonly path: string;
  readonly isLoadedLater: boolean;
}

async function* codeFiles(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}${directory}`)) {
    if (isDirectory) yield* codeFiles(`${directory}${name}/`);
    else if (/\.(ts|js)$/.test(name)) yield `${directory}${name}`;
  }
}

async function readImports(): Promise<Map<string, Import[]>> {
  const imports = new Map<string, Import[]>();
  const paths = ["main.ts"];
  for (const top of ["cli/", "clients/", "servers/"]) {
    for await (const path of codeFiles(top)) paths.push(path);
  }
  for (const path of paths) {
    const text = await Deno.readTextFile(`${ROOT}${path}`);
    const found = [...text.matchAll(IMPORTED)].map(([, now, later]) => ({
      path: relative(ROOT, `${ROOT}${dirname(path)}/${now ?? later}`).replaceAll("\\", "/"),
      isLoadedLater: now === undefined,
    }));
    imports.set(path, found);
  }
  return imports;
}

Deno.test("every file has a room, and imports from its own or from those below", async () => {
  const imports = await readImports();
  assertGreater(imports.size, 300);
  assertEquals([...imports.keys()].filter((path) => roomOf(path) < 0), []);
  const upwards = [...imports].flatMap(([path, found]) =>
    found.filter((one) => roomOf(one.path) < roomOf(path)).map((one) =>
      `${path} imports ${one.path}`
    )
  );
  assertEquals(upwards, []);
});

Deno.test("no file imports itself by way of others", async () => {
  const imports = await readImports();
  const state = new Map<string, "open" | "done">();
  const circles: string[] = [];
  function visit(path: string, trail: readonly string[]): void {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      circles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
      return;
    }
    state.set(path, "open");
    // What is loaded later waits for nobody, so it closes no circle.
    const now = (imports.get(path) ?? []).filter(({ isLoadedLater }) => !isLoadedLater);
    for (const one of now) visit(one.path, [...trail, path]);
    state.set(path, "done");
  }
  for (const path of imports.keys()) visit(path, []);
  assertEquals(circles, []);
});
