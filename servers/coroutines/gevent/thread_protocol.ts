/**
 * What a thread pool and its threads tell each other.
 *
 * @module
 */

/** A function to be run, and its arguments. */
export interface Job {
  /** The text of the function. */
  readonly source: string;
  readonly args: readonly unknown[];
}

/** What came of it. */
export type Outcome =
  | { readonly value: unknown }
  | {
    readonly error: { readonly name: string; readonly message: string; readonly stack?: string };
  };
