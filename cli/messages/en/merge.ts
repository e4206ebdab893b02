import { count } from "./words.ts";

/** The help of the command, in English. */
export const enMergeCommand = {
  summary: "report several floods as one: counters are added, histograms are merged",
  usage: "merge FILE… [flags]",
  flags: {},
  examples: [
    "playground merge a.hdr b.hdr c.hdr",
    "playground merge */flood.json --expect 'p99 < 50ms'",
    "playground merge - < floods.json",
  ],
};

/** What merging says, in English. */
export const enMerge = {
  floods: (floods: number, spreadMs: number) =>
    `floods        ${count(floods)}` +
    (floods === 1 ? "" : `, which began within ${count(Math.round(spreadMs))} ms`),
  cannotRead: (path: string, reason: string) => `${path}: ${reason}`,
  empty: (path: string) => `${path}: it is empty; it should hold what "flood --json" printed`,
  noFlood: (path: string, line: number) =>
    `${path}: neither a log of "flood --hdr" nor the JSON of "flood --json" (line ${count(line)})`,
  newer: (path: string) => `${path}: a newer playground wrote it; use that one to merge`,
  twice: (path: string, other: string) =>
    `${path}: this flood is in ${other} as well, and would be counted twice; name one of them`,
  nothingOpened: "not one connection was opened",
};
