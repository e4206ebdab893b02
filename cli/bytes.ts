// @ts-types="./std/format_bytes.d.ts"
import { format } from "@std/fmt/bytes";

/**
 * A number of bytes as people read it, in decimal units.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(formatBytes(1_337), "1.34 kB");
 * ```
 */
export function formatBytes(sizeBytes: number): string {
  return format(sizeBytes, { locale: "en" });
}
