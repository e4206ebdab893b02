import { bold } from "../../cli/colors.ts";
import { defineCommand } from "../../cli/command.ts";
import { loadModelTexts } from "../../cli/messages.ts";
import { pageColumns, wrapCommand, wrapText } from "../../cli/wrap.ts";
import { parseModelName } from "./model_name.ts";
import { MODEL_NAMES, modelEntry } from "../registry.ts";

const flags = {};

/** `playground explain <model>` */
export const explainCommand = defineCommand({
  flags,
  words: { min: 1, max: 1, choices: MODEL_NAMES },
  async run({ words: [typed], messages, language }) {
    const name = parseModelName(typed, messages);
    const { headings, models, handlers } = await loadModelTexts(language);
    const { how, drawing, strengths, weaknesses, tries } = models[name];
    const columns = pageColumns();
    console.log([
      bold(name),
      ...section(headings.how, how.map((paragraph) => wrapText(paragraph, columns, "  ", "  "))),
      ...section(headings.drawing, [drawing.replace(/^\n/, "")]),
      ...section(
        headings.strengths,
        strengths.map((line) => wrapText(line, columns, "  + ", "    ")),
      ),
      ...section(
        headings.weaknesses,
        weaknesses.map((line) => wrapText(line, columns, "  - ", "    ")),
      ),
      ...section(headings.handlers, [
        wrapText(handlers[modelEntry(name).servedBy], columns, "  ", "  "),
      ]),
      ...section(
        headings.tries,
        tries.map(([command, look]) =>
          `${wrapCommand(command, columns)}\n${wrapText(look, columns, "      # ", "      # ")}`
        ),
      ),
    ].join("\n"));
    return 0;
  },
});

function section(heading: string, body: readonly string[]): string[] {
  return ["", bold(heading), ...body];
}
