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
 * Functions of the C library, opened when they are asked for, and once for a thread. To open one takes
 * a fifth of a millisecond.
 *
 * @returns a function that gives them; if it is told `one by one`, each is opened when it is first used
 */
export function cFunctions<const Definitions extends Deno.ForeignLibraryInterface>(
  definitions: Definitions,
): (opening?: "together" | "one by one") => Functions<Definitions> {
  let functions: Functions<Definitions> | undefined;
  return (opening = "together") =>
    functions ??= opening === "together"
      ? Deno.dlopen(NAME, definitions).symbols
      : openedOneByOne(definitions);
}

function openedOneByOne<const Definitions extends Deno.ForeignLibraryInterface>(
  definitions: Definitions,
): Functions<Definitions> {
  const unopened = {};
  for (const [name, definition] of Object.entries(definitions)) {
    Object.defineProperty(unopened, name, {
      get() {
        const { [name]: value } = Deno.dlopen(NAME, { [name]: definition }).symbols;
        Object.defineProperty(this, name, { value }); // found before the getter from now on
        return value;
      },
    });
  }
  return Object.create(unopened);
}

/** The bytes of `text` and the zero that ends the strings of C. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}
