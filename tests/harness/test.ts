// @ts-types="../../cli/std/deadline.d.ts"
import { deadline } from "@std/async/deadline";
import { forgetServers, lastWords } from "./playground.ts";

/** How long a test may take before it counts as hanging. It says nothing about speed. */
export const HANGING_MS = 120_000;

/** What a test may be registered with. */
export interface TestOptions {
  readonly ignore?: boolean;
  /** Whether it leaves an operation behind that ends when it likes. */
  readonly leavesOperation?: boolean;
  /** See {@linkcode HANGING_MS}, which is too little for what takes minutes on a busy machine. */
  readonly hangingMs?: number;
}

/** Registers a test that fails when it hangs, and that shows what its servers said when it fails. */
export function test(
  name: string,
  fn: () => Promise<void>,
  { ignore = false, leavesOperation = false, hangingMs = HANGING_MS }: TestOptions = {},
): void {
  const sanitizers = leavesOperation ? { sanitizeOps: false } : {};
  const run = async () => {
    forgetServers();
    try {
      await deadline(fn(), hangingMs);
    } catch (error) {
      const said = lastWords();
      if (said !== "") console.error(said);
      throw error;
    }
  };
  Deno.test({ name, ignore, ...sanitizers, fn: run });
}
