// @ts-types="../../cli/std/deadline.d.ts"
import { deadline } from "@std/async/deadline";

/** How long a test may take before it counts as hanging. It says nothing about speed. */
const HANGING_MS = 120_000;

/** What a test may be registered with. */
export interface TestOptions {
  readonly ignore?: boolean;
  /** Whether it leaves an operation behind that ends when it likes. */
  readonly leavesOperation?: boolean;
  /** See {@linkcode HANGING_MS}, which is too little for what takes minutes on a busy machine. */
  readonly hangingMs?: number;
}

/** Registers a test that fails when it hangs, instead of hanging all others. */
export function test(
  name: string,
  fn: () => Promise<void>,
  { ignore = false, leavesOperation = false, hangingMs = HANGING_MS }: TestOptions = {},
): void {
  const sanitizers = leavesOperation ? { sanitizeOps: false } : {};
  Deno.test({ name, ignore, ...sanitizers, fn: () => deadline(fn(), hangingMs) });
}
