import { count, list, plural } from "./words.ts";

/** The help of the command, in English. */
export const enCompareCommand = {
  summary: "compare two races, or two floods: what has changed beyond the noise",
  usage: "compare <before.json> <after.json> [flags]",
  flags: {
    all: "show every figure, also those that have not changed",
    md: "print Markdown, for a pull request",
  },
  examples: [
    "playground compare before.json after.json",
    'playground compare before.json after.json --expect "worse = 0" --md',
    'playground compare before.json after.json --expect "rate > -5%" --expect "p99 < +10%"',
  ],
};

/** What is said of two races or floods, in English. */
export const enCompare = {
  neither: (path: string) =>
    `${path}: it is neither a race nor a flood; race --json FILE and flood --json > FILE write them`,
  newer: (path: string) => `${path}: a newer playground wrote it, which this one cannot read`,
  cannotRead: (path: string, reason: string) => `${path}: ${reason}`,
  twoKinds: (before: string, after: string) =>
    `${before} and ${after}: one is a race and the other a flood, or they are races of different kinds`,
  nothingInCommon: "no server takes part in both races",
  title: (before: string, after: string) => `${before} → ${after}`,
  columns: {
    server: "server",
    figure: "figure",
    before: "before",
    after: "after",
    change: "change",
  },
  figures: {
    rate: "messages/s",
    connections: "connections/s",
    p50: "50 %",
    p99: "99 %",
    "p99.9": "99.9 %",
    cpu: "CPU s/M",
    memory: "memory",
  },
  verdicts: { better: "better", worse: "worse", same: "same", unknown: "?" },
  change: (change: string, low: string, high: string) => `${change} (${low} to ${high})`,
  conclusion: (c: { changed: number; figures: number; better: number; worse: number }) =>
    `${count(c.changed)} of ${plural(c.figures, "figure")} changed beyond the noise: ` +
    `${count(c.better)} better, ${count(c.worse)} worse.`,
  fewRounds: (rounds: number, isFlood: boolean) =>
    `too few rounds for a verdict: it takes ${rounds} in each file` +
    (isFlood ? " (each line of a file is a round: flood --json >> FILE)" : ""),
  conditions: (differences: readonly string[]) =>
    `they were not run in the same way: ${list(differences)}`,
  onlyIn: (path: string, servers: readonly string[]) => `only in ${path}: ${list(servers)}`,
  apart: (path: string, servers: readonly string[]) =>
    `did not hold the load in ${path}: ${list(servers)}`,
  faults: (what: "lost" | "refused" | "wrongBytes", before: number, after: number) =>
    `${
      { lost: "connections lost", refused: "connections refused", wrongBytes: "wrong bytes" }[what]
    }` +
    `: ${count(before)} before, ${count(after)} after`,
  legend: "in brackets, from where to where the change may be; same: no more than the noise",
};
