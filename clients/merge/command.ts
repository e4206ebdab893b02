import { defineCommand } from "../../cli/command.ts";
import { RefusedError } from "../../cli/errors.ts";
import { onOff, repeatable, text } from "../../cli/flags.ts";
import { judge, parseExpectation } from "../expect/expectation.ts";
import { figureOf, FLOOD_FIGURES } from "../flood/figures.ts";
import { exitStatus, printResults } from "../flood/print_results.ts";
import { mergeRecords } from "../flood/record.ts";
import { resultsAsJson } from "../flood/results.ts";
import { readAllRecords } from "./read_records.ts";

/** More files than this are no list that somebody means to type. */
const MAX_FILES = 100_000;

const mergeFlags = {
  expect: repeatable(text("", "PROMISE")),
  json: onOff(),
};

/** `playground merge FILE…` */
export const mergeCommand = defineCommand({
  flags: mergeFlags,
  words: { min: 1, max: MAX_FILES },
  async run({ flags, words, messages }) {
    const promises = flags.expect.map((typed) =>
      parseExpectation("--expect", typed, FLOOD_FIGURES, messages)
    );
    const records = await readAllRecords(words, messages);
    const merged = mergeRecords(records);
    const { measurements, options: { conns }, spreadMs } = merged;
    const verdicts = judge(promises, (...figure) => figureOf(merged, conns, ...figure));
    if (flags.json) {
      console.log(resultsAsJson(merged, merged.options, { record: merged, verdicts }));
    } else {
      console.log(messages.merge.floods(records.length, spreadMs));
      printResults(merged, verdicts, messages);
    }
    if (measurements.opened === 0) throw new RefusedError(messages.merge.nothingOpened);
    return exitStatus(merged, conns, verdicts);
  },
});
