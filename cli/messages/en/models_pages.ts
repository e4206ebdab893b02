import { enCoroutines } from "./models_coroutines.ts";
import { enLoops } from "./models_loops.ts";
import { enMulticore } from "./models_multicore.ts";
import { enWorkers } from "./models_workers.ts";

/** What people read of the models in English. */
export const enModels = {
  headings: {
    how: "How it works",
    drawing: "Who waits for whom",
    strengths: "Strengths",
    weaknesses: "Weaknesses",
    tries: "Try",
  },

  models: { ...enWorkers, ...enLoops, ...enMulticore, ...enCoroutines },
};
