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
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "foreign";
  }
  if (typeof value !== "object" || value === null) return "foreign";
  if (!("url" in value) || typeof value.url !== "string") return "foreign";
  const { url } = value;
  return {
    url,
    ...("validator" in value && typeof value.validator === "string"
      ? { validator: value.validator }
      : {}),
    ...("sizeBytes" in value && typeof value.sizeBytes === "number"
      ? { sizeBytes: value.sizeBytes }
      : {}),
  };
}
