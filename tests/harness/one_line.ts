import { assertEquals, assertMatch, assertNotMatch } from "./assert.ts";
import type { Outcome } from "./playground.ts";

/** Checks that people get one line that matches, and no stack trace. */
export function assertOneLine(
  { code, stdout, stderr }: Outcome,
  status: number,
  line: RegExp,
): void {
  assertMatch(stderr, line);
  assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
  assertNotMatch(stderr, /\n\s+at |Error:/);
  assertEquals([code, stdout], [status, ""]);
}
