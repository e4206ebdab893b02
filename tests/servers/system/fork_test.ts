import { assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import { closeAllBut, exitNow, SparedProcess } from "../../../servers/system/fork.ts";
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

Deno.test({
  name: "fork: a process that is spared neither ends nor loses its descriptors",
  ignore: !hasSystemCalls(),
  fn() {
    using file = Deno.openSync(new URL(import.meta.url));
    using _spared = new SparedProcess(() => {
      throw new Error("it has ended");
    });
    for (const kept of [[], [0, 1, 2], [0, 1, 2, 1_000]]) closeAllBut(kept);
    assertThrows(() => exitNow(1), Error, "it has ended");
    assertEquals(file.readSync(new Uint8Array(3)), 3);
  },
});
