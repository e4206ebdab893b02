import { defineCommand } from "../../cli/command.ts";
import { onOff } from "../../cli/flags.ts";
import { loadModelTexts } from "../../cli/messages.ts";
import { bold } from "../../cli/colors.ts";
import { pageColumns, wrapText } from "../../cli/wrap.ts";
import { MODEL_NAMES, modelEntry } from "../registry.ts";

const modelsFlags = { json: onOff() };

/** `playground models` */
export const modelsCommand = defineCommand({
  flags: modelsFlags,
  words: { min: 0, max: 0 },
  async run({ flags, messages, language }) {
    const { models } = await loadModelTexts(language);
    const rows = MODEL_NAMES.map((name) => {
      const { servedBy, waitsIn, port } = modelEntry(name);
      const { strength, limit } = models[name];
      return { name, servedBy, waitsIn, port, strength, limit };
    });
    if (flags.json) {
      console.log(JSON.stringify(rows, null, 2));
      return 0;
    }
    const texts = messages.models;
    const columns = pageColumns();
    const width = Math.max(...MODEL_NAMES.map((name) => name.length)) + 2;
    const indent = " ".repeat(columns < 60 ? 2 : width);
    for (const { name, servedBy, waitsIn, strength, limit } of rows) {
      const waits = waitsIn === "-" ? texts.nothing : waitsIn;
      const served = `${texts.servedBy} ${texts.workers[servedBy]}; ${texts.waitsIn} ${waits}`;
      // Wrapped as if the name were spaces, since bold letters are made of more characters.
      const heading = wrapText(served, columns, " ".repeat(width), `${indent}  `);
      console.log(bold(name) + heading.slice(name.length));
      console.log(wrapText(strength, columns, `${indent}+ `, `${indent}  `));
      console.log(wrapText(limit, columns, `${indent}- `, `${indent}  `));
    }
    return 0;
  },
});
