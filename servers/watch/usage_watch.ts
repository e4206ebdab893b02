import process from "node:process";
import { SystemCallError } from "../system/system_interface.ts";
import { hasSystemCalls } from "../system/system_calls.ts";
import { cpuSecondsOf, processTree, residentBytes } from "../system/process_tree.ts";

/** Memory changes slowly. */
const POLL_INTERVAL_MS = 500;
/** How much longer than a measurement the pause after it is: of many processes it takes long. */
const PAUSES_PER_MEASUREMENT = 50;

/**
 * From this share of all processors on, a server leaves none to viewers: the load generator needs about
 * as much as the server.
 */
const MAX_SHARE = 0.27;

/** What a server uses of the machine. */
export interface Usage {
  /** CPU time so far, with the children where the system reports theirs. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly measuredMs: number;
  /** Whether CPU time is so scarce that viewers should use little of it. */
  readonly isCpuScarce: boolean;
}

/** Measures this process, with its serving children where the system reports theirs. */
export class UsageWatch {
  readonly #hasChildren: boolean;
  readonly #processors: number;
  #pauseMs = POLL_INTERVAL_MS;
  #last: Usage = { cpuSeconds: 0, memoryBytes: 0, measuredMs: 0, isCpuScarce: false };

  /**
   * @param hasChildren whether clients are served by child processes
   * @param processors how many the machine has
   */
  constructor(hasChildren: boolean, processors = navigator.hardwareConcurrency) {
    this.#hasChildren = hasChildren && hasSystemCalls();
    this.#processors = processors;
  }

  /**
   * Measures, unless the last measurement is recent.
   *
   * @param timeMs the present time
   * @param except the process id of a child that does not serve
   */
  poll(timeMs: number, except: number | undefined): Usage {
    if (timeMs < this.#last.measuredMs + this.#pauseMs) return this.#last;
    const beganMs = performance.now();
    const measured = this.#hasChildren ? measureTree(except) : measureProcess();
    const tookMs = performance.now() - beganMs;
    this.#pauseMs = Math.max(POLL_INTERVAL_MS, PAUSES_PER_MEASUREMENT * tookMs);
    if (measured === undefined) return this.#last;
    const { cpuSeconds, measuredMs } = this.#last;
    const usedProcessors = (measured.cpuSeconds - cpuSeconds) * 1_000 / (timeMs - measuredMs);
    const isCpuScarce = usedProcessors > MAX_SHARE * this.#processors;
    return this.#last = { ...measured, measuredMs: timeMs, isCpuScarce };
  }
}

function measureProcess(): Pick<Usage, "cpuSeconds" | "memoryBytes"> {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, memoryBytes: Deno.memoryUsage().rss };
}

/** @returns `undefined` when this process has no descriptor left to read /proc with */
function measureTree(
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
