import { join, sep } from "node:path";

/** What a path stands for. */
export type Found =
  /** A file, by its real path. */
  | { readonly kind: "file"; readonly path: string; readonly info: Deno.FileInfo }
  /** A directory whose name lacks the `/` at its end: links in its index would lead elsewhere. */
  | { readonly kind: "directory" }
  /** The status of a refusal. */
  | { readonly kind: "refused"; readonly status: string };

const INDEX = "index.html";
const NOT_FOUND: Found = { kind: "refused", status: "404 Not Found" };

/**
 * The file that a path stands for, below `root` and never outside it.
 *
 * @param root the real path of a directory, Deno.realPathSync()
 * @param path of a URL, with its escapes
 * @throws what the system refuses for another reason than the path
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const root = Deno.realPathSync(Deno.makeTempDirSync());
 * Deno.writeTextFileSync(`${root}/a b.txt`, "hello");
 * assertEquals(findFile(root, "/a%20b.txt").kind, "file");
 * assertEquals(findFile(root, "/%2e%2e/etc/passwd").kind, "refused");
 * Deno.removeSync(root, { recursive: true });
 * ```
 */
export function findFile(root: string, path: string): Found {
  const segments = decodeSegments(path);
  if (segments === undefined) return { kind: "refused", status: "400 Bad Request" };
  const isDirectoryPath = segments.at(-1) === "";
  if (isDirectoryPath) segments.pop();
  // An empty name would make several paths of one file, and of `//host/` another host's.
  if (segments.includes("")) return NOT_FOUND;
  try {
    const found = look(root, join(root, ...segments));
    if (found.kind !== "directory") return isDirectoryPath ? NOT_FOUND : found;
    if (!isDirectoryPath) return found;
    const index = look(root, join(root, ...segments, INDEX));
    return index.kind === "file" ? index : NOT_FOUND;
  } catch (error) {
    return refusalFor(error);
  }
}

/** The names in a path; `undefined` when they may not be asked for. */
function decodeSegments(path: string): string[] | undefined {
  try {
    const segments = path.split("/").slice(1).map(decodeURIComponent);
    return segments.some(isForbidden) ? undefined : segments;
  } catch {
    return undefined; // an escape that is none
  }
}

/** Whether the system takes a name for another thing than a file in a directory. */
function isForbidden(name: string): boolean {
  return name === "." || name === ".." || /[/\0]/.test(name) ||
    sep === "\\" && /[\\:]/.test(name);
}

function look(root: string, path: string): Found {
  // Symbolic links may lead out of the root; where they end, there are none left.
  const real = Deno.realPathSync(path);
  if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) return NOT_FOUND;
  const info = Deno.statSync(real);
  if (info.isDirectory) return { kind: "directory" };
  // A pipe would hold the thread until somebody writes into it, fifo(7).
  return info.isFile ? { kind: "file", path: real, info } : NOT_FOUND;
}

/** What a path, or a want of descriptors, makes the system say, errno(3). */
const REFUSALS: Readonly<Record<string, string>> = {
  ENOENT: "404 Not Found",
  ENOTDIR: "404 Not Found",
  ENAMETOOLONG: "404 Not Found",
  ELOOP: "404 Not Found",
  EACCES: "403 Forbidden",
  EPERM: "403 Forbidden",
  EMFILE: "503 Service Unavailable",
  ENFILE: "503 Service Unavailable",
};

/**
 * The refusal for an error of the file system.
 *
 * @throws the error when it is none of those that a path can cause
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const missing = Object.assign(new Error("no such file"), { code: "ENOENT" });
 * assertEquals(refusalFor(missing).status, "404 Not Found");
 * ```
 */
export function refusalFor(error: unknown): Found & { kind: "refused" } {
  // Deno keeps /proc, /sys and most of /dev from programs that may not do everything.
  if (error instanceof Deno.errors.NotCapable) return { kind: "refused", status: "403 Forbidden" };
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const status = REFUSALS[code];
  if (status === undefined) throw error;
  return { kind: "refused", status };
}
