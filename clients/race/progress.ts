import { hasStatusLine, writeStatusLine } from "../../cli/status_line.ts";
import type { Messages } from "../../cli/messages.ts";
import type { Load } from "./heat.ts";
import type { RaceProgress } from "./race.ts";

const UPDATE_MS = 500;
/** How long a server takes to start and to stop, until it is known better. */
const START_AND_STOP_MS = 300;

/** A line that shows how a race goes on, and how long it will take. */
export class RaceLine {
  readonly #load: Load;
  readonly #texts: Messages["race"];
  readonly #startedMs = performance.now();
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #heatStartedMs = 0;
  #progress: RaceProgress | undefined = undefined;

  constructor(load: Load, { race }: Messages) {
    this.#load = load;
    this.#texts = race;
    this.#timer = hasStatusLine() ? setInterval(() => this.#write(), UPDATE_MS) : undefined;
  }

  /** A heat begins. */
  show(progress: RaceProgress): void {
    this.#progress = progress;
    this.#heatStartedMs = performance.now();
    this.#write();
  }

  /** Takes the line away. */
  close(): void {
    clearInterval(this.#timer);
    if (hasStatusLine()) writeStatusLine("");
  }

  #write(): void {
    if (this.#progress === undefined || !hasStatusLine()) return;
    const { round, rounds, entrant: { name } } = this.#progress;
    const left = this.#texts.seconds(Math.ceil(this.#leftMs(this.#progress) / 1_000));
    writeStatusLine(this.#texts.progress({ round, rounds, name, left }));
  }

  #leftMs({ heatsDone, heatsAll }: RaceProgress): number {
    const { warmupMs, durationMs } = this.#load;
    const perHeatMs = heatsDone === 0
      ? warmupMs + durationMs + START_AND_STOP_MS
      : (this.#heatStartedMs - this.#startedMs) / heatsDone;
    const sinceMs = performance.now() - this.#heatStartedMs;
    return Math.max(0, (heatsAll - heatsDone) * perHeatMs - sinceMs);
  }
}
