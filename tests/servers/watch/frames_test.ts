import { roundToMicroseconds } from "../../../servers/watch/frames.ts";
import { assertEquals } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

Deno.test("a time in a frame has three decimals", () => {
  assertEquals(roundToMicroseconds(1_795_718_481_686.322_265_6), 1_795_718_481_686.322);
  assertEquals(JSON.stringify(roundToMicroseconds(1_795_718_481_686.1)), "1795718481686.1");
});
