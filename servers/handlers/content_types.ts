import { extname } from "node:path";

const TEXT = "; charset=utf-8";
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css" + TEXT,
  ".csv": "text/csv" + TEXT,
  ".gif": "image/gif",
  ".gz": "application/gzip",
  ".htm": "text/html" + TEXT,
  ".html": "text/html" + TEXT,
  ".ico": "image/x-icon",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".js": "text/javascript" + TEXT,
  ".json": "application/json",
  ".md": "text/markdown" + TEXT,
  ".mjs": "text/javascript" + TEXT,
  ".mp3": "audio/mpeg",
  ".mp4": "video/mp4",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain" + TEXT,
  ".wasm": "application/wasm",
  ".webp": "image/webp",
  ".xml": "application/xml",
  ".zip": "application/zip",
};

/**
 * What a browser takes a file for, by the end of its name.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(contentTypeOf("/site/a.PNG"), "image/png");
 * assertEquals(contentTypeOf("/site/a"), "application/octet-stream");
 * ```
 */
export function contentTypeOf(path: string): string {
  return CONTENT_TYPES[extname(path).toLowerCase()] ?? "application/octet-stream";
}
