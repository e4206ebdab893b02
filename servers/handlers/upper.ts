import { answerWith, OneAnswer, type Session } from "./session.ts";

const LOWER_A = 0x61;
const LOWER_Z = 0x7a;
const TO_UPPER = 0x20;

/**
 * Sends back what came with the letters a–z as A–Z, byte for byte: what is not ASCII stays as it is,
 * so that a character which arrives in two pieces is not harmed.
 */
export function upper(): Session {
  return {
    receive: (chunk) => new OneAnswer(answerWith(chunk.map(byteToUpper))),
  };
}

function byteToUpper(byte: number): number {
  return byte >= LOWER_A && byte <= LOWER_Z ? byte - TO_UPPER : byte;
}
