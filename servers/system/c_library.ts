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

/**
 * {@linkcode cFunctions}, of those that a thread calls a few times at most. They are called through their
 * addresses: that takes a microsecond more for each call, and for each function a tenth of a millisecond
 * less to open it, since nothing is compiled for it.
 */
export function rareFunctions<const Definitions extends Record<string, Deno.ForeignFunction>>(
  definitions: Definitions,
): () => Functions<Definitions> {
  let functions: Functions<Definitions> | undefined;
  return () => functions ??= throughAddresses(definitions);
}

function throughAddresses<const Definitions extends Record<string, Deno.ForeignFunction>>(
  definitions: Definitions,
): Functions<Definitions> {
  const entries = Object.entries(definitions);
  const symbols: Record<string, { readonly type: "pointer" }> = {};
  for (const [name] of entries) symbols[name] = { type: "pointer" };
  const { symbols: addresses } = Deno.dlopen(NAME, symbols);
  const functions: Record<string, unknown> = {};
  for (const [name, definition] of entries) {
    const pointer = new Deno.UnsafeFnPointer(functionAt(addresses[name]), definition);
    functions[name] = pointer.call.bind(pointer);
  }
  return functions as Functions<Definitions>; // entries() forgets the names
}

/** An address as that of a function, which the definition of a symbol cannot say. */
function functionAt(address: Deno.PointerValue): Deno.PointerObject<Deno.ForeignFunction> {
  if (address === null) throw new Error("the C library has a function at address 0");
  return address as Deno.PointerObject<Deno.ForeignFunction>;
}

function openedOneByOne<const Definitions extends Deno.ForeignLibraryInterface>(
  definitions: Definitions,
): Functions<Definitions> {
  return Object.create(
    new Proxy(definitions, {
      get(_, name: string, opened) {
        const { [name]: value } = Deno.dlopen(NAME, { [name]: definitions[name] }).symbols;
        Object.defineProperty(opened, name, { value }); // found before this from now on
        return value;
      },
    }),
  );
}

/** The bytes of `text` and the zero that ends the strings of C. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}
