import { cFunctions } from "../../system/c_library.ts";

const functions = cFunctions({
  poll: { parameters: ["buffer", "u32", "i32"], result: "i32", nonblocking: true },
});

/**
 * poll(2) in another thread of Deno's, so that the event loop of this one goes on until it returns.
 *
 * @returns a function that takes what poll(2) takes: the entries must stay until it has resolved
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(await pollAside()(new Int32Array(0), 0, 1), 0); // a millisecond later
 * ```
 */
export function pollAside(): (
  entries: Int32Array<ArrayBuffer>,
  count: number,
  timeoutMs: number,
) => Promise<number> {
  return functions().poll;
}
