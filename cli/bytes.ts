// @ts-types="./std/format_bytes.d.ts"
import { format } from "@std/fmt/bytes";

/** A number of bytes as people read it, such as `1.34 kB`. */
export function formatBytes(sizeBytes: number): string {
  return format(sizeBytes, { locale: "en" });
}
