import { count } from "./words.ts";

/** What people read in English of the experiments on servers of several processes. */
export const enLabMulticore = {
  "thundering-herd": {
    claim:
      "When a client comes, accept wakes one of the processes that wait in it. An epoll in each process " +
      "wakes all of them, the thundering herd, unless it is asked not to: EPOLLEXCLUSIVE.",
    waiting: (waiting: number, clients: number) =>
      `${waiting} processes wait, and ${clients} clients come, one after another; ` +
      "wake-ups for each client:",
    ways: {
      accept: "in accept",
      shared: "in one epoll for all",
      each: "in an epoll each",
      exclusive: "the same, EPOLLEXCLUSIVE",
    },
    wakeUps: (wakeUps: number) => wakeUps.toFixed(1),
    acceptHerd: "several processes woke up from accept for one client",
    noHerd: "only a few processes woke up though each had an epoll of its own",
    exclusiveHerd: "EPOLLEXCLUSIVE left about as many processes to wake up",
  },
  "lock-or-herd": {
    claim:
      "A lock around accept, which Stevens' servers needed against the thundering herd, gains nothing " +
      "today: accept wakes one process anyway.",
    connections: (connections: number) =>
      `${count(connections)} connections from three clients, each with one message; time for each:`,
    shared: (children: number) => `${String(children).padStart(2)} in accept  no lock`,
    lock: (children: number) => `${String(children).padStart(2)} in accept  lock`,
    us: (us: number) => `${us.toFixed(0)} µs`,
    times: (times: number) => `with the lock, all of it takes ${times.toFixed(2)} times as long`,
    lockIsFaster: "connections were served much faster with the lock",
  },
  "handoff": {
    claim:
      "To hand on a connection costs a wake-up that the one who accepts it himself saves, whether it goes " +
      "to a thread through a queue, or to a process.",
    connections: (connections: number) =>
      `${count(connections)} connections, one after another; until the client has its answer, ` +
      "and wake-ups of those who serve:",
    ways: {
      none: "accepts and serves it",
      queue: "to a thread, eventfd",
      passed: "to a process, SCM_RIGHTS",
    },
    cost: (us: number, wakeUps: number) => `${us.toFixed(0)} µs, ${wakeUps.toFixed(1)}`,
    free: (way: "queue" | "passed") =>
      `handing it to ${way === "queue" ? "a thread" : "a process"} cost no wake-up`,
  },
};
