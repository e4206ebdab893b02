import type { Messages } from "../../cli/messages.ts";
import { progressLine } from "../../cli/progress_line.ts";
import { StatusLines } from "../../cli/status_lines.ts";
import type { Load } from "./heat.ts";
import type { RaceProgress } from "./race.ts";

const UPDATE_MS = 500;
/** How long a server takes to start and to stop, until it is known better. */
const START_AND_STOP_MS = 300;
/** And how long it takes until all connections have come and gone. */
const RUN_MS = 1_000;

/** A line that shows how far a race is, and how long it will take. */
export class RaceLine {
  readonly #load: Load;
  readonly #texts: Messages["race"];
  readonly #lines = new StatusLines();
  readonly #isShown = Deno.stderr.isTerminal();
  readonly #startedMs = performance.now();
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #heatStartedMs = 0;
  #progress: RaceProgress | undefined = undefined;

  constructor(load: Load, { race }: Messages) {
    this.#load = load;
    this.#texts = race;
    this.#timer = this.#isShown ? setInterval(() => this.#draw(), UPDATE_MS) : undefined;
  }

  /** Shows that a heat has begun. */
  show(progress: RaceProgress): void {
    this.#progress = progress;
    this.#heatStartedMs = performance.now();
    if (this.#isShown) this.#draw();
  }

  /** Stops, and clears the line. */
  close(): void {
    clearInterval(this.#timer);
    this.#lines.clear();
  }

  #draw(): void {
    if (this.#progress === undefined) return;
    const { round, rounds, entrant: { name }, heatsDone, heatsAll } = this.#progress;
    const left = this.#texts.seconds(Math.ceil(this.#leftMs(this.#progress) / 1_000));
    const facts = [this.#texts.left(left), this.#texts.round(round, rounds)];
    const { columns } = this.#lines.size();
    this.#lines.draw([progressLine({ name, fraction: heatsDone / heatsAll, facts }, columns)]);
  }

  #leftMs({ heatsDone, heatsAll }: RaceProgress): number {
    const { warmupMs, durationMs, connectionsEach } = this.#load;
    const measuredMs = connectionsEach < Infinity ? RUN_MS : warmupMs + durationMs;
    const perHeatMs = heatsDone === 0
      ? measuredMs + START_AND_STOP_MS
      : (this.#heatStartedMs - this.#startedMs) / heatsDone;
    const sinceMs = performance.now() - this.#heatStartedMs;
    return Math.max(0, (heatsAll - heatsDone) * perHeatMs - sinceMs);
  }
}
