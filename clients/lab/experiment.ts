/**
 * What an experiment is: it measures, and judges the claim by what it has measured.
 *
 * @module
 */

import type { Bar, ChartOptions } from "../../cli/bar_chart.ts";
import type { LabTexts } from "../../cli/messages.ts";

/** The name of an experiment, as `lab` takes it. */
export type ExperimentName = keyof LabTexts["experiments"];

/** What must be so if the claim holds, and what it says of the claim if it is not. */
export interface Expectation {
  readonly isMet: boolean;
  readonly otherwise: string;
}

/** Figures that are drawn. */
export interface Chart extends Pick<ChartOptions, "scale"> {
  readonly bars: readonly Bar[];
}

/** What was seen, as people read it, and what should be so if the claim holds. */
export interface Judgement {
  readonly lines: readonly (string | Chart)[];
  readonly expectations: readonly Expectation[];
}

/** What an experiment has come to. */
export interface Findings extends Judgement {
  /** What was seen, as programs read it. */
  readonly observations: object;
}

/** An experiment as it is run. */
export interface Experiment {
  /**
   * Leaves nothing behind, however it ends.
   *
   * @throws {RefusedError} when this machine cannot run it
   */
  run(texts: LabTexts): Promise<Findings>;
}

/** An experiment that can be shown what it has not seen. */
export interface JudgingExperiment<Observations> extends Experiment {
  judge(observations: Observations, texts: LabTexts): Judgement;
}

/** Whether the claim holds, and if not, why. */
export type Verdict =
  | { readonly verdict: "holds" }
  | { readonly verdict: "does-not-hold"; readonly reason: string };

/**
 * An experiment, in its two halves.
 *
 * @param name of the experiment, whose texts `judge` is given
 * @param measure does it, and says what it saw
 * @param judge judges the claim by that, and does nothing else, so that tests can show it other figures
 */
export function defineExperiment<Name extends ExperimentName, Observations extends object>(
  name: Name,
  measure: (texts: LabTexts) => Observations | Promise<Observations>,
  judge: (observations: Observations, texts: LabTexts["experiments"][Name]) => Judgement,
): JudgingExperiment<Observations> {
  return {
    async run(texts) {
      const observations = await measure(texts);
      return { observations, ...judge(observations, texts.experiments[name]) };
    },
    judge: (observations, texts) => judge(observations, texts.experiments[name]),
  };
}

/** The verdict on a claim: it holds when every expectation is met. */
export function verdictOn({ expectations }: Judgement): Verdict {
  const unmet = expectations.find(({ isMet }) => !isMet);
  return unmet === undefined
    ? { verdict: "holds" }
    : { verdict: "does-not-hold", reason: unmet.otherwise };
}

/** The value that a share of all `values` lies below: 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)];
}
