import { count, plural } from "./words.ts";

/** The help of the command, in English. */
export const enFloodCommand = {
  summary: "open many connections at once, talk on each, and check every byte that comes back",
  usage: "flood [flags]",
  flags: {
    conns: "how many connections at once",
    reconnectAfter: "close each connection after this many messages, and open another",
    duration: "how long to talk; 0 is until Ctrl-C",
    message: "what to send (a random number from 0 to 100)",
    size: "send messages of this many bytes instead",
    rate: "messages per second and connection, whether echoed in time or not",
    totalRate: "messages per second on all connections together, whether echoed in time or not",
    stages: "change the total rate: TIME:N ramps it linearly to N in TIME, from --total-rate or 0",
    http: "ask a web server for this path (GET) instead of sending messages",
    reconnect: "open another connection when one is lost or refused, after growing pauses",
    wait: "do not wait for the echo before the next message",
    connectRate: "open this many connections per second",
    think: "pause between an echo and the next message; --no-think for none",
    sockets: "Deno's own, or the system's calls through the C library (Linux)",
    threads: "libc: how many threads share the connections",
    hdr: "write the times of each second to FILE, a log of HdrHistogram",
    csv: "write a row for each second to FILE",
    startAt: "when to begin: +5s from now, 14:30:00, or 2030-01-31T14:30:00Z",
    quiet: "no progress lines, and no key q",
  },
  examples: [
    "playground flood --conns 1000 --duration 3s",
    "playground flood --conns 50 --size 16384",
    "playground flood --conns 100 --rate 10",
    "playground flood --conns 5 --reconnect-after 1",
    "playground flood --conns 50 --stages 10s:100,30s:1000,10s:0",
    "playground flood --conns 50 --http / --port 8080",
    "playground flood --conns 50000 --sockets libc --threads 2",
  ],
};

/** What a flood says, in English. */
export const enFlood = {
  descriptorLimit: (d: { conns: number; threads: number; limit: number; enough: number }) =>
    `${plural(d.conns, "connection")}${
      d.threads === 1 ? "" : ` from ${count(d.threads)} threads`
    } ` +
    `need more descriptors than the limit of ${d.limit}: run "ulimit -n ${d.enough}" first, ` +
    `or use fewer --conns${d.threads === 1 ? "" : " or --threads"}`,
  notListening: (address: string) =>
    `nothing is listening on ${address}: start a server with "playground serve select"`,
  progress: (p: {
    connected: number;
    refused: number;
    waiting: number;
    /** Where they come and go. */
    connectionsPerSecond: number | undefined;
    messagesPerSecond: number;
    latency: string;
  }) =>
    `${count(p.connected)} connected, ${count(p.refused)} refused, ${
      count(p.waiting)
    } waiting to be served, ` +
    (p.connectionsPerSecond === undefined
      ? ""
      : `${count(p.connectionsPerSecond)} connections/s, `) +
    `${count(p.messagesPerSecond)} messages/s, ${p.latency}`,
  /** What is left of the time, or has passed if there is no end. */
  left: (seconds: number) => `${count(seconds)} s left`,
  passed: (seconds: number) => `${count(seconds)} s`,
  lastAnswers: "waiting for the last answers",
  quitKey: "q ends it",
  startsIn: (seconds: number) => `it begins in ${count(seconds)} s`,
  isOver: (flag: string, typed: string, seconds: number) =>
    `${flag}: that time was ${count(seconds)} s ago (${typed})`,
  connections: (c: { opened: number; served: number; refused: number; lost: number }) =>
    `connections   ${count(c.opened)} opened, ${count(c.served)} served, ` +
    `${count(c.refused)} refused, ${count(c.lost)} lost`,
  refused: (connections: number, why: string) => `refused       ${count(connections)}: ${why}`,
  refusal: (reason: string, sockets: "deno" | "libc") => {
    const known: Record<string, string> = {
      ECONNREFUSED: "nothing is listening there",
      ECONNRESET: "reset by the server",
      ETIMEDOUT: "no answer",
      EADDRNOTAVAIL: "no local port is left",
      EMFILE: "no descriptor is left",
      ENFILE: "the system has no descriptor left",
    };
    const hint = reason !== "EADDRNOTAVAIL"
      ? ""
      : sockets === "deno"
      ? "; to this machine, --sockets libc connects from many addresses, each with its own ports"
      : "; the system holds that of a closed connection for up to a minute: try --connect-rate";
    return known[reason] === undefined ? reason : `${known[reason]} (${reason})${hint}`;
  },
  lost: (connections: number, how: string) => `lost          ${count(connections)} ${how}`,
  loss: (reason: string) => {
    if (reason === "reset") return "reset by the server";
    if (reason === "notHttp") return "answered with something that is not HTTP";
    return reason === "closedEarly" ? "closed early by the server" : `broken: ${reason}`;
  },
  finished: (f: { connections: number; messages: number; perSecond: number }) =>
    `come and go   ${plural(f.connections, "connection")} closed after ` +
    `${plural(f.messages, "message")}, ${count(f.perSecond)}/s`,
  connectTime: "connect time",
  /** From connect() to the first answer. */
  firstAnswer: "first answer",
  roundTrip: "round trip",
  percentiles: (label: string, values: readonly string[]) =>
    `${label.padEnd(14)}50 % ${values[0]}, 90 % ${values[1]}, 99 % ${values[2]}, ` +
    `99.9 % ${values[3]}, max ${values[4]}`,
  throughput: (messages: number, perSecond: number, bytesPerSecond: string) =>
    `throughput    ${count(messages)} messages, ${
      count(perSecond)
    }/s, ${bytesPerSecond}/s each way`,
  nothingAnswered: "round trip    no message was answered",
  rate: (due: number, sent: number, notSent: number) =>
    `rate          ${plural(due, "message")} requested, ${count(sent)} sent, ` +
    `${count(notSent)} not sent in time`,
  unanswered: (messages: number, connections: number) =>
    `no answer     to ${plural(messages, "message")}` +
    (connections === 0 ? "" : `; ${plural(connections, "connection")} still waited at the end`),
  wrong: (bytes: number) => `wrong bytes   ${count(bytes)}`,
  cannotConnect: (address: string, reason: string) => `cannot connect to ${address}: ${reason}`,
  notOpened: (connections: number) =>
    `${plural(connections, "connection was", "connections were")} not opened before the end`,
  notServed: (connections: number) =>
    `${plural(connections, "connection was", "connections were")} never served`,
};
