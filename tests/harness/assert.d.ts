/** The part of `@std/assert` that is used, for a package that comes without types. */
export function assert(condition: unknown, message?: string): asserts condition;
export function assertEquals<T>(actual: T, expected: T, message?: string): void;
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
export function assertMatch(actual: string, expected: RegExp, message?: string): void;
export function assertNotMatch(actual: string, expected: RegExp, message?: string): void;
export function assertStringIncludes(actual: string, expected: string, message?: string): void;
export function assertLess<T extends number>(actual: T, expected: T, message?: string): void;
export function assertLessOrEqual<T extends number>(actual: T, expected: T, message?: string): void;
export function assertGreater<T extends number>(actual: T, expected: T, message?: string): void;
export function assertGreaterOrEqual<T extends number>(
  actual: T,
  expected: T,
  message?: string,
): void;
// deno-lint-ignore no-explicit-any -- a constructor may take anything
type ErrorClass<E extends Error> = new (...args: any[]) => E;
export function assertThrows<E extends Error>(
  run: () => unknown,
  errorClass: ErrorClass<E>,
  includes?: string,
): E;
export function assertRejects<E extends Error>(
  run: () => PromiseLike<unknown>,
  errorClass: ErrorClass<E>,
  includes?: string,
): Promise<E>;
export function assertInstanceOf<E extends Error>(
  actual: unknown,
  errorClass: ErrorClass<E>,
): asserts actual is E;
export class AssertionError extends Error {}
