import { closest } from "../../cli/closest.ts";
import { bold } from "../../cli/colors.ts";
import { defineCommand, type Invocation } from "../../cli/command.ts";
import { UsageError } from "../../cli/errors.ts";
import { onOff } from "../../cli/flags.ts";
import { type LabTexts, loadLabTexts } from "../../cli/messages.ts";
import { pageColumns, wrapText } from "../../cli/wrap.ts";
import type { ExperimentName } from "./experiment.ts";
import { EXPERIMENT_NAMES, isExperimentName, loadExperiment } from "./experiments.ts";
import { attempt } from "./outcome.ts";
import { JsonReport, type LabReport, TextReport } from "./report.ts";

const labFlags = { json: onOff() };

/** The word for every experiment. */
const ALL = "all";

/** `playground lab [NAME…]` */
export const labCommand = defineCommand({
  flags: labFlags,
  words: { min: 0, max: Infinity },
  async run({ flags, words, language }: Invocation<typeof labFlags>): Promise<number> {
    const texts = await loadLabTexts(language);
    if (words.length === 0) {
      console.log(flags.json ? listAsJson(texts) : list(texts));
      return 0;
    }
    const names = words.flatMap((word) => parseName(word, texts));
    const report = flags.json ? new JsonReport(texts) : new TextReport(texts);
    return await runAll(names, report, texts) ? 0 : 1;
  },
});

/** @throws {UsageError} with the nearest name when `typed` is not that of an experiment */
function parseName(typed: string, texts: LabTexts): readonly ExperimentName[] {
  if (typed === ALL) return EXPERIMENT_NAMES;
  if (isExperimentName(typed)) return [typed];
  throw new UsageError(texts.unknown(typed, closest(typed, [...EXPERIMENT_NAMES, ALL])));
}

/** Runs experiments one after another. @returns whether all could be run, whatever they have shown */
async function runAll(
  names: readonly ExperimentName[],
  report: LabReport,
  texts: LabTexts,
): Promise<boolean> {
  let areRun = true;
  for (const name of names) {
    report.begins(name);
    const outcome = await attempt(await loadExperiment(name), texts);
    report.ended(name, outcome);
    if (outcome.verdict === "not-run") areRun = false;
  }
  return areRun;
}

function list({ experiments, howToRun }: LabTexts): string {
  const width = Math.max(...EXPERIMENT_NAMES.map((name) => name.length)) + 2;
  const columns = pageColumns();
  return [
    ...EXPERIMENT_NAMES.map((name) => {
      const { claim } = experiments[name];
      // Wrapped as if the name were spaces, since bold letters are made of more characters.
      const wrapped = wrapText(claim, columns, " ".repeat(width), " ".repeat(width));
      return bold(name) + wrapped.slice(name.length);
    }),
    "",
    howToRun,
  ].join("\n");
}

function listAsJson({ experiments }: LabTexts): string {
  const rows = EXPERIMENT_NAMES.map((name) => ({ name, claim: experiments[name].claim }));
  return JSON.stringify(rows, null, 2);
}
