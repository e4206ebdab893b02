import { createStatsMemory } from "../../servers/metrics/counters.ts";
import { readCounters } from "../../servers/metrics/counter_totals.ts";
import type {
  Command,
  ControlWarning,
  Frame,
  Hello,
  Run,
  SourceFile,
} from "../../servers/watch/frames.ts";

/** A run whose frames the test publishes. */
export class FakeRun implements Run {
  readonly commands: Command[] = [];
  source: readonly SourceFile[] = [];
  /** How many subscriptions there have been. */
  begun = 0;
  readonly #subscribers = new Set<(frame: Frame) => void>();

  /** How many subscriptions there are. */
  get subscribers(): number {
    return this.#subscribers.size;
  }

  hello(): Promise<Hello> {
    return Promise.resolve({
      model: "epoll",
      sockets: "deno",
      worker: "loop",
      waitsIn: "epoll_wait",
      hasLoopLatency: true,
      handler: "echo",
      address: "127.0.0.1:7788",
      pid: 1,
      source: this.source,
      explained: { en: EXPLAINED, zh: EXPLAINED },
    });
  }

  subscribe(onFrame: (frame: Frame) => void): () => void {
    this.begun++;
    this.#subscribers.add(onFrame);
    return () => this.#subscribers.delete(onFrame);
  }

  control(command: Command): Promise<ControlWarning | undefined> {
    this.commands.push(command);
    return Promise.resolve(undefined);
  }

  /** Sends a frame to all subscribers. */
  publish(frame: Frame): void {
    for (const onFrame of [...this.#subscribers]) onFrame(frame);
  }

  /** A frame in which nothing has happened, except for `parts`. */
  frame(parts: Partial<Frame>): Frame {
    return { ...NOTHING, ...parts };
  }
}

const EXPLAINED = {
  ...{ strength: "", limit: "", drawing: "" },
  ...{ how: [], strengths: [], weaknesses: [], tries: [] },
};

const NOTHING: Frame = {
  timeMs: 0,
  peers: [],
  changes: [],
  totals: readCounters(createStatsMemory()),
  messages: { all: 0, traced: 0 },
  backlog: 0,
  backlogAgeMs: 0,
  loopLatencyMs: 0,
  cpuSeconds: 0,
  memoryBytes: 0,
  measuredMs: 0,
  isCpuScarce: false,
  call: "wait",
  calls: { accept: 0, wait: 0, recv: 0, handle: 0, sleep: 0, send: 0 },
  log: [],
  settings: { sleepMs: 0, cpuMs: 0, heldMs: 0 },
  synthetic: { open: 0, talking: false, reading: true, messages: 0 },
};
