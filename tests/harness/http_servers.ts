/**
 * Servers of files: one that does as it should, and one that sends whatever a test tells it to.
 *
 * @module
 */

import { writeAll } from "./clients.ts";
import { decode, encode } from "./bytes.ts";
import { Target } from "./target.ts";

/** What a {@linkcode FileServer} has. */
interface ServedFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag?: string;
}

/** Serves files, or the rest of one, as RFC 9110 says. Dispose of it, and nothing is left open. */
export class FileServer implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** The header `Range` of each request so far. */
  readonly ranges: (string | null)[] = [];

  constructor(files: Readonly<Record<string, ServedFile>>) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      this.ranges.push(request.headers.get("range"));
      const file = files[new URL(request.url).pathname.slice(1)];
      return file === undefined ? new Response("none", { status: 404 }) : answer(request, file);
    });
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.#server.addr.port}/${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function answer({ headers }: Request, { bytes, etag }: ServedFile): Response {
  const own: Record<string, string> = etag === undefined ? {} : { ETag: etag };
  const first = Number(/^bytes=(\d+)-$/.exec(headers.get("range") ?? "")?.[1] ?? NaN);
  const size = bytes.length;
  if (Number.isNaN(first) || headers.get("if-range") !== etag) {
    return new Response(bytes, { headers: { ...own, "Content-Length": `${size}` } });
  }
  if (first >= size) {
    return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${size}` } });
  }
  const range = { "Content-Range": `bytes ${first}-${size - 1}/${size}` };
  return new Response(bytes.subarray(first), { status: 206, headers: { ...own, ...range } });
}

/** Answers a request, of which `head` is the text, on a connection that is closed after that. */
type Answer = (conn: Deno.TcpConn, head: string, index: number) => Promise<void>;

/** Answers each request with bytes of the test's choice. Dispose of it, and nothing is left open. */
export class RawServer extends Target {
  /** The heads of the requests so far. */
  readonly heads: string[];

  /** @param answers one for each request; those after them get the last */
  constructor(...answers: Answer[]) {
    const heads: string[] = [];
    super(async (conn) => {
      const head = await readHead(conn);
      const index = heads.push(head) - 1;
      await answers[Math.min(index, answers.length - 1)](conn, head, index);
    });
    this.heads = heads;
  }

  url(path = "file"): string {
    return `http://127.0.0.1:${this.port}/${path}`;
  }
}

async function readHead(conn: Deno.TcpConn): Promise<string> {
  const buffer = new Uint8Array(4_096);
  let head = "";
  for (let count; !head.includes("\r\n\r\n") && (count = await conn.read(buffer)) !== null;) {
    head += decode(buffer.subarray(0, count));
  }
  return head;
}

/** Sends a head with these lines, then `body`, and closes, as it has said it will. */
export function sends(lines: readonly string[], body: Uint8Array | string = ""): Answer {
  return async (conn) => {
    await writeAll(
      conn,
      encode(`HTTP/1.1 ${[...lines, "Connection: close"].join("\r\n")}\r\n\r\n`),
    );
    await writeAll(conn, typeof body === "string" ? encode(body) : body);
  };
}

/** As {@linkcode sends}, and then says nothing any more until the client hangs up. */
export function sendsAndStalls(lines: readonly string[], body: Uint8Array | string): Answer {
  return async (conn, head, index) => {
    await sends(lines, body)(conn, head, index);
    await stalls(conn);
  };
}

/** Says nothing until the client hangs up. */
export async function stalls(conn: Deno.TcpConn): Promise<void> {
  await conn.read(new Uint8Array(1));
}
