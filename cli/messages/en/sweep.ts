import { count } from "./words.ts";

/** The help of the command, in English. */
export const enSweepCommand = {
  summary: "raise the rate until a server breaks, and show its latency at each rate",
  usage: "sweep <model>… | --port N [flags]",
  flags: {
    port: "sweep the server that runs there, instead of models",
    limit: "a rate is held while 99 % of the answers come within this time",
    from: "the first rate, in messages per second over all connections",
    to: "try no higher rate",
    precision: "search until held and broken rates are this many percent apart",
    duration: "how long each rate is tried",
    conns: "how many connections share the rate",
    size: "send messages of this many bytes",
    http: "ask for this path with GET instead, over HTTP/1.1",
    sockets: "on which sockets the models serve",
    sleep: "models: each message sleeps this long",
    cpu: "models: each message burns this much CPU",
    csv: "write a row for each rate that was tried to FILE",
    html: "write a page with the chart to FILE",
  },
  examples: [
    "playground sweep epoll --sockets libc",
    "playground sweep select epoll async --limit 20ms --html sweep.html",
    "playground sweep --port 7788 --expect 'rate > 20k'",
  ],
};

/** What a sweep says, in English. */
export const enSweep = {
  columns: {
    rate: "messages/s",
    answered: "answered/s",
    p50: "50 %",
    p99: "99 %",
    max: "max",
  },
  latency: (limit: string) => `above ${limit}`,
  missing: (missing: number) => `${count(missing)} went wrong or missing`,
  unserved: "not all were served",
  gone: "nothing listens any more",
  chart: "99 % of the answers come within, by messages per second (capitals: not held)",
  holds: (name: string, held: string, p99: string, broken: string) =>
    `${name} holds ${held} messages/s (99 % within ${p99}), and breaks at ${broken}/s`,
  /** The end of the sentence. */
  floodBusy: "; the flood itself was at its limit, so the server may hold more",
  goneSince: "; nothing listens there since",
  cutShort: (name: string, held: string, p99: string) =>
    `${name} holds at least ${held} messages/s (99 % within ${p99}); the search was ended early`,
  neverBroke: (name: string, held: string, p99: string) =>
    `${name} holds ${held} messages/s (99 % within ${p99}), the most that was tried`,
  holdsNothing: (name: string, limit: string, broken: string) =>
    `${name} holds no rate that was tried within ${limit}, not even ${broken} messages/s`,
  failed: (name: string, reason: string) => `${name} could not be tried: ${reason}`,
  nothingMeasured: "nothing could be measured",
  page: {
    title: (limit: string) => `Where does it break? 99 % within ${limit}`,
    chart: "Latency against rate",
    rateAxis: "messages per second",
  },
};
