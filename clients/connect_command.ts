import { defineCommand } from "../cli/command.ts";
export const connectCommand = defineCommand({
  flags: {},
  words: { least: 0, most: 0 },
  run: () => Promise.resolve(0),
});
