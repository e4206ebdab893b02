/**
 * The C library of Linux. Needs the permission `--allow-ffi`.
 *
 * @module
 */

const NAME = "libc.so.6";

/** The functions of a library that is open. */
export type Functions<Definitions extends Deno.ForeignLibraryInterface> = Deno.DynamicLibrary<
  Definitions
>["symbols"];

/**
 * Functions of the C library, opened when they are asked for, and once for a thread.
 *
 * @returns a function that gives them
 */
export function cFunctions<const Definitions extends Deno.ForeignLibraryInterface>(
  definitions: Definitions,
): () => Functions<Definitions> {
  let functions: Functions<Definitions> | undefined;
  return () => functions ??= Deno.dlopen(NAME, definitions).symbols;
}

/** The bytes of `text` and the zero that ends the strings of C. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}
