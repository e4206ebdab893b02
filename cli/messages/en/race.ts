import { count, didYouMean, list, plural } from "./words.ts";

/** How the marks are to be read, in every kind of race. */
const verdictLegend = [
  "ratio: how many times as much of the first figure as the first server, or --baseline, has; in " +
  "brackets, from where to where that may be; tie: the intervals overlap",
  "*: the best of those that held the load, if its interval overlaps with no other",
];

/** The help of the command, in English. */
export const enRaceCommand = {
  summary: "run models under the same load, one after another, and compare them",
  usage: "race [model…] [flags]",
  flags: {
    conns: "how many connections at once (200; with --churn, 5)",
    size: "bytes per message (64), or with --churn per answer (4000)",
    duration: "how long to measure each server in each round (1s; with --churn, 60s at most)",
    settle: "wait this long at most for each connection's first answer before the warm-up",
    churn: "connections that come and go: each asks once, --conns of them at a time",
    each: "churn: how many connections each client opens, one after another",
    handler: "what to do with bytes: echo, upper, or a file that echoes: ./mine.js",
    sleep: "wait this long before each answer, as for a database",
    cpu: "burn this much CPU time per message",
    sockets: "which kinds of sockets race",
    rounds: "how many rounds to run, each in another order; the medians count",
    seed: "draw the orders from this number, to repeat a race",
    baseline: 'compare all with this server, in place of the best: "epoll libc"',
    rate: "ask each connection this many times a second, which makes latencies comparable",
    totalRate: "the same, over all connections together",
    http: "ask for this path by HTTP, as in: race epoll --http /",
    warmup: "warm up this long before measuring",
    against: 'also race a program that listens on {port}: "NAME=COMMAND {port}"',
    json: "write the results to this file, for programs",
    csv: "write the medians to this file, for spreadsheets",
    html: "write a page with charts to this file",
    open: "show the page in the browser",
  },
  examples: [
    "playground race",
    "playground race select epoll async --rounds 5 --html race.html --open",
    'playground race epoll --against "python=python3 server.py {port}"',
    "playground race select epoll --total-rate 10000 --rounds 7",
    "playground race process thread --churn",
  ],
};

/** What a race says, in English. */
export const enRace = {
  against: (typed: string) =>
    `--against ${typed}: it takes NAME=COMMAND with {port} in it, such as ` +
    '"python=python3 server.py {port}"',
  sameName: (name: string) => `--against ${name}=…: the name ${name} is already taken`,
  handler: (name: string) =>
    `--handler ${name}: a race compares what comes back with what was sent; ` +
    "it takes echo, upper, or a file that echoes, such as ./mine.js",
  notOnSockets: (models: string, sockets: string) =>
    `${models} does not serve on ${sockets} sockets`,
  cannotOpen: (path: string) => `found no program that shows ${path}; open it in a browser`,
  nothingMeasured: "nothing was measured",
  written: (path: string) => `written: ${path}`,
  round: (round: number, rounds: number) => `round ${round} of ${rounds}`,
  left: (time: string) => `${time} left`,
  seconds: (seconds: number) =>
    seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`,
  seldom: (conns: number, everySeconds: string, settleSeconds: string) =>
    `at this rate, each of ${
      count(conns)
    } connections is asked every ${everySeconds} s, and first ` +
    `answers are awaited for ${settleSeconds} s; raise the rate or --settle, or lower --conns`,
  noSuchEntrant: (name: string, nearest: string | null) =>
    `--baseline ${name}: no such server takes part${didYouMean(nearest)}`,
  load: (l: { conns: number; what: string; rounds: number; duration: string; warmup: string }) =>
    `${count(l.conns)} connections, ${l.what}, ` +
    `${l.rounds === 1 ? "1 round" : `${l.rounds} rounds`} of ${l.duration} after ${l.warmup}`,
  messagesOf: (size: string) => `messages of ${size}`,
  semicolon: "; ",
  /** How fast was asked. */
  pace: {
    closed: "each connection asks again as soon as it has its answer",
    rate: (perSecond: number) => `at a fixed rate of ${count(perSecond)} messages/s in all`,
  },
  order: (seed: number) => `each round in another order: --seed ${seed}`,
  churnLoad: (l: { conns: number; each: number; size: string; rounds: number }) =>
    `${plural(l.conns, "client")}, ${count(l.each)} connections each, one after another, ` +
    `${l.size} asked for on each, ${plural(l.rounds, "round")}`,
  answered: (answered: number, conns: number, after: string | undefined) =>
    `${count(answered)} of ${count(conns)}${after === undefined ? "" : ` after ${after}`}`,
  incomplete: (done: number, all: number) =>
    `ended early: ${count(done)} of ${count(all)} heats were run`,
  columns: {
    name: "server",
    spread: "spread",
    ratio: "ratio",
    messagesPerSecond: "messages/s",
    connectionsPerSecond: "connections/s",
    served: "served",
    allServedMs: "all served",
    runMs: "the run",
    p50Ms: "50 %",
    p99Ms: "99 %",
    p999Ms: "99.9 %",
    firstAnswerP50Ms: "50 %",
    firstAnswerP99Ms: "99 %",
    firstAnswerP999Ms: "99.9 %",
    cpuSecondsPerMillion: "CPU s/M",
    peakMemoryBytes: "memory",
    memoryPerClientBytes: "per client",
    threads: "threads",
    processes: "processes",
    switchesPerThousand: "switches",
    wakeUpsPerThousand: "wake-ups",
  },
  legends: {
    messages: [
      "50, 99, 99.9 %: this share of the round trips took no longer",
      "all served: from the first connect until each connection had an answer",
      "CPU s/M: CPU seconds of the server per million messages",
      "switches, wake-ups: per thousand messages",
      "memory, threads, processes: the maximum at any time, including children",
      "per client: the memory that came on top until all were served, for each",
      ...verdictLegend,
    ],
    rate: [
      "50, 99, 99.9 %: this share of the round trips took no longer, from when each was due",
      "all served: from the first connect until each connection had an answer",
      "CPU s/M: CPU seconds of the server per million messages",
      "switches, wake-ups: per thousand messages",
      "memory, threads, processes: the maximum at any time, including children",
      "per client: the memory that came on top until all were served, for each",
      ...verdictLegend,
    ],
    churn: [
      "the run: from the first connect until the last connection was closed",
      "50, 99, 99.9 %: this share of the first answers took no longer, from connect on",
      "CPU s/M: CPU seconds of the server per million connections",
      "switches, wake-ups: per thousand connections",
      "memory, threads, processes: the maximum at any time, including children",
      ...verdictLegend,
    ],
  },
  /** Which server is better than which. */
  verdicts: {
    tied: "tie",
    conclusion: {
      throughput: (clauses: string) => `${clauses}.`,
      p99: (clauses: string) => `99 % of the round trips: ${clauses}.`,
    },
    tie: (names: readonly string[]) => `${list(names)} tie`,
    others: (servers: number) => `${count(servers)} others`,
    ratio: (one: string, other: string, r: { value: string; low: string; high: string }) =>
      `${one} is ${r.value} × (${r.low} to ${r.high}) ${other}`,
  },
  apart: "did not hold the load, and compare with nobody:",
  endedEarly: (how: string) => `it ended before it listened: ${how}`,
  silent: (seconds: string) => `it did not listen within ${seconds} s`,
  ended: (how: string) => `it ended under the load: ${how}`,
  exit: (code: number) => `exit status ${code}`,
  killed: (signal: string) => `killed by ${signal}`,
  notServed: (opened: number, conns: number) =>
    `none of ${count(conns)} connections was served (${count(opened)} were opened)`,
  refused: (connections: number, why: string) => `${count(connections)} refused: ${why}`,
  unansweredCount: (connections: number) => `${count(connections)} without an answer at the end`,
  wrongCount: (bytes: number) => `${count(bytes)} wrong bytes`,
  statusCount: (answers: number) => `${count(answers)} answers with an HTTP status other than 2xx`,
  /** In place of a throughput. */
  fault: {
    lost: "lost",
    unanswered: "stalled",
    status: "HTTP errors",
    wrong: "wrong bytes",
    failed: "failed",
  },
  /** Several things, or one with what there is to say of it. */
  listed: (things: readonly string[]) => things.join(", "),
  inBrackets: (detail: string) => ` (${detail})`,
  unserved: (who: string) => `not all connections served: ${who}`,
  lost: (who: string) => `connections lost: ${who}`,
  unanswered: (who: string) => `connections without an answer at the end: ${who}`,
  wrong: (who: string) => `wrong bytes came back: ${who}`,
  status: (who: string) => `answers with an HTTP status other than 2xx: ${who}`,
  rateNotKept: (who: string) => `took less than was due: ${who}`,
  baselineApart: "the baseline did not hold the load, so nobody is compared with it",
  fewRounds: (servers: number, rounds: number) =>
    `too few rounds to tell ${count(servers)} servers apart: it takes --rounds ${rounds}`,
  wideSpread: (who: string) =>
    `rounds more than 10 % from the median: ${who}; other programs may be running; ` +
    "more --rounds or a longer --duration help",
  floodLimit: (who: string) =>
    `the flood used nearly all the CPU it can get, and may itself be what limited: ${who}`,
  page: {
    title: "The race",
    throughput: "Messages per second",
    latency: "Round trips",
    latencyAxis: "round trip in milliseconds",
    percentileAxis: "share of the messages that took no longer",
    memory: "Peak memory in megabytes",
    cpu: "CPU seconds per million messages",
    figures: "All figures",
    machine: "The machine",
    repeat: "To repeat the race",
    rounds: "All rounds",
    round: (round: number) => `round ${round}`,
    median: (figure: string) => `${figure}, median`,
    failed: "(failed)",
    apart: "(did not hold the load)",
    notes: "Notes",
    churn: {
      throughput: "Connections per second",
      latency: "From connect to the first answer",
      latencyAxis: "first answer in milliseconds",
      percentileAxis: "share of the connections that waited no longer",
      cpu: "CPU seconds per million connections",
    },
    rate: {
      throughput: "99 % of the round trips, in milliseconds",
      latency: "Round trips at the same rate",
      latencyAxis: "round trip in milliseconds, from when it was due",
    },
    chartOf: (title: string) => `${title}: a chart of the figures in the table below`,
  },
  machine: {
    processor: "processor",
    processors: (count: number) => `${count} ×`,
    memory: "memory",
    system: "system",
    versions: "versions",
    date: "date",
    load: "load",
  },
};
