import type { ByteInput } from "./byte_input.ts";
import { splitArguments } from "./resp_inline.ts";

/** A command and its arguments. */
export type Command = readonly Uint8Array[];

/** The largest key or value, in bytes; Redis takes 512 MB. */
export const MAX_BULK_BYTES = 1_048_576;
/** How many arguments a command may have, and how many bytes in all. */
const MAX_ARGUMENTS = 1_024 * 1_024;
const MAX_COMMAND_BYTES = 16 * 1_048_576;
/** What an argument takes beside its bytes. */
const ARGUMENT_BYTES = 64;
/** The longest line, as in Redis. */
const LONGEST_LINE_BYTES = 65_536;
const [ARRAY, BULK, MINUS, ZERO, NINE, RETURN] = [0x2a, 0x24, 0x2d, 0x30, 0x39, 0x0d]; // * $ - 0 9 \r
const NOTHING = new Uint8Array(0);

/** The client does not speak the protocol, so nobody knows where its next command would begin. */
export class RespError extends Error {
  override readonly name = "RespError";

  constructor(reason: string) {
    super(`Protocol error: ${reason}`);
  }
}

/**
 * Reads commands as Redis does: arrays of bulk strings, or a line of words that somebody has typed.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ByteInput } from "./byte_input.ts";
 * const input = new ByteInput();
 * const reader = new RespReader(input);
 * input.push(new TextEncoder().encode("*2\r\n$3\r\nGET\r\n$1\r\na\r\nping\r\n*1"));
 * const shown = () => reader.next()?.map((word) => new TextDecoder().decode(word));
 * assertEquals([shown(), shown(), shown()], [["GET", "a"], ["ping"], undefined]);
 * ```
 */
export class RespReader {
  #command: Uint8Array[] = [];
  #commandBytes = 0;
  /** How many arguments of the command are missing. */
  #missing = 0;
  /** How long the next one is, once its length has come. */
  #bulkBytes: number | undefined;

  /** @param input where the commands come from */
  constructor(private readonly input: ByteInput) {}

  /**
   * The next command, or `undefined` when it is not all there.
   *
   * @throws {RespError} when it is none
   */
  next(): Command | undefined {
    for (;;) {
      if (this.#missing === 0) {
        const first = this.#takeLine("too big inline request");
        if (first === undefined) return undefined;
        if (first[0] !== ARRAY) {
          const words = splitArguments(first);
          if (words === undefined) throw new RespError("unbalanced quotes in request");
          if (words.length > 0) return words;
          continue; // an empty line
        }
        const count = integer(first);
        if (count === undefined || count > MAX_ARGUMENTS) {
          throw new RespError("invalid multibulk length");
        }
        this.#missing = Math.max(0, count);
        continue;
      }
      const argument = this.#nextArgument();
      if (argument === undefined) return undefined;
      this.#command.push(argument);
      if (--this.#missing > 0) continue;
      const command = this.#command;
      this.#command = [];
      this.#commandBytes = 0;
      return command;
    }
  }

  #nextArgument(): Uint8Array | undefined {
    if (this.#bulkBytes === undefined) {
      const line = this.#takeLine("too big bulk count string");
      if (line === undefined) return undefined;
      if (line[0] !== BULK) throw new RespError(`expected '$', got '${shown(line[0])}'`);
      const length = integer(line);
      if (length === undefined || length < 0 || length > MAX_BULK_BYTES) {
        throw new RespError("invalid bulk length");
      }
      this.#commandBytes += length + ARGUMENT_BYTES;
      if (this.#commandBytes > MAX_COMMAND_BYTES) throw new RespError("too big command");
      this.#bulkBytes = length;
    }
    if (this.input.length < this.#bulkBytes + 2) return undefined;
    const argument = this.#bulkBytes === 0 ? NOTHING : this.input.take(this.#bulkBytes);
    this.input.skip(2); // its \r\n, which Redis does not look at either
    this.#bulkBytes = undefined;
    return argument;
  }

  #takeLine(tooBig: string): Uint8Array | undefined {
    const { input } = this;
    if (!input.takeLine()) {
      if (input.length > LONGEST_LINE_BYTES) throw new RespError(tooBig);
      return undefined;
    }
    const { bytes, lineStart, lineEnd } = input;
    if (lineEnd - lineStart > LONGEST_LINE_BYTES) throw new RespError(tooBig);
    const hasReturn = lineEnd > lineStart && bytes[lineEnd - 1] === RETURN;
    return bytes.subarray(lineStart, hasReturn ? lineEnd - 1 : lineEnd);
  }
}

/** The number after the first byte of a line; `undefined` when it is none, or of too many digits. */
function integer(line: Uint8Array): number | undefined {
  const isNegative = line[1] === MINUS;
  const start = isNegative ? 2 : 1;
  if (line.length === start || line.length > start + 15) return undefined;
  let value = 0;
  for (let at = start; at < line.length; at++) {
    const byte = line[at];
    if (byte < ZERO || byte > NINE) return undefined;
    value = value * 10 + (byte - ZERO);
  }
  return isNegative ? -value : value;
}

/** A byte as an error names it, which has to stay on its line. */
function shown(byte: number | undefined): string {
  return byte === undefined || byte < 0x20 || byte > 0x7e ? " " : String.fromCharCode(byte);
}
