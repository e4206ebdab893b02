import type { Session } from "./session.ts";

/** Receives and says nothing, as the first servers of a textbook do. */
export function discard(): Session {
  return { receive: () => [] };
}
