/** The experiments on servers of stages, in English. */
export const enStagesExperiments = {
  overload: {
    claim:
      "At twice the load that a pipeline can bear, a bounded queue keeps short what those wait that " +
      "it admits; in an endless one everybody waits, longer and longer.",
    load: (clients: number, everyMs: number, takesMs: number) =>
      `${clients} clients, one every ${everyMs} ms, and the handler takes ${takesMs} ms for each:`,
    label: (queue: number, part: number, parts: number) =>
      `${queue === Infinity ? "endless" : `queue ${queue}`}, part ${part} of ${parts}`.padEnd(20),
    wait: (ms: number) => `${ms.toFixed(0)} ms`,
    bounded: (queue: number) => `queue of ${queue}:`,
    endless: "endless:",
    row: (queue: string, refused: number, p99Ms: number, inTime: number, patienceMs: number) =>
      `${queue.padEnd(11)} ${String(refused).padStart(3)} refused, 99 % of the others waited at ` +
      `most ${p99Ms.toFixed(0)} ms; ${inTime} had their answer within ${patienceMs} ms`,
    noOverload: "the bounded queue was never full, so there was no overload",
    noWait: "in the endless queue those admitted waited hardly longer",
    endlessServes: "with an endless queue hardly fewer clients had their answer in time",
  },
};
