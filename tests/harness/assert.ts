/**
 * `@std/assert` with types.
 *
 * @module
 */

// @ts-types="./assert.d.ts"
export * from "@std/assert";
