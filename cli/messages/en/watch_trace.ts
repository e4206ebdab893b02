import { count } from "./words.ts";

/** What the view in the terminal says of lanes and of the calls that wait, in English. */
export const enWatchTrace = {
  clients: "clients:",
  lanes: "lanes:",
  /** Short: all of them are in one line. */
  states: {
    backlog: "in the backlog",
    queued: "queued",
    waiting: "waiting",
    served: "served",
    asleep: "asleep",
    blocked: "blocked",
    closed: "closed",
  },
  /** The lane of the server itself, where others serve. */
  server: "the server",
  activities: {
    wait: "waits",
    accept: "accept",
    recv: "recv",
    handle: "handler",
    sleep: "asleep",
    send: "send",
    dispatch: "hands over",
    untraced: "not traced",
    ended: "ended",
    held: "held up",
  },
  /** @param call the one that waits; `undefined` for a server that polls */
  scan: (call: string | undefined, scanned: number, ready: number, vain: number) =>
    `${call === undefined ? "a round" : call} looked at ${count(scanned)}, ready ${
      count(ready)
    }; in vain so far: ${count(vain)}`,
  now: "now",
  secondsAgo: (seconds: number) => `-${seconds} s`,
};
