/**
 * The files that commands write, by the flags that name them.
 *
 * @module
 */

import { RefusedError, UsageError } from "./errors.ts";
import type { Messages } from "./messages.ts";
import { systemReason } from "./system_reason.ts";

/**
 * Creates files, so that a wrong path fails at once and not when there is something to be written.
 *
 * @param paths by flags without dashes; an empty one is none
 * @throws {UsageError} when two flags name the same file
 * @throws {RefusedError} when one cannot be written
 * @example
 * ```ts
 * import { rejects } from "node:assert/strict";
 * import { loadMessages } from "./messages.ts";
 *
 * await rejects(createFiles({ csv: "/no/such/place" }, await loadMessages("en")), /--csv/);
 * ```
 */
export async function createFiles(
  paths: Readonly<Record<string, string>>,
  messages: Messages,
): Promise<void> {
  const flags = new Map<string, string>();
  for (const [flag, path] of Object.entries(paths)) {
    if (path === "") continue;
    await writeFile(flag, path, "", messages);
    const { isFile, dev, ino } = await Deno.stat(path);
    if (!isFile || ino === null) continue;
    const file = `${dev}:${ino}`;
    const other = flags.get(file);
    if (other !== undefined) {
      throw new UsageError(messages.flags.sameFile(`--${other}`, `--${flag}`, path));
    }
    flags.set(file, flag);
  }
}

/**
 * Writes a file.
 *
 * @param path an empty one is none
 * @throws {RefusedError} when it cannot be written
 * @example
 * ```ts
 * import { loadMessages } from "./messages.ts";
 *
 * await writeFile("csv", "", "not written", await loadMessages("en"));
 * ```
 */
export async function writeFile(
  flag: string,
  path: string,
  text: string,
  messages: Messages,
): Promise<void> {
  if (path === "") return;
  try {
    await Deno.writeTextFile(path, text);
  } catch (error) {
    throw cannotWrite(flag, path, error, messages);
  }
}

/**
 * What is said of a file that cannot be written.
 *
 * @param flag without dashes
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { loadMessages } from "./messages.ts";
 *
 * const { message } = cannotWrite("csv", "x", new Error("full"), await loadMessages("en"));
 * equal(message, "--csv x: full");
 * ```
 */
export function cannotWrite(
  flag: string,
  path: string,
  error: unknown,
  messages: Messages,
): RefusedError {
  const reason = systemReason(error, messages);
  return new RefusedError(messages.flags.cannotWrite(`--${flag}`, path, reason));
}
