import { parseObject } from "../../cli/json.ts";
import type { Description } from "./destination.ts";

/** The file beside a part that says what it is a part of. */
export interface PartRecord extends Description {
  readonly url: string;
}

/**
 * Reads the record at `path`.
 *
 * @returns `undefined` if there is none, `"foreign"` if there is something else
 */
export async function readRecord(path: string): Promise<PartRecord | "foreign" | undefined> {
  try {
    if (!(await Deno.lstat(path)).isFile) return "foreign";
    return asRecord(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Writes the record of a part that has none. A link that lies there is not followed: O_EXCL, open(2). */
export async function writeRecord(path: string, record: PartRecord): Promise<void> {
  await Deno.writeTextFile(path, JSON.stringify(record), { createNew: true });
}

function asRecord(text: string): PartRecord | "foreign" {
  const { url, validator, sizeBytes } = parseObject(text) ?? {};
  if (typeof url !== "string") return "foreign";
  return {
    url,
    ...typeof validator === "string" && { validator },
    ...typeof sizeBytes === "number" && { sizeBytes },
  };
}
