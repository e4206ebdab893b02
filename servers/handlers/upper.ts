import { OneReply, replyWith, type Session } from "./session.ts";

const LOWER_A = 0x61;
const LOWER_Z = 0x7a;
const TO_UPPER = 0x20;

/**
 * Sends back what came with the letters a–z as A–Z, byte for byte. All other bytes stay as they are,
 * so a character of several bytes may arrive in two pieces.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const reply = upper().onData(new TextEncoder().encode("hé!")).next();
 * assertEquals(new TextDecoder().decode(reply?.bytes), "Hé!");
 * ```
 */
export function upper(): Session {
  return {
    onData: (chunk) => new OneReply(replyWith(chunk.map(byteToUpper))),
  };
}

function byteToUpper(byte: number): number {
  return byte >= LOWER_A && byte <= LOWER_Z ? byte - TO_UPPER : byte;
}
