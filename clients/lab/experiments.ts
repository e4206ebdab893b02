/**
 * The experiments by name, each loaded when it is run.
 *
 * @module
 */

import type { Experiment, ExperimentName } from "./experiment.ts";

const EXPERIMENTS: Readonly<Record<ExperimentName, () => Promise<Experiment>>> = {
  "one-at-a-time": async () => (await import("./one_at_a_time.ts")).oneAtATime,
  "backlog": async () => (await import("./backlog.ts")).backlog,
  "empty-recv": async () => (await import("./empty_recv.ts")).emptyRecv,
  "process-cost": async () => (await import("./process_cost.ts")).processCost,
  "copy-on-write": async () => (await import("./copy_on_write.ts")).copyOnWrite,
  "zombies": async () => (await import("./zombies.ts")).zombies,
  "shared-descriptor": async () => (await import("./shared_descriptor.ts")).sharedDescriptor,
  "busy-poll": async () => (await import("./busy_poll.ts")).busyPoll,
  "fd-limit": async () => (await import("./fd_limit.ts")).fdLimit,
  "scan-cost": async () => (await import("./scan_cost.ts")).scanCost,
  "lt-vs-et": async () => (await import("./lt_vs_et.ts")).ltVsEt,
  "thundering-herd": async () => (await import("./thundering_herd.ts")).thunderingHerd,
  "lock-or-herd": async () => (await import("./lock_or_herd.ts")).lockOrHerd,
  "accept-balance": async () => (await import("./accept_balance.ts")).acceptBalance,
  "stuck-worker": async () => (await import("./stuck_worker.ts")).stuckWorker,
  "handoff": async () => (await import("./handoff.ts")).handoff,
  "readiness-or-completion": async () =>
    (await import("./readiness_or_completion.ts")).readinessOrCompletion,
  "switch-cost": async () => (await import("./switch_cost.ts")).switchCost,
  "cpu-hog": async () => (await import("./cpu_hog.ts")).cpuHog,
  "io-bound": async () => (await import("./io_bound.ts")).ioBound,
  "overload": async () => (await import("./overload.ts")).overload,
  "gevent-order": async () => (await import("./gevent_order.ts")).geventOrder,
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
