/** The headers that say which part of a file is wanted, and when, RFC 9110, 13 and 14. */
const CONDITIONS = [
  ...["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"] as const,
  ...["if-range", "range"] as const,
];

/** Their values by their names. */
export type Conditions = { [Name in (typeof CONDITIONS)[number]]?: string };

/**
 * Adds a header of a request, if it is one of those. Several of one name are joined as in a list.
 *
 * @param name in lower case
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const one = withCondition(withCondition(undefined, "host", "here"), "range", "bytes=0-3");
 * assertEquals(one, { range: "bytes=0-3" });
 * ```
 */
export function withCondition(
  conditions: Conditions | undefined,
  name: string,
  value: string,
): Conditions | undefined {
  const known = CONDITIONS.find((condition) => condition === name);
  if (known === undefined) return conditions;
  const before = conditions?.[known];
  return { ...conditions, [known]: before === undefined ? value : `${before}, ${value}` };
}
