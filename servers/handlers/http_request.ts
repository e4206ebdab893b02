/**
 * The head of a request, RFC 9112. It is read strictly: a request is refused if two readers could
 * disagree on where it ends.
 *
 * @module
 */

import { type BodySize, bodySizeOf } from "./http_body_size.ts";
import { type Conditions, withCondition } from "./http_condition_headers.ts";

/** The head of a request. */
export interface RequestHead {
  readonly method: "GET" | "HEAD" | "POST";
  /** As it came, without the query, and without the server that an absolute URI names. */
  readonly path: string;
  readonly keepAlive: boolean;
  /** How many bytes its body has. */
  readonly bodySize: BodySize;
  /** Whether the client waits for a word before it sends the body. */
  readonly expectsContinue: boolean;
  /** What part of a file is wanted, and when. */
  readonly conditions: Conditions | undefined;
}

const REQUEST_LINE = /^([A-Z]+) ([^\s\p{Cc}]+) HTTP\/(\d)\.(\d)$/u;
/** A name without whitespace before the colon, and a value without control characters. */
const HEADER = /^([!#$%&'*+.^_`|~\w-]+):((?:\t|\P{Cc})*)$/u;
/**
 * What says where a request ends is ASCII. JavaScript trims more kinds of spaces than others do, and
 * knows a `K` (U+212A) that becomes a `k`: a proxy would have seen other values.
 */
const FRAMING = /^(content-length|transfer-encoding|connection)$/;
const ASCII = /^[\t\x20-\x7e]*$/;
/** RFC 3986, 3.2.2 and 3.2.3; a request for no server in particular has an empty one. */
const HOST = /^(\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(:\d*)?$/i;
/** Section 3.2.2. */
const ABSOLUTE = /^http:\/\/([^/?#]+)(.*)$/i;
const METHODS = ["GET", "HEAD", "POST"] as const;

/**
 * Reads the lines of a head one after another.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const reader = RequestReader.begin("POST /path?query HTTP/1.1");
 * if (typeof reader === "string") throw new Error(reader);
 * assertEquals(reader.take("host: localhost") && reader.take("content-length: 5"), true);
 * const head = reader.end();
 * if (typeof head === "string") throw new Error(head);
 * assertEquals([head.method, head.path, head.bodySize], ["POST", "/path", 5]);
 * ```
 */
export class RequestReader {
  readonly #hosts: string[] = [];
  readonly #lengths: string[] = [];
  readonly #codings: string[] = [];
  readonly #options: string[] = [];
  #expectation: string | undefined;
  #conditions: Conditions | undefined;
  /** How many headers it has taken. */
  count = 0;

  private constructor(
    private readonly method: string,
    private readonly target: string,
    private readonly isOld: boolean,
  ) {}

  /** Begins with a request line; the status of a refusal when `line` is none of HTTP/1. */
  static begin(line: string): RequestReader | string {
    const match = REQUEST_LINE.exec(line);
    if (match === null) return "400 Bad Request";
    const [, method, target, major, minor] = match;
    if (major !== "1") return "505 HTTP Version Not Supported";
    return new RequestReader(method, target, minor === "0");
  }

  /** Takes the next line; false when it is no header. */
  take(line: string): boolean {
    const match = HEADER.exec(line);
    if (match === null) return false;
    this.count++;
    const name = match[1].toLowerCase();
    if (FRAMING.test(name) && !ASCII.test(match[2])) return false;
    const value = match[2].trim();
    switch (name) {
      case "host":
        this.#hosts.push(value);
        break;
      case "content-length":
        this.#lengths.push(...elements(value));
        break;
      case "transfer-encoding":
        this.#codings.push(...elements(value));
        break;
      case "connection":
        this.#options.push(...elements(value));
        break;
      case "expect":
        this.#expectation = value.toLowerCase();
        break;
      default:
        this.#conditions = withCondition(this.#conditions, name, value);
    }
    return true;
  }

  /** The head, or the status with which to refuse it, as in `400 Bad Request`. */
  end(): RequestHead | string {
    const path = this.#path();
    if (path === undefined || !this.#namesItsHost()) return "400 Bad Request";
    const bodySize = bodySizeOf(this.#lengths, this.#codings, this.isOld);
    if (typeof bodySize === "string" && bodySize !== "chunked") return bodySize;
    const method = METHODS.find((known) => known === this.method);
    if (method === undefined) return "405 Method Not Allowed";
    const expectation = this.isOld ? undefined : this.#expectation;
    if (expectation !== undefined && expectation !== "100-continue") {
      return "417 Expectation Failed";
    }
    return {
      ...{ method, path, bodySize },
      keepAlive: !this.#options.includes("close") &&
        (!this.isOld || this.#options.includes("keep-alive")),
      expectsContinue: expectation !== undefined && bodySize !== 0,
      conditions: this.#conditions,
    };
  }

  /** Section 3.2: what is asked for; `undefined` when that is nothing a server can have. */
  #path(): string | undefined {
    const absolute = ABSOLUTE.exec(this.target);
    if (absolute !== null && !HOST.test(absolute[1])) return undefined;
    const wanted = absolute === null ? this.target : absolute[2];
    const path = wanted.split("?", 1)[0];
    if (absolute !== null && path === "") return "/";
    // No file has these names, but the methods that take them shall be refused for what they are.
    if (this.method === "CONNECT" || this.method === "OPTIONS" && path === "*") return path;
    return path.startsWith("/") ? path : undefined;
  }

  /** Section 3.2: one host, and HTTP/1.0 may do without. */
  #namesItsHost(): boolean {
    const [host] = this.#hosts;
    if (host === undefined) return this.isOld;
    return this.#hosts.length === 1 && HOST.test(host);
  }
}

/** The elements of a list, RFC 9110, 5.6.1; an empty value has one, which is empty. */
function elements(value: string): string[] {
  return value.toLowerCase().split(",").map((element) => element.trim());
}
