import process from "node:process";
import { hasSystemCalls } from "../sockets/system_calls.ts";
import { cpuSecondsOf, processTree, residentBytes } from "../supervisor/process_tree.ts";

/** Looking takes milliseconds, and memory changes slowly. */
const LOOK_MS = 500;

/** What a server takes of the machine. */
export interface Usage {
  /** CPU time so far. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly measuredMs: number;
}

/** Looks what this server takes, with the children that serve where they can be looked into. */
export class UsageWatch {
  readonly #hasChildren: boolean;
  #last: Usage = { cpuSeconds: 0, memoryBytes: 0, measuredMs: 0 };

  /** @param hasChildren whether clients are served by child processes */
  constructor(hasChildren: boolean) {
    this.#hasChildren = hasChildren && hasSystemCalls();
  }

  /** @param except a child process that is none of those that serve */
  look(timeMs: number, except: number | undefined): Usage {
    if (timeMs < this.#last.measuredMs + LOOK_MS) return this.#last;
    const looked = this.#hasChildren ? lookAtTree(except) : lookAtProcess();
    return this.#last = { ...looked, measuredMs: timeMs };
  }
}

function lookAtProcess(): Omit<Usage, "measuredMs"> {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, memoryBytes: Deno.memoryUsage().rss };
}

function lookAtTree(except: number | undefined): Omit<Usage, "measuredMs"> {
  const tree = processTree(Deno.pid).filter(({ pid }) => pid !== except);
  return {
    cpuSeconds: cpuSecondsOf(tree),
    memoryBytes: residentBytes(tree.map(({ pid }) => pid)),
  };
}
