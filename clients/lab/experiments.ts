/**
 * The experiments by name, each loaded when it is run.
 *
 * @module
 */

import type { Experiment, ExperimentName } from "./experiment.ts";

const EXPERIMENTS: Readonly<Record<ExperimentName, () => Promise<Experiment>>> = {
  "backlog": async () => (await import("./backlog.ts")).backlog,
  "empty-recv": async () => (await import("./empty_recv.ts")).emptyRecv,
  "shared-descriptor": async () => (await import("./shared_descriptor.ts")).sharedDescriptor,
  "scan-cost": async () => (await import("./scan_cost.ts")).scanCost,
  "lt-vs-et": async () => (await import("./lt_vs_et.ts")).ltVsEt,
};

/** All names, in the order in which they are taught. */
export const EXPERIMENT_NAMES = Object.keys(EXPERIMENTS) as ExperimentName[]; // keys() forgets them

/** Whether `name` is that of an experiment. */
export function isExperimentName(name: string): name is ExperimentName {
  return Object.hasOwn(EXPERIMENTS, name);
}

/** Loads the code of an experiment. */
export async function loadExperiment(name: ExperimentName): Promise<Experiment> {
  return await EXPERIMENTS[name]();
}
