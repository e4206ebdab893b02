/**
 * Values from outside, of which nothing is known.
 *
 * @module
 */

/**
 * Whether properties can be read from a value.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(isObject({}), true);
 * equal(isObject(null), false);
 * ```
 */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/**
 * The object that `json` describes; `undefined` when it is not JSON, or no object.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(parseObject('{"port":80}')?.port, 80);
 * equal(parseObject("80"), undefined);
 * ```
 */
export function parseObject(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
