import { count } from "./words.ts";

/** A figure, filled with spaces at its start to `width` characters. */
function column(value: number, width: number): string {
  return count(value).padStart(width);
}

/** What people read of the experiment with readiness and completions, in English. */
export const enLabCompletions = {
  "readiness-or-completion": {
    claim:
      "When many clients speak, a message takes two system calls or more with epoll, and a part of " +
      "one with io_uring. With one client io_uring saves hardly any: there is nothing to share a call with.",
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
    noBatch: "with io_uring a message took a call or more, though many clients spoke",
    savesAlone: "io_uring saved calls with a single client as well",
  },
};
