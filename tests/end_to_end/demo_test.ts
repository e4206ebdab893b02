import { assertEquals, assertMatch } from "../harness/assert.ts";
import { decode } from "../harness/bytes.ts";
import { test } from "../harness/test.ts";

for (const language of ["en_US.UTF-8", "zh_CN.UTF-8"]) {
  test(`the demo does the main job and exits with 0 (${language})`, async () => {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "demo"],
      cwd: new URL("../../", import.meta.url),
      env: { LC_ALL: language, NO_COLOR: "1" },
    }).output();
    assertMatch(decode(stdout), /1,000.*1,000/); // opened and served
    assertEquals(code, 0);
  }, { ignore: Deno.env.has("PLAYGROUND_BIN") }); // it runs from source only
}
