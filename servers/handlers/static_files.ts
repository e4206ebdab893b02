import { contentTypeOf } from "./content_types.ts";
import { choosePart, type FileVersion, type Part, versionOf } from "./http_conditions.ts";
import type { RequestHead } from "./http_request.ts";
import { type Headers, refusal, responseHead, textResponse } from "./http_response.ts";
import { type Reply, replyWith } from "./session.ts";
import { findFile, type Found, refusalFor } from "./static_path.ts";

/** How much of a file is in memory at a time, for each client that gets one. */
const PIECE_BYTES = 65_536;
const encoder = new TextEncoder();

/**
 * The files of a directory, for `--handler http --root DIR`.
 *
 * A file is read piece by piece, each when the one before it was sent. These reads are synchronous,
 * as read(2) of a file always is: there is no "would block" for a disk. While one waits for the
 * disk, a loop serves nobody, which is why servers read files in threads.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * const root = Deno.makeTempDirSync();
 * Deno.writeTextFileSync(`${root}/a.txt`, "hello");
 * const files = new StaticFiles(root);
 * const head = { method: "GET", path: "/a.txt", keepAlive: true } as const;
 * const [reply] = files.respond({
 *   ...head,
 *   ...{ bodySize: 0, expectsContinue: false, conditions: undefined },
 * });
 * assertStringIncludes(new TextDecoder().decode(reply.bytes), "\r\n\r\nhello");
 * Deno.removeSync(root, { recursive: true });
 * ```
 */
export class StaticFiles {
  readonly #root: string;

  /**
   * @param root a directory
   * @throws when it is not there
   */
  constructor(root: string) {
    this.#root = Deno.realPathSync(root);
  }

  /** The response to a GET or HEAD. Ended early, it closes its file. */
  *respond(head: RequestHead): Generator<Reply> {
    const { path, keepAlive, method } = head;
    const isHead = method === "HEAD";
    const found = findFile(this.#root, path);
    if (found.kind === "refused") yield refuse(found.status, keepAlive, isHead);
    else if (found.kind === "directory") {
      const status = "301 Moved Permanently";
      // As it was asked for: what is escaped there must stay so.
      yield textResponse(status, `${status}\n`, keepAlive, isHead, { location: `${path}/` });
    } else yield* sendFile(found, head);
  }
}

/** A path that is not there ends no connection, as the requests after it are as clear as before. */
function refuse(status: string, keepAlive: boolean, isHead: boolean): Reply {
  if (status.startsWith("400")) return refusal(status);
  return textResponse(status, `${status}\n`, keepAlive, isHead);
}

function* sendFile({ path, info }: Found & { kind: "file" }, head: RequestHead): Generator<Reply> {
  const { keepAlive, method, conditions } = head;
  const isHead = method === "HEAD";
  const version = versionOf(info);
  const part = choosePart(version, conditions, isHead);
  if (part.status.startsWith("4")) {
    return yield textResponse(part.status, `${part.status}\n`, keepAlive, isHead, part.headers);
  }
  const lines = encoder.encode(
    responseHead(part.status, keepAlive, headersOf(path, version, part)),
  );
  if (isHead || part.start === part.end) return yield replyWith(lines, !keepAlive);
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path);
  } catch (error) {
    return yield refuse(refusalFor(error).status, keepAlive, isHead);
  }
  let last: Reply;
  try {
    file.seekSync(part.start, Deno.SeekMode.Start);
    last = yield* pieces(file, part.end - part.start, lines, keepAlive);
  } finally {
    file.close();
  }
  yield last;
}

/**
 * The first one comes with the head, so that a small file is one reply. The last one is returned, so that
 * nobody has to ask for more before the file is closed.
 */
function* pieces(
  file: Deno.FsFile,
  sizeBytes: number,
  head: Uint8Array,
  keepAlive: boolean,
): Generator<Reply, Reply> {
  let headBytes = head.length;
  for (let left = sizeBytes;;) {
    const piece = new Uint8Array(headBytes + Math.min(left, PIECE_BYTES));
    if (headBytes > 0) piece.set(head);
    const count = file.readSync(piece.subarray(headBytes)) ?? 0;
    left -= count;
    // A file that has become shorter cannot keep what the head has promised: the client must see that.
    const isCutShort = count === 0;
    const bytes = piece.subarray(0, headBytes + count);
    if (isCutShort || left === 0) return replyWith(bytes, isCutShort || !keepAlive);
    yield replyWith(bytes);
    headBytes = 0;
  }
}

function headersOf(path: string, { size, etag, modified }: FileVersion, part: Part): Headers {
  const tags = { etag, "last-modified": modified };
  if (part.status.startsWith("304")) return tags;
  return {
    "content-type": contentTypeOf(path),
    "content-length": String(size),
    "accept-ranges": "bytes",
    ...tags,
    ...part.headers,
  };
}
