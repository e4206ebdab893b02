import { allProcesses, contextSwitches, cpuSecondsOf } from "../../servers/system/process_tree.ts";
import { isExiting, residentBytes, treeOf } from "../../servers/system/process_tree.ts";
import { adopted } from "../../servers/system/subreaper.ts";

/** How often to sample a server: seldom, since sampling takes CPU as well. */
const POLL_INTERVAL_MS = 200;
/**
 * Memory is sampled more seldom where it takes long: the system walks all pages of a process, and there
 * may be thousands. The next sample comes after this many times the time that the last one took.
 */
const MEMORY_PAUSE = 20;

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

/**
 * Watches a server and its descendants from outside, by way of /proc. Those that have become daemons
 * are children of this process by then. Linux.
 */
export class TreeWatch {
  readonly #pid: number;
  readonly #timer: ReturnType<typeof setInterval>;
  #peaks: Peaks = { memoryBytes: 0, threads: 0, processes: 0 };
  #began: Reading | undefined = undefined;
  readonly #firstBytes: number;
  #nextMemoryMs = 0;
  #memoryBytes = 0;
  #growthBytes = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#look();
    this.#firstBytes = this.#memoryBytes;
    this.#timer = setInterval(() => this.#look(), POLL_INTERVAL_MS);
  }

  /** The peaks so far. */
  get peaks(): Peaks {
    return this.#peaks;
  }

  /** What came on top of its memory from the beginning until {@linkcode begin}. */
  get memoryGrowthBytes(): number {
    return this.#growthBytes;
  }

  /** Whether the server exits, or has exited, though nobody may have been told yet. */
  get isExiting(): boolean {
    return isExiting(this.#pid);
  }

  /** Begins the measurement. */
  begin(): void {
    this.#nextMemoryMs = 0;
    this.#look();
    this.#growthBytes = this.#memoryBytes - this.#firstBytes;
    this.#began = this.#read();
  }

  /** What it took since {@linkcode begin}. Call it while the server still runs. */
  end(): Usage {
    const began = this.#began ?? this.#read();
    const ended = this.#read();
    this.#nextMemoryMs = 0;
    this.#look();
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
    const all = allProcesses();
    const tree = treeOf([this.#pid, ...adopted(all)], all);
    const pids = tree.map(({ pid }) => pid);
    const threads = tree.reduce((sum, one) => sum + one.threads, 0);
    const { memoryBytes, ...peaks } = this.#peaks;
    this.#lookAtMemory(pids);
    this.#peaks = {
      memoryBytes: Math.max(memoryBytes, this.#memoryBytes),
      threads: Math.max(peaks.threads, threads),
      processes: Math.max(peaks.processes, tree.length),
    };
    return { cpuSeconds: cpuSecondsOf(tree), pids };
  }

  #lookAtMemory(pids: readonly number[]): void {
    const beganMs = performance.now();
    if (beganMs < this.#nextMemoryMs) return;
    this.#memoryBytes = residentBytes(pids);
    const endedMs = performance.now();
    this.#nextMemoryMs = endedMs + MEMORY_PAUSE * (endedMs - beganMs);
  }
}

interface Reading {
  readonly cpuSeconds: number;
  readonly cpuMs: number;
  readonly switches: number;
  readonly switchesMs: number;
}
