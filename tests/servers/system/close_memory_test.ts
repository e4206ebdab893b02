import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { V8_FLAGS_TO_FORK } from "../../../servers/system/fork.ts";
import { hasSystemCalls } from "../../../servers/system/system_calls.ts";

Deno.test({
  name: "close memory: V8 is left nothing to choose from, though it takes memory meanwhile",
  ignore: !hasSystemCalls(),
  async fn() {
    const script = fileURLToPath(new URL("occupying.ts", import.meta.url));
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", V8_FLAGS_TO_FORK, script],
    });
    const { stdout } = await command.output();
    const left: number[] = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(left, left.map(() => 0));
  },
});
