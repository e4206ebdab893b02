/**
 * Bold, dim and colored text for standard output: plain when it is not a terminal or `NO_COLOR` is set.
 *
 * @module
 */

// @ts-types="./std/colors.d.ts"
import { setColorEnabled } from "@std/fmt/colors";

setColorEnabled(!Deno.noColor && Deno.stdout.isTerminal());

// @ts-types="./std/colors.d.ts"
export { bold, cyan, dim, green, red } from "@std/fmt/colors";
