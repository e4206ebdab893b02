import { defineCommand } from "../cli/command.ts";
export const floodCommand = defineCommand({
  flags: {},
  words: { least: 0, most: 0 },
  run: () => Promise.resolve(0),
});
