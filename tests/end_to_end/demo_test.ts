import { MODEL_NAMES } from "../../servers/registry.ts";
import { assert, assertEquals } from "../harness/assert.ts";
import { decode } from "../harness/bytes.ts";
import { test } from "../harness/test.ts";

test("the demo is a race of all models, and exits with 0", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    // Shorter than for people: that it runs is tested here, and not what it measures.
    args: ["task", "demo", "--lang", "zh", "--warmup", "20ms", "--duration", "60ms"],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, decode(stderr));
  const lines = decode(stdout).split("\n");
  // Each has a line, with figures or with the reason why it has none.
  const missing = MODEL_NAMES.filter((name) => !lines.some((line) => line.startsWith(`${name} `)));
  assertEquals(missing, []);
  assert(lines.some((line) => /^select .* 200 /.test(line)), decode(stdout));
}, { ignore: Deno.env.has("PLAYGROUND_BIN") }); // it runs from source only
