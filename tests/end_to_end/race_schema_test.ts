/**
 * What `race --json` writes is what its README says.
 *
 * @module
 */

import { isObject } from "../../cli/json.ts";
import { assert, assertEquals, assertGreater } from "../harness/assert.ts";
import { run } from "../harness/playground.ts";
import { test } from "../harness/test.ts";

const README = new URL("../../clients/race/README.md", import.meta.url);
const ROW = /^\| `([\w.[\]]+)(\?)?` +\| (\w+) +\|/gm;
/** What a record of a short race has no reason to have. */
const SELDOM = ["servers[].fault", "level", "conclusion"];

interface Field {
  readonly type: string;
  readonly isOptional: boolean;
}

/** The fields of the table, by their paths. */
async function readFields(): Promise<Map<string, Field>> {
  const text = await Deno.readTextFile(README);
  return new Map([...text.matchAll(ROW)].map(([, path, mark, type]) => [
    path,
    { type, isOptional: mark !== undefined },
  ]));
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "list";
  return typeof value === "string" ? "text" : typeof value;
}

/** Compares an object with the fields below `prefix`, and notes all that it has. */
function check(
  value: Readonly<Record<string, unknown>>,
  prefix: string,
  fields: ReadonlyMap<string, Field>,
  seen: Set<string>,
): void {
  for (const [name, one] of Object.entries(value)) {
    const path = `${prefix}${name}`;
    assertEquals(typeOf(one), fields.get(path)?.type, path);
    seen.add(path);
    const elements = Array.isArray(one) ? one : [];
    if (![...fields.keys()].some((known) => known.startsWith(`${path}[].`))) continue;
    for (const element of elements) {
      assert(isObject(element), path);
      check(element, `${path}[].`, fields, seen);
    }
  }
  for (const [path, { isOptional }] of fields) {
    const name = path.startsWith(prefix) ? path.slice(prefix.length) : "";
    if (/^\w+$/.test(name) && !isOptional) assert(name in value, `${path} is missing`);
  }
}

test("a race in JSON has the fields that its README lists, and no others", async () => {
  const fields = await readFields();
  assertGreater(fields.size, 35);
  const file = await Deno.makeTempFile({ suffix: ".json" });
  const { code, stderr } = await run([
    ...["race", "select", "epoll", "--sockets", "deno", "--conns", "2", "--rounds", "4"],
    ...["--warmup", "0", "--duration", "20ms", "--json", file, "--baseline", "epoll deno"],
    ...["--against", "bad=sh -c 'exit {port}'"],
  ]);
  assertEquals(code, 0, stderr);
  const record = JSON.parse(await Deno.readTextFile(file));
  await Deno.remove(file);
  const seen = new Set<string>();
  check(record, "", fields, seen);
  const missing = [...fields.keys()].filter((path) => !seen.has(path) && !SELDOM.includes(path));
  assertEquals(missing, []);
}, { ignore: Deno.build.os === "windows" });
