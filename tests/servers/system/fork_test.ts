import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { V8_FLAGS_TO_FORK } from "../../../servers/system/fork.ts";
import { hasSystemCalls } from "../../../servers/system/system_calls.ts";
import { fileURLToPath } from "node:url";

Deno.test({
  name: "fork: children that collect garbage in memory that was gathered all end as they should",
  ignore: !hasSystemCalls(),
  async fn() {
    const script = fileURLToPath(new URL("forking.ts", import.meta.url));
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", V8_FLAGS_TO_FORK, script, "200", "7"],
    });
    const { stdout } = await command.output();
    const { ended, gatheredBytes, residentBytes } = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(ended, { 7: 200 });
    assertGreater(gatheredBytes, 1_000_000);
    assertLess(residentBytes, 1_000_000);
  },
});
