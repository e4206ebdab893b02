import type { ModelTexts } from "../../messages.ts";
import { zhCoroutines } from "./models_coroutines.ts";
import { zhLoops } from "./models_loops.ts";
import { zhMulticore } from "./models_multicore.ts";
import { zhWorkers } from "./models_workers.ts";

/** What people read of the models in Chinese. */
export const zhModels: ModelTexts = {
  headings: {
    how: "工作原理",
    drawing: "谁在等谁",
    strengths: "优点",
    weaknesses: "缺点",
    tries: "试一试",
  },

  models: { ...zhWorkers, ...zhLoops, ...zhMulticore, ...zhCoroutines },
};
