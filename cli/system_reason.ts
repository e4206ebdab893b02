import { constants } from "node:os";
import type { Messages } from "./messages.ts";

/**
 * Why the system has refused something, in the language of the person instead of the system's.
 *
 * @param error what Deno has thrown, or what that said
 * @returns a reason without number, call and path, which the line around it says better
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

/** Deno gives some errors of the system no code, but a number, errno(3). */
function numbered(message: string): string {
  const [, number] = /\(os error (\d+)\)/.exec(message) ?? [];
  const names = Object.entries(constants.errno).filter(([, value]) => value === Number(number));
  return names[0]?.[0] ?? "";
}
