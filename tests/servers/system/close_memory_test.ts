import { assertEquals } from "@std/assert";
import { hasSystemCalls } from "../../../servers/system/system_calls.ts";
import { outputOf } from "./output_of.ts";

Deno.test({
  name: "close memory: V8 is left nothing to choose from, though it takes memory meanwhile",
  ignore: !hasSystemCalls(),
  async fn() {
    const left: number[] = await outputOf("occupying.ts");
    assertEquals(left, left.map(() => 0));
  },
});
