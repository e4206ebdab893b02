import { count, plural } from "./words.ts";

/** What a flood says of how it sent, and of what it met, in English. */
export const enFloodEngine = {
  wantsStages: "it takes stages of a duration and a rate, such as 10s:100,30s:1000,10s:0",
  wantsPath: "it takes a path such as / or /index.html, with %20 for a space",
  /** Over HTTP, where answers are longer than requests. */
  throughput: (answers: number, perSecond: number, bytesPerSecond: string) =>
    `throughput    ${plural(answers, "answer")}, ${
      count(perSecond)
    }/s, ${bytesPerSecond}/s received`,
  /** A closed loop: how fast the clients ask depends on how fast they are answered. */
  closedLoop: (clients: number, isHttp: boolean) =>
    `closed loop   ${plural(clients, "client")}, each waits for its ${isHttp ? "answer" : "echo"}`,
  /** After that: why the round trips are what they are, and this is about as long as the middle one. */
  median: (clients: number, time: string) =>
    `: the median is mostly ${count(clients)} ÷ throughput, ${time}`,
  /** The same where the middle one is another. */
  mean: (clients: number, time: string) => `: the mean is ${count(clients)} ÷ throughput, ${time}`,
  pauses: " and pauses: a server that is slow is asked less often",
  late: (messages: number, limitMs: number) =>
    `sent late     ${plural(messages, "message")}, more than ${limitMs} ms after they were due`,
  /** After the line on a kind of error. */
  first: (time: string) => `; first after ${time}`,
  openMessages: (messages: number, median: string, oldest: string) =>
    `open at end   ${plural(messages, "message")}: half of them older than ${median}, ` +
    `the oldest ${oldest}`,
  openConnects: (connections: number, oldest: string) =>
    `open at end   ${plural(connections, "connection")} being opened, the oldest for ${oldest}`,
  unasked: (connections: number) =>
    `not used      ${plural(connections, "connection")}, on which no message was due`,
  reopened: (connections: number) =>
    `opened again  ${plural(connections, "connection")} in place of those that failed`,
  /** From when a connection failed until its client had another. */
  outage: "without one",
  statuses: (statuses: readonly (readonly [status: string, answers: number])[], others: number) =>
    `answers       ${statuses.map(([status, n]) => `${count(n)} with ${status}`).join(", ")}` +
    (others === 0 ? "" : `; ${count(others)} not 2xx`),
};
