/**
 * What a server of Redis's protocol says, RESP2.
 *
 * @module
 */

const encoder = new TextEncoder();

/** One answer; an array has others in it. `null` is a value that is not there. */
export type Answer =
  | { readonly status: string }
  | { readonly error: string }
  | number
  | bigint
  | null
  | Uint8Array
  | readonly Answer[];

export const OK: Answer = { status: "OK" };

/**
 * Collects answers as bytes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const writer = new RespWriter();
 * writer.add([OK, 1, null, Uint8Array.of(104, 105), { error: "ERR no" }]);
 * assertEquals(
 *   new TextDecoder().decode(writer.take()),
 *   "*5\r\n+OK\r\n:1\r\n$-1\r\n$2\r\nhi\r\n-ERR no\r\n",
 * );
 * ```
 */
export class RespWriter {
  #parts: (string | Uint8Array)[] = [];
  /** About how many bytes there are. */
  length = 0;

  add(answer: Answer): void {
    if (answer === null) this.#add("$-1\r\n");
    else if (answer instanceof Uint8Array) {
      this.#add(`$${answer.length}\r\n`);
      this.#add(answer);
      this.#add("\r\n");
    } else if (isArray(answer)) {
      this.#add(`*${answer.length}\r\n`);
      for (const one of answer) this.add(one);
    } else if (typeof answer !== "object") this.#add(`:${answer}\r\n`);
    else if ("status" in answer) this.#add(`+${oneLine(answer.status)}\r\n`);
    else this.#add(`-${oneLine(answer.error)}\r\n`);
  }

  #add(part: string | Uint8Array): void {
    this.length += part.length;
    const last = this.#parts.length - 1;
    const before = this.#parts[last];
    if (typeof part === "string" && typeof before === "string") this.#parts[last] = before + part;
    else this.#parts.push(part);
  }

  /** Takes out all that was added. */
  take(): Uint8Array {
    const parts = this.#parts.map((part) => typeof part === "string" ? encoder.encode(part) : part);
    const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.length = 0;
    return bytes;
  }
}

function isArray(answer: Answer): answer is readonly Answer[] {
  return Array.isArray(answer);
}

/** A line may name what a client has sent, which must not begin another answer. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, " ");
}
