import type { ModelOptions } from "../../servers/context/context.ts";

/** What a model is given when no flag says otherwise. */
export const MODEL_OPTIONS: ModelOptions = {
  trigger: "edge",
  pauseMs: 0,
  spare: 0,
  keep: Infinity,
  exec: [],
  oneshot: false,
  threads: 8,
  workers: 2,
  accept: "shared",
  hand: "round-robin",
  wake: "all",
  queue: 1_024,
};
