import type { ModelTexts } from "../messages.ts";
import { zhCoroutines } from "./zh_coroutines.ts";
import { zhLoops } from "./zh_loops.ts";
import { zhWorkers } from "./zh_servants.ts";

/** What people read of the models in Chinese. */
export const zhModels: ModelTexts = {
  headings: {
    how: "工作原理",
    drawing: "谁在等谁",
    strengths: "优点",
    weaknesses: "缺点",
    tries: "试一试",
  },

  models: { ...zhWorkers, ...zhLoops, ...zhCoroutines },
};
