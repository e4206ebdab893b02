import { defineCommand, type Invocation } from "../cli/command.ts";
import { onOff } from "../cli/flags.ts";
import { loadModelTexts } from "../cli/messages.ts";
import { bold } from "../cli/colors.ts";
import { MODEL_NAMES, modelEntry } from "./registry.ts";

const modelsFlags = { json: onOff() };

/** `playground models` */
export const modelsCommand = defineCommand({
  flags: modelsFlags,
  words: { least: 0, most: 0 },
  async run({ flags, messages, language }: Invocation<typeof modelsFlags>): Promise<number> {
    const { models } = await loadModelTexts(language);
    const rows = MODEL_NAMES.map((name) => {
      const { servant, waitsIn, port } = modelEntry(name);
      const { strength, limit } = models[name];
      return { name, servant, waitsIn, port, strength, limit };
    });
    if (flags.json) {
      console.log(JSON.stringify(rows, null, 2));
      return 0;
    }
    const texts = messages.models;
    const width = Math.max(...MODEL_NAMES.map((name) => name.length)) + 2;
    const indent = " ".repeat(width);
    for (const { name, servant, waitsIn, strength, limit } of rows) {
      const waits = waitsIn === "-" ? texts.nothing : waitsIn;
      const served = `${texts.servedBy} ${texts.servant[servant]}; ${texts.waitsIn} ${waits}`;
      console.log(`${bold(name)}${" ".repeat(width - name.length)}${served}`);
      console.log(`${indent}+ ${strength}`);
      console.log(`${indent}- ${limit}`);
    }
    return 0;
  },
});
