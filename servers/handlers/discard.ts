import { OneAnswer, type Session } from "./session.ts";

/** Receives and says nothing, as the first servers of a textbook do. */
export function discard(): Session {
  const none = new OneAnswer();
  return { receive: () => none };
}
