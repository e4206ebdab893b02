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

/** How many tests that mostly wait are under way at once. */
const TOGETHER = 4;

/** A test that mostly waits, see {@linkcode testTogether}. */
export interface WaitingTest {
  readonly name: string;
  readonly fn: () => Promise<void>;
}

/**
 * Registers tests that wait for times to pass, and leave the processor idle meanwhile: each is begun while
 * those before it wait. Each has a result of its own. With `--filter`, a few that are not asked for may be
 * begun as well; the file ends when these have ended, whose results nobody is told.
 */
export function testTogether(tests: readonly WaitingTest[], options: TestOptions = {}): void {
  const results: Promise<void>[] = [];
  const begin = (at: number) => {
    const result = results[at] ??= deadline(tests[at].fn(), options.hangingMs ?? HANGING_MS);
    result.catch(() => {}); // its own test reports it, and may not have begun yet
    return result;
  };
  tests.forEach(({ name }, at) => {
    const fn = async () => {
      for (let next = at; next < Math.min(at + TOGETHER, tests.length); next++) begin(next);
      await begin(at);
    };
    test(name, fn, { hangingMs: HANGING_MS * 2, ...options, leavesOperation: true });
  });
  Deno.test.afterAll(async () => void await Promise.allSettled(results));
}
