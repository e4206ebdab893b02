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

const errnoFunctions = cFunctions({ __errno_location: { parameters: [], result: "pointer" } });

/**
 * Makes what puts the negative errno in the place of -1, to be called with what a function has given
 * before anything else is. errno belongs to the thread and stays where it is, so it is read from memory.
 *
 * @param count whose first element is increased with each call
 */
export function errnoInstead(
  count: Float64Array = new Float64Array(1),
): (result: number) => number {
  const location = errnoFunctions().__errno_location();
  if (location === null) throw new Error("the C library has no errno");
  const errno = new Int32Array(Deno.UnsafePointerView.getArrayBuffer(location, 4));
  return (result) => {
    count[0]++;
    return result === -1 ? -errno[0] : result;
  };
}
