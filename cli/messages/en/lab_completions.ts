import { count } from "./words.ts";

/** A figure, filled with spaces at its start to `width` characters. */
function column(value: number, width: number): string {
  return count(value).padStart(width);
}

/** What people read of the experiment with readiness and completions, in English. */
export const enLabCompletions = {
  "readiness-or-completion": {
    claim:
      "A message takes two system calls or more with epoll. With io_uring it takes one if a client speaks " +
      "alone, and a part of one if many speak.",
    taken: "what a message takes of the server, and how long 99 % of the round trips take at most:",
    row: (
      clients: number,
      sizeBytes: number,
      model: string,
      calls: number,
      cpuUs: number,
      p99Ms: number,
    ) =>
      `${model} ${column(clients, 5)} × ${column(sizeBytes, 6)} bytes: ${
        calls.toFixed(2)
      } calls, ` +
      `${cpuUs.toFixed(1).padStart(5)} µs CPU, ${p99Ms.toFixed(2).padStart(7)} ms`,
    load: (clients: number, sizeBytes: number) => `${count(clients)} × ${count(sizeBytes)} bytes`,
    cpu: (best: number, bestLoad: string, worst: number, worstLoad: string) =>
      `CPU time of uring ÷ epoll: ${best.toFixed(2)} at best (${bestLoad}), ` +
      `${worst.toFixed(2)} at worst (${worstLoad})`,
    fewCalls: "with epoll a message took fewer than two calls",
    manyCalls: "with io_uring a message of a client alone took more than a call",
    noBatch: "with io_uring a message took a call of its own, though many clients spoke",
  },
};
