import type { KvStore } from "./kv_store.ts";
import type { Answer } from "./resp.ts";
import type { Command } from "./resp_reader.ts";

/** What a command may use. */
export interface KvContext {
  /** Opens the store with the first call. */
  store(): KvStore;
  /** The number of the client. */
  readonly id: number;
}

/** What a server must know of a command. */
export interface KvCommand {
  /** How many words it has, with its name; from so many on if negative. */
  readonly arity: number;
  /** Which of its words are keys. */
  readonly keys?: "first" | "all" | "every other";
  readonly writes?: boolean;
  /** Whether the connection ends with its answer. */
  readonly closes?: boolean;
  run(args: Command, context: KvContext): Answer;
}

/**
 * What Redis says to a command with too few or too many words.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(wrongArity("get"), { error: "ERR wrong number of arguments for 'get' command" });
 * ```
 */
export function wrongArity(name: string): Answer {
  return { error: `ERR wrong number of arguments for '${name}' command` };
}

/**
 * Bytes as a text, each as the character of its number: names of commands and options are ASCII.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(textOf(Uint8Array.of(71, 69, 84)), "GET");
 * ```
 */
export function textOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
