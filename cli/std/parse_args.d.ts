/** The part of `@std/cli/parse-args` that is used, for a package that comes without types. */
export interface ParseOptions {
  /** Options that take a value. */
  string?: readonly string[];
  /** Options that take none. */
  boolean?: readonly string[];
  /** Those of `boolean` that have a `--no-…`. */
  negatable?: readonly string[];
  /** Those of `string` that give the list of all values that they were given. */
  collect?: readonly string[];
  default?: Readonly<Record<string, unknown>>;
  alias?: Readonly<Record<string, string>>;
  /** Called for what is no option that was named; `false` drops it. */
  unknown?(argument: string, key?: string, value?: unknown): unknown;
}

/** The values of the options by name, and the other arguments in `_`. */
export interface Args {
  _: string[];
  [name: string]: unknown;
}

export function parseArgs(args: readonly string[], options?: ParseOptions): Args;
