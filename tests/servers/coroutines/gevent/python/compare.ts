/**
 * Runs the scenarios in Python's gevent and in ours, and compares what they print. Needs Python 3 with
 * gevent (Debian: `python3-gevent`).
 *
 *   deno task compare:gevent [--python PROGRAM] [--write]
 *
 * With `--write`, what Python prints is kept in `expected/`, where the tests find it.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { featureNames, linesOf } from "./features.ts";

const { values: { python, write } } = parseArgs({
  options: {
    python: { type: "string", default: "/usr/bin/python3" },
    write: { type: "boolean", default: false },
  },
});

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

async function runPython(...args: string[]): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command(python, {
    args,
    env: { PYTHONUTF8: "1" },
  })
    .output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}

const versions = (await runPython(
  "-c",
  "import gevent, greenlet; print(f'gevent {gevent.__version__}, greenlet {greenlet.__version__}')",
))[0];
console.log(versions);
let scenarios = 0;
let different = 0;
for (const feature of featureNames) {
  const expected = await runPython(pathOf(`${feature}.py`));
  if (write) {
    await Deno.writeTextFile(
      pathOf(`expected/${feature}.txt`),
      [versions, ...expected, ""].join("\n"),
    );
  }
  const lines = await linesOf(feature);
  const last = Math.max(expected.length, lines.length);
  for (let at = 0; at < last; at++) {
    if (expected[at] === lines[at]) continue;
    different++;
    console.log(`${feature}\n  Python  ${expected[at]}\n  ours    ${lines[at]}`);
  }
  scenarios += last;
}
console.log(`${scenarios - different} of ${scenarios} scenarios agree`);
Deno.exit(different === 0 ? 0 : 1);
