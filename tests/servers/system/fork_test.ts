import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { hasSystemCalls } from "../../../servers/system/system_calls.ts";
import { outputOf } from "./output_of.ts";

Deno.test({
  name: "fork: children that collect garbage in memory that was gathered all end as they should",
  ignore: !hasSystemCalls(),
  async fn() {
    const { ended, gatheredBytes, residentBytes } = await outputOf("forking.ts", "200", "7");
    assertEquals(ended, { 7: 200 });
    assertGreater(gatheredBytes, 1_000_000);
    assertLess(residentBytes, 1_000_000);
  },
});
