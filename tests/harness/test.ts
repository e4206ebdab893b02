// @ts-types="../../cli/std/deadline.d.ts"
import { deadline } from "@std/async/deadline";

/** How long a test may take before it counts as hanging. It says nothing about speed. */
const HANGING_MS = 120_000;

/** Registers a test that fails when it hangs, instead of hanging all others. */
export function test(
  name: string,
  fn: () => Promise<void>,
  { ignore = false }: { ignore?: boolean } = {},
): void {
  Deno.test({ name, ignore, fn: () => deadline(fn(), HANGING_MS) });
}
