import { bold } from "../../cli/colors.ts";
import type { Messages } from "../../cli/messages.ts";
import { curvesOf } from "./curves.ts";
import { conclusion, headings, stepLine } from "./report.ts";
import type { Step } from "./step.ts";
import type { Sweep } from "./sweep.ts";
import { legend, terminalChart } from "./terminal_chart.ts";

/** How wide a chart is where no terminal says it. */
const USUAL_COLUMNS = 80;

/** Prints each step when it is over, below the name of its server. */
export class StepLines {
  #name: string | undefined = undefined;

  /** @param isSilent whether it prints nothing */
  constructor(
    private readonly limitMs: number,
    private readonly messages: Messages,
    private readonly isSilent: boolean,
  ) {}

  add(name: string, step: Step): void {
    if (this.isSilent) return;
    if (name !== this.#name) {
      if (this.#name !== undefined) console.log("");
      console.log(bold(name));
      console.log(headings(this.messages));
      this.#name = name;
    }
    console.log(stepLine(step, this.limitMs, this.messages));
  }
}

/** Prints latency against rate, and a sentence on each server. */
export function printConclusions(
  sweeps: readonly Sweep[],
  limitMs: number,
  messages: Messages,
): void {
  const columns = Deno.stdout.isTerminal()
    ? Deno.consoleSize().columns || USUAL_COLUMNS
    : USUAL_COLUMNS;
  const curves = curvesOf(sweeps);
  const chart = terminalChart(curves, limitMs, columns, messages.count);
  if (chart.length > 0) {
    console.log(["", messages.sweep.chart, ...chart, ...legend(curves), ""].join("\n"));
  }
  for (const one of sweeps) console.log(conclusion(one, limitMs, messages));
}
