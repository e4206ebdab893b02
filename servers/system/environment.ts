/**
 * Variables of this process as the C library has them, for which Deno wants a permission each, environ(7).
 *
 * @module
 */

import { cString, rareFunctions } from "./c_library.ts";

const functions = rareFunctions({
  getenv: { parameters: ["buffer"], result: "pointer" },
  unsetenv: { parameters: ["buffer"], result: "i32" },
});

/**
 * Whether there is a variable of that name, getenv(3).
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * assert(hasVariable("PATH"));
 * ```
 */
export function hasVariable(name: string): boolean {
  return functions().getenv(cString(name)) !== null;
}

/**
 * Removes a variable, unsetenv(3): programs that this process starts from now on do not get it.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * removeVariable("LC_ALL");
 * assert(!hasVariable("LC_ALL"));
 * ```
 */
export function removeVariable(name: string): void {
  functions().unsetenv(cString(name));
}
