/**
 * Reports of experiments, for people and for programs.
 *
 * @module
 */

import { barChart } from "../../cli/bar_chart.ts";
import { bold } from "../../cli/colors.ts";
import type { LabTexts } from "../../cli/messages.ts";
import { pageColumns, wrapText } from "../../cli/wrap.ts";
import type { Chart, ExperimentName } from "./experiment.ts";
import type { Outcome } from "./outcome.ts";

const INDENT = "  ";

/** Reports experiments as they run. */
export interface LabReport {
  begins(name: ExperimentName): void;
  ended(name: ExperimentName, outcome: Outcome): void;
}

/** For people: the claim before it is put to the test, then what was seen and the verdict. */
export class TextReport implements LabReport {
  readonly #texts: LabTexts;
  readonly #columns = pageColumns();

  constructor(texts: LabTexts) {
    this.#texts = texts;
  }

  begins(name: ExperimentName): void {
    console.log(bold(name));
    console.log(wrapText(this.#texts.experiments[name].claim, this.#columns, INDENT, INDENT));
    console.log();
  }

  ended(_name: ExperimentName, outcome: Outcome): void {
    const { verdicts } = this.#texts;
    if (outcome.verdict === "not-run") return this.#conclude(verdicts.notRun(outcome.reason));
    for (const line of outcome.lines) this.#see(line);
    console.log();
    if (outcome.verdict === "holds") this.#conclude(verdicts.holds);
    else this.#conclude(verdicts.doesNotHold(outcome.reason));
  }

  #see(line: string | Chart): void {
    if (typeof line === "string") {
      console.log(wrapText(line, this.#columns, INDENT, INDENT + INDENT));
      return;
    }
    const columns = this.#columns - INDENT.length;
    for (const bar of barChart(line.bars, { ...line, columns })) console.log(INDENT + bar);
  }

  #conclude(verdict: string): void {
    console.log(`${wrapText(bold(verdict), this.#columns, INDENT, INDENT + INDENT)}\n`);
  }
}

/** For programs: a line of JSON for each experiment. */
export class JsonReport implements LabReport {
  readonly #texts: LabTexts;

  constructor(texts: LabTexts) {
    this.#texts = texts;
  }

  begins(): void {}

  ended(name: ExperimentName, outcome: Outcome): void {
    const { claim } = this.#texts.experiments[name];
    const { verdict } = outcome;
    console.log(JSON.stringify({
      name,
      claim,
      verdict,
      ...("reason" in outcome ? { reason: outcome.reason } : {}),
      ...("observations" in outcome ? { observations: outcome.observations } : {}),
    }, rounded));
  }
}

/** Figures with three decimals: what is measured is not known more exactly. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1_000) / 1_000 : value;
}
