/**
 * The head of a request, RFC 9112. It is read strictly: a request is refused if two readers could
 * disagree on where it ends.
 *
 * @module
 */

/** The head of a request. */
export interface RequestHead {
  readonly method: string;
  readonly keepAlive: boolean;
  readonly hasBody: boolean;
}

const REQUEST_LINE = /^([A-Z]+) [^\s\p{Cc}]+ HTTP\/1\.([01])$/u;
/** A name without whitespace before the colon, and a value without control characters. */
const HEADER = /^([!#$%&'*+.^_`|~\w-]+):((?:\t|\P{Cc})*)$/u;
/** RFC 3986, 3.2.2 and 3.2.3; a request for no server in particular has an empty one. */
const HOST = /^(\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(:\d*)?$/i;

/**
 * Reads the lines of a head one after another.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const reader = RequestReader.begin("GET / HTTP/1.1");
 * assertEquals(reader?.take("host: localhost"), true);
 * assertEquals(reader?.end(), { method: "GET", keepAlive: true, hasBody: false });
 * ```
 */
export class RequestReader {
  readonly #hosts: string[] = [];
  readonly #lengths: string[] = [];
  readonly #codings: string[] = [];
  readonly #options: string[] = [];
  /** How many headers it has taken. */
  count = 0;

  private constructor(private readonly method: string, private readonly isOld: boolean) {}

  /** Begins with a request line; `undefined` when `line` is none of HTTP/1.0 or HTTP/1.1. */
  static begin(line: string): RequestReader | undefined {
    const match = REQUEST_LINE.exec(line);
    return match === null ? undefined : new RequestReader(match[1], match[2] === "0");
  }

  /** Takes the next line; false when it is no header. */
  take(line: string): boolean {
    const match = HEADER.exec(line);
    if (match === null) return false;
    this.count++;
    const value = match[2].trim().toLowerCase();
    switch (match[1].toLowerCase()) {
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
    }
    return true;
  }

  /** The head, or the status with which to refuse it, as in `400 Bad Request`. */
  end(): RequestHead | string {
    if (!this.#namesItsHost() || !this.#hasOneLength()) return "400 Bad Request";
    if (this.#codings.length > 0) {
      // Section 6.1: with a length as well, or in HTTP/1.0, a proxy on the way has likely not
      // understood it.
      const isPlain = this.#lengths.length === 0 && !this.isOld;
      const last = this.#codings.indexOf("chunked");
      if (!isPlain || last !== this.#codings.length - 1) return "400 Bad Request";
      if (last > 0) return "501 Not Implemented";
    }
    return {
      method: this.method,
      keepAlive: !this.#options.includes("close") &&
        (!this.isOld || this.#options.includes("keep-alive")),
      hasBody: this.#codings.length > 0 || /[1-9]/.test(this.#lengths[0] ?? ""),
    };
  }

  /** Section 3.2: one host, and HTTP/1.0 may do without. */
  #namesItsHost(): boolean {
    const [host] = this.#hosts;
    if (host === undefined) return this.isOld;
    return this.#hosts.length === 1 && HOST.test(host);
  }

  /** Section 6.3: a number, and the same one if it is there several times. */
  #hasOneLength(): boolean {
    return this.#lengths.every((length) => /^\d+$/.test(length) && length === this.#lengths[0]);
  }
}

/** The elements of a list, RFC 9110, 5.6.1; an empty value has one, which is empty. */
function elements(value: string): string[] {
  return value.split(",").map((element) => element.trim());
}
