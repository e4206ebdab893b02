import { count } from "./words.ts";

/** What people read of the experiments with forked processes, in English. */
export const enLabProcesses = {
  "copy-on-write": {
    claim:
      "A forked child has its parent's memory without a copy of it. When one of them writes, " +
      "the system copies that page, and the other does not see the change.",
    privateMemory: (block: string) =>
      `a process with a block of ${block} forks; the private memory of the child:`,
    afterFork: "after the fork",
    afterReading: (block: string) => `after reading all ${block}`,
    afterWriting: (pages: number) => `after writing ${count(pages)} bytes`,
    copied: (pages: number, copied: string, pageBytes: number) =>
      `${count(pages)} bytes, each in another page of ${count(pageBytes)}, ` +
      `had ${copied} copied`,
    time: (us: number, againUs: number) =>
      `such a write takes ${us.toFixed(2)} µs, the next one to the same page ` +
      `${againUs.toFixed(3)} µs`,
    separate: "neither of them saw what the other one had written",
    notTheSame: "the child did not see what the parent had written before the fork",
    notSeparate: "one of them saw what the other one had written after the fork",
    copiedAtOnce: "the memory was copied though nobody had written to it",
    notByPages: "what was copied is not the pages that were written to",
  },
  "zombies": {
    claim: "A child that has ended stays as a zombie until its parent waits for it. It has no " +
      "memory any more, and cannot be killed.",
    ended: (children: number) =>
      `${children} children have exited, and their parent has not waited for them:`,
    states: (states: readonly string[]) =>
      `there is no ps to ask; their state in /proc is ${states.join(", ")}`,
    memory: (memory: string) => `all together have ${memory} of memory`,
    killed: (left: number) => `after kill -9 on each, ${left} are still there`,
    waited: (statuses: readonly number[], left: number) =>
      `the parent waits, and learns their exit statuses ${statuses.join(", ")}: ` +
      `${left} are still there`,
    noZombie: "children were gone before their parent had waited for them",
    hasMemory: "a zombie still had memory",
    killable: "a signal removed a zombie",
    otherStatus: "the parent did not learn how its children had ended",
    stays: "zombies stayed though their parent had waited for them",
  },
};
