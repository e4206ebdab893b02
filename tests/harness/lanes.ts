import type { ModelName, ModelOptions } from "../../servers/context/context.ts";
import type { TraceEvent } from "../../servers/metrics/trace.ts";
import { modelEntry } from "../../servers/registry.ts";
import { ClientTracker } from "../../servers/watch/client_tracker.ts";
import { ACTIVITIES } from "../../servers/watch/frames.ts";
import { lanePlan, LaneTracker } from "../../servers/watch/lane_tracker.ts";
import { MODEL_OPTIONS } from "./model_options.ts";

const NOBODY = new Set<number>();

/** The lanes of a model, which began at 0. */
export class Lanes {
  readonly #clients: ClientTracker;
  readonly #lanes: LaneTracker;
  #nowMs = 0;

  constructor(model: ModelName, options: Partial<ModelOptions> = {}) {
    const { servedBy, forks } = modelEntry(model);
    this.#clients = new ClientTracker(servedBy, forks === "beforehand");
    this.#lanes = new LaneTracker(lanePlan(model, { ...MODEL_OPTIONS, ...options }), 0);
  }

  /** At this time something happens. */
  tell(
    timeMs: number,
    event: TraceEvent,
    client = 0,
    worker = 0,
    sizeBytes = 0,
    isAfterGap = false,
  ) {
    this.#nowMs = timeMs;
    const record = { event, timeMs, client, worker, sizeBytes, isAfterGap };
    const peer = { host: "127.0.0.1", port: 1_000 + client, bytes: new Uint8Array(0) };
    const all = { ...record, ...peer };
    this.#lanes.apply(all, this.#clients.apply(all));
  }

  /** Until this time nothing else happens. */
  pass(timeMs = this.#nowMs, gaps: ReadonlySet<number> = NOBODY): void {
    this.#lanes.settle(timeMs, gaps);
  }

  /** What the lanes have done since the last call, by lane, in words; a client is `#` and its number. */
  done(): string[][] {
    const { phases } = this.#lanes.takeChanges();
    const lanes: string[][] = [];
    for (const [timeMs, lane, activity, client] of phases) {
      const words = `${timeMs} ${ACTIVITIES[activity]}${client > 0 ? ` #${client}` : ""}`;
      (lanes[lane] ??= []).push(words);
    }
    return lanes;
  }

  /** The returns since the last call. */
  returns(): readonly (readonly number[])[] {
    return this.#lanes.takeChanges().returns;
  }

  /** What each lane does now. */
  now(): string[] {
    return this.#lanes.all().map(([timeMs, lane, activity, client]) =>
      `lane ${lane}: ${ACTIVITIES[activity]} #${client} since ${timeMs}`
    );
  }
}
