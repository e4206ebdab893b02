import { constants } from "node:os";
import type { Messages } from "./messages.ts";

/**
 * Why the system refused something, in the person's language.
 *
 * @param error the error that Deno threw, or its message
 * @returns a reason without error number, call and path: the line around it names these better
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { loadMessages } from "./messages.ts";
 *
 * const error = "Connection refused (os error 111)";
 * if (Deno.build.os === "linux") {
 *   equal(systemReason(error, await loadMessages("en")), "nothing is listening there");
 * }
 * ```
 */
export function systemReason(error: unknown, { system }: Messages): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/failed to lookup address/.test(message)) return system.hostUnknown;
  if (error instanceof Deno.errors.NotCapable) return system.notCapable;
  const given = error instanceof Error && "code" in error ? error.code : undefined;
  const code = typeof given === "string" ? given : numbered(message);
  const known: Readonly<Record<string, string>> = system.reasons;
  return known[code] ?? message.replace(/ \(os error \d+\).*$/s, "");
}

/** Some system errors of Deno have no code, only a number in the message, errno(3). */
function numbered(message: string): string {
  const [, number] = /\(os error (\d+)\)/.exec(message) ?? [];
  const names = Object.entries(constants.errno).filter(([, value]) => value === Number(number));
  return names[0]?.[0] ?? "";
}
