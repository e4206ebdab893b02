import { count, plural } from "./words.ts";

/** What people read of the experiments with several workers, in English. */
export const enLabWorkers = {
  "accept-balance": {
    claim:
      "A hash (SO_REUSEPORT), accept in several threads, and handing out in turn spread connections " +
      "about equally. EPOLLEXCLUSIVE wakes the same worker again and again, so one gets most of them.",
    came: (clients: number, workers: number) =>
      `${count(clients)} clients, ${plural(workers, "worker")}; how many each of them got:`,
    label: (who: string, worker: number) => `${who} ${worker}`,
    hash: "hash",
    accept: "accept",
    exclusive: "exclusive",
    turns: "in turn",
    clients: (clients: number) => count(clients),
    notByHash: "the hash gave one worker far more than its share",
    notByAccept: "one of the threads in accept got far more than its share",
    notExclusive: "with EPOLLEXCLUSIVE no worker got most of the clients",
    notInTurn: "handed out in turn, the shares were not equal",
  },
  "stuck-worker": {
    claim:
      "While one worker computes, clients wait that a hash gives to it (SO_REUSEPORT). With a " +
      "listener that all workers share, none waits.",
    stuck: (workers: number, ms: number, clients: number) =>
      `one of ${count(workers)} workers computes for ${ms} ms, and ${count(clients)} clients come:`,
    row: (listener: string, waited: number, medianMs: number, maxMs: number) =>
      `${listener.padEnd(18)} ${String(waited).padStart(2)} waited for it; ` +
      `the median ${medianMs.toFixed(1)} ms, the longest ${maxMs.toFixed(0)} ms`,
    own: "a listener each:",
    shared: "one for all:",
    nobodyWaits: "nobody waited, though one of the workers could not accept",
    allWait: "all clients waited, also those of other workers",
    sharedWait: "clients waited although other workers shared the listener",
  },
};
