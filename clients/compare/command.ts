import { defineCommand, type Invocation } from "../../cli/command.ts";
import { RefusedError } from "../../cli/errors.ts";
import { onOff, repeatable, text } from "../../cli/flags.ts";
import { pageColumns } from "../../cli/wrap.ts";
import { BROKEN, describeVerdicts } from "../expect/verdicts.ts";
import { compareRuns } from "./changes.ts";
import { judgePromises, parsePromises } from "./promises.ts";
import { makeReport, reportAsMarkdown, reportAsText } from "./report.ts";
import { readRuns } from "./runs.ts";

const compareFlags = {
  all: onOff(),
  md: onOff(),
  expect: repeatable(text("", "PROMISE")),
};

/** `playground compare` */
export const compareCommand = defineCommand({
  flags: compareFlags,
  words: { min: 2, max: 2 },
  async run({ flags, words, messages }: Invocation<typeof compareFlags>): Promise<number> {
    const promises = parsePromises(flags.expect, messages);
    const [before, after] = await Promise.all(words.map((path) => readRuns(path, messages)));
    if (before.discipline !== after.discipline) {
      throw new RefusedError(messages.compare.twoKinds(before.path, after.path));
    }
    const compared = compareRuns(before, after);
    if (compared.changes.length === 0) throw new RefusedError(messages.compare.nothingInCommon);
    const report = makeReport(before, after, compared, flags.all, messages);
    const lines = flags.md ? reportAsMarkdown(report) : reportAsText(report, pageColumns());
    const verdicts = judgePromises(promises, compared);
    const judged = describeVerdicts(verdicts, messages);
    if (judged.length > 0) lines.push("", ...(flags.md ? ["```", ...judged, "```"] : judged));
    console.log(lines.join("\n"));
    return verdicts.every(({ isKept }) => isKept) ? 0 : BROKEN;
  },
});
