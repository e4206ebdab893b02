import { describeErrorEvent } from "../../../servers/system/thrown.ts";
import { assertEquals, assertMatch } from "../../harness/assert.ts";
import { test } from "../../harness/test.ts";

/** What is said of a Worker that fails while it loads a module. */
async function saidOf(module: string): Promise<string> {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(`${directory}/broken.js`, module);
  await Deno.writeTextFile(`${directory}/worker.js`, 'import "./broken.js";');
  const worker = new Worker(new URL(`file://${directory}/worker.js`), { type: "module" });
  try {
    return await new Promise((resolve) =>
      worker.onerror = (event) => {
        event.preventDefault();
        resolve(describeErrorEvent(event));
      }
    );
  } finally {
    worker.terminate();
    await Deno.remove(directory, { recursive: true });
  }
}

test(
  "a Worker that fails to load is a line, and with PLAYGROUND_DEBUG=1 its place follows",
  async () => {
    const module = `\nthrow new Error("on purpose");`;
    const line = await saidOf(module);
    assertMatch(line, /on purpose$/);
    Deno.env.set("PLAYGROUND_DEBUG", "1");
    try {
      assertMatch(await saidOf(module), /on purpose\n\s+at .*broken\.js:2:7$/);
    } finally {
      Deno.env.delete("PLAYGROUND_DEBUG");
    }
    assertEquals(await saidOf(module), line);
  },
  { ignore: Deno.build.os === "windows" },
);
