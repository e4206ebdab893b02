import { OneAnswer, type Session } from "./session.ts";

const NOTHING: Uint8Array = new Uint8Array(0);

/** Sends back what came. */
export function echo(): Session {
  // One answer for the whole life of the client: the next chunk comes after this one was sent.
  const answer = { bytes: NOTHING, waitMs: 0, close: false };
  const answers = new OneAnswer();
  return {
    receive(chunk) {
      answer.bytes = chunk;
      return answers.put(answer);
    },
  };
}
