import {
  contextSwitches,
  cpuSecondsOf,
  processTree,
  residentBytes,
} from "../../servers/system/process_tree.ts";

/** How often to sample a server: seldom, since sampling takes CPU as well. */
const POLL_INTERVAL_MS = 200;

/** What a server took while it was measured, its children included. */
export interface Usage {
  readonly cpuSeconds: number;
  /** For how long that was. */
  readonly cpuOverMs: number;
  readonly switches: number;
  readonly switchesOverMs: number;
}

/** The most that a server had at a time, among the samples. */
export interface Peaks {
  readonly memoryBytes: number;
  readonly threads: number;
  readonly processes: number;
}

/** Watches a server and its descendants from outside, by way of /proc. Linux. */
export class TreeWatch {
  readonly #pid: number;
  readonly #timer: ReturnType<typeof setInterval>;
  #peaks: Peaks = { memoryBytes: 0, threads: 0, processes: 0 };
  #began: Reading | undefined = undefined;

  constructor(pid: number) {
    this.#pid = pid;
    this.#look();
    this.#timer = setInterval(() => this.#look(), POLL_INTERVAL_MS);
  }

  /** The peaks so far. */
  get peaks(): Peaks {
    return this.#peaks;
  }

  /** Begins the measurement. */
  begin(): void {
    this.#began = this.#read();
  }

  /** What it took since {@linkcode begin}. Call it while the server still runs. */
  end(): Usage {
    const began = this.#began ?? this.#read();
    const ended = this.#read();
    return {
      cpuSeconds: ended.cpuSeconds - began.cpuSeconds,
      cpuOverMs: ended.cpuMs - began.cpuMs,
      switches: ended.switches - began.switches,
      switchesOverMs: ended.switchesMs - began.switchesMs,
    };
  }

  /** Stops sampling. */
  close(): void {
    clearInterval(this.#timer);
  }

  /** Reading /proc for many threads takes a while, so each figure has a time of its own. */
  #read(): Reading {
    const { cpuSeconds, pids } = this.#look();
    const cpuMs = performance.now();
    const switches = contextSwitches(pids);
    return { cpuSeconds, cpuMs, switches, switchesMs: performance.now() };
  }

  #look(): { cpuSeconds: number; pids: number[] } {
    const tree = processTree(this.#pid);
    const pids = tree.map(({ pid }) => pid);
    const threads = tree.reduce((sum, one) => sum + one.threads, 0);
    const { memoryBytes, ...peaks } = this.#peaks;
    this.#peaks = {
      memoryBytes: Math.max(memoryBytes, residentBytes(pids)),
      threads: Math.max(peaks.threads, threads),
      processes: Math.max(peaks.processes, tree.length),
    };
    return { cpuSeconds: cpuSecondsOf(tree), pids };
  }
}

interface Reading {
  readonly cpuSeconds: number;
  readonly cpuMs: number;
  readonly switches: number;
  readonly switchesMs: number;
}
