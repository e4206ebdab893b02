import { ByteInput } from "./byte_input.ts";
import { BodyReader } from "./http_body.ts";
import { type RequestHead, RequestReader } from "./http_request.ts";
import { refusal, textResponse } from "./http_response.ts";
import { textOf } from "./line_buffer.ts";
import { GeneratedReplies, type Handler, type Reply, replyWith, type Session } from "./session.ts";
import type { StaticFiles } from "./static_files.ts";

/** The longest line of a request that is read, in bytes; browsers stay far below. */
const LONGEST_LINE_BYTES = 8_192;
const MAX_HEADERS = 100;
const RETURN = 0x0d;
const CONTINUE = new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n");
const TOO_LARGE = "431 Request Header Fields Too Large";

/** What most requests of a load are answered with, made once. */
const HELLO = {
  GET: textResponse("200 OK", "hello\n", true, false),
  HEAD: textResponse("200 OK", "hello\n", true, true),
};

/**
 * As much of HTTP/1.1 (RFC 9112) as ordinary clients and load tools need: GET, HEAD and POST with
 * keep-alive and pipelining, and bodies of any length, which are counted. An ambiguous request is
 * refused.
 *
 * @param files what to answer a GET with; without them it is `hello`
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { Rooms } from "./rooms.ts";
 * const request = "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
 * const client = { id: 1, peer: { host: "127.0.0.1", port: 1 }, rooms: new Rooms() };
 * const reply = http()(client).onData(new TextEncoder().encode(request)).next();
 * assertStringIncludes(new TextDecoder().decode(reply?.bytes), "HTTP/1.1 200 OK");
 * ```
 */
export function http(files?: StaticFiles): Handler {
  return () => new Http(files);
}

class Http implements Session {
  readonly #input = new ByteInput();
  #reader: RequestReader | undefined;
  #head: RequestHead | undefined;
  #body: BodyReader | undefined;
  /** Ends the sending of a file early. */
  #stopSending = () => {};

  constructor(private readonly files?: StaticFiles) {}

  onData(chunk: Uint8Array): GeneratedReplies {
    this.#input.push(chunk);
    return new GeneratedReplies(this.#replies());
  }

  /** The client may have gone in the middle of a file. */
  readonly onClose = (): void => this.#stopSending();

  *#replies(): Generator<Reply> {
    for (;;) {
      if (this.#head === undefined) {
        const head = this.#readHead();
        if (head === undefined) return;
        if (typeof head === "string") return yield refusal(head);
        this.#head = head;
        if (head.bodySize !== 0) this.#body = new BodyReader(head.bodySize);
        // Not if it has not waited for that, RFC 9110, 10.1.1.
        if (head.expectsContinue && this.#input.length === 0) yield replyWith(CONTINUE);
      }
      const progress = this.#body?.read(this.#input);
      if (progress === "unfinished") return;
      if (progress === "wrong") return yield refusal("400 Bad Request");
      const head = this.#head;
      const count = this.#body?.count ?? 0;
      this.#head = this.#body = undefined;
      for (const reply of this.#respond(head, count)) {
        yield reply;
        if (reply.close) return;
      }
    }
  }

  /** The next head, the status of a refusal, or `undefined` when it is not all there. */
  #readHead(): RequestHead | string | undefined {
    const input = this.#input;
    while (input.takeLine()) {
      const { bytes, lineStart, lineEnd } = input;
      if (lineEnd - lineStart > LONGEST_LINE_BYTES) return TOO_LARGE;
      // A newline alone ends a line for some readers and not for others, who then see other headers.
      if (lineEnd === lineStart || bytes[lineEnd - 1] !== RETURN) return "400 Bad Request";
      const line = textOf(bytes, lineStart, lineEnd - 1);
      const reader = this.#reader;
      if (reader === undefined) {
        // Empty lines before a request are skipped, RFC 9112, 2.2.
        if (line === "") continue;
        const begun = RequestReader.begin(line);
        if (typeof begun === "string") return begun;
        this.#reader = begun;
      } else if (line === "") {
        this.#reader = undefined;
        return reader.end();
      } else {
        if (reader.count === MAX_HEADERS) return TOO_LARGE;
        if (!reader.take(line)) return "400 Bad Request";
      }
    }
    return input.length > LONGEST_LINE_BYTES ? TOO_LARGE : undefined;
  }

  *#respond(head: RequestHead, bodyBytes: number): Generator<Reply> {
    const { method, keepAlive } = head;
    if (method === "POST") {
      yield textResponse("200 OK", `${bodyBytes} bytes\n`, keepAlive, false);
    } else if (this.files !== undefined) {
      yield* this.#sendFile(this.files, head);
    } else if (keepAlive) yield HELLO[method];
    else yield textResponse("200 OK", "hello\n", false, method === "HEAD");
  }

  *#sendFile(files: StaticFiles, head: RequestHead): Generator<Reply> {
    const sending = files.respond(head);
    this.#stopSending = () => void sending.return(undefined);
    yield* sending;
    this.#stopSending = () => {};
  }
}
