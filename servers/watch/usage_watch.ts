import process from "node:process";
import { SystemCallError } from "../system/system_call_error.ts";
import { hasSystemCalls } from "../system/system_calls.ts";
import { cpuSecondsOf, processTree, residentBytes } from "../system/process_tree.ts";

/** Looking takes milliseconds, and memory changes slowly. */
const POLL_INTERVAL_MS = 500;

/**
 * From this share of all processors on, a server leaves none to those who watch: whoever loads it takes
 * about as much as it does.
 */
const MAX_SHARE = 0.27;

/** What a server takes of the machine. */
export interface Usage {
  /** CPU time so far. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly measuredMs: number;
  /** Whether it needs the processors so much that those who watch should do with little. */
  readonly isShort: boolean;
}

/** Looks what this server takes, with the children that serve where they can be looked into. */
export class UsageWatch {
  readonly #hasChildren: boolean;
  readonly #processors: number;
  #last: Usage = { cpuSeconds: 0, memoryBytes: 0, measuredMs: 0, isShort: false };

  /**
   * @param hasChildren whether clients are served by child processes
   * @param processors how many the machine has
   */
  constructor(hasChildren: boolean, processors = navigator.hardwareConcurrency) {
    this.#hasChildren = hasChildren && hasSystemCalls();
    this.#processors = processors;
  }

  /** @param except a child process that is none of those that serve */
  look(timeMs: number, except: number | undefined): Usage {
    if (timeMs < this.#last.measuredMs + POLL_INTERVAL_MS) return this.#last;
    const looked = this.#hasChildren ? lookAtTree(except) : lookAtProcess();
    if (looked === undefined) return this.#last;
    const { cpuSeconds, measuredMs } = this.#last;
    const dispatched = (looked.cpuSeconds - cpuSeconds) * 1_000 / (timeMs - measuredMs);
    const isShort = dispatched > MAX_SHARE * this.#processors;
    return this.#last = { ...looked, measuredMs: timeMs, isShort };
  }
}

function lookAtProcess(): Pick<Usage, "cpuSeconds" | "memoryBytes"> {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, memoryBytes: Deno.memoryUsage().rss };
}

/** @returns `undefined` when this process has no descriptor left to look with */
function lookAtTree(
  except: number | undefined,
): Pick<Usage, "cpuSeconds" | "memoryBytes"> | undefined {
  try {
    const tree = processTree(Deno.pid).filter(({ pid }) => pid !== except);
    return {
      cpuSeconds: cpuSecondsOf(tree),
      memoryBytes: residentBytes(tree.map(({ pid }) => pid)),
    };
  } catch (error) {
    if (error instanceof SystemCallError && error.code === "EMFILE") return undefined;
    throw error;
  }
}
