import { count } from "./words.ts";

/** The help of the command, in English. */
export const enDemoCommand = {
  summary: "show the servers at work, or a coroutine: yield, greenlet, gevent or gevent-sleep",
  usage: "demo [name] [flags]",
  flags: {
    rounds: "with a name: how many times each prints",
    pause: "with a name: how long it sleeps after each line",
  },
  examples: [
    "playground demo",
    "playground demo yield",
    "playground demo gevent-sleep --pause 200ms",
  ],
};

/** What the demos say, in English. */
export const enDemo = {
  shows: {
    yield:
      "Two generators take turns: each yields after a line, and a scheduler resumes the other.",
    greenlet: "Two greenlets switch to each other by name: nothing schedules them.",
    gevent: "Three greenlets never wait: each runs to its end before the next one begins.",
    geventSleep: "Three greenlets sleep after each line: while one sleeps, the others go on.",
  },
  load: (conns: number, size: string, visitors: number) =>
    `${
      count(conns)
    } clients talk at once, ${size} each way; ${visitors} others come, ask once and go`,
  columns: {
    name: "who serves",
    connections: "connections/s",
    messages: "messages/s",
    p99: "99 %",
    memory: "memory per client",
  },
  under: (size: string) => `< ${size}`,
  atATime: (served: number, waiting: number) =>
    served === 1
      ? `serves one at a time: ${count(waiting)} wait`
      : `serves ${count(served)} at a time: ${count(waiting)} wait`,
  tooSlow: (served: number, waiting: number, after: string) =>
    `got to ${count(served)} in ${after}: ${count(waiting)} still wait`,
  oneAtATime: (served: number, conns: number) =>
    `blocking has served ${count(served)} of ${
      count(conns)
    }: the others wait until that one leaves.`,
  allServed: (sound: number, all: number, conns: number) =>
    `${count(sound)} of ${count(all)} servers have served all ${count(conns)} clients.`,
  loopMemory: (m: { loop: string; size: string }) =>
    `One loop serves all, with ${m.size} of memory for each client (${m.loop}).`,
  memory: (m: { others: readonly string[]; loop: string; size: string }) =>
    `Memory per client: ${m.others.join(", ")}, the loop of ${m.loop} ${m.size}.`,
  fastest: (f: { name: string; messages: number }) =>
    `${f.name} was the fastest: ${count(f.messages)} messages/s.`,
  faster: (f: { name: string; messages: number; times: string; other: string }) =>
    `${f.name} was the fastest: ${count(f.messages)} messages/s, ${f.times} × ${f.other}.`,
  incomplete: "ended early: not all servers were run",
};
