import { defineCommand, type Invocation } from "../cli/command.ts";
import { integer, onOff } from "../cli/flags.ts";
import { readRecording } from "../servers/watch/recording.ts";
import { VIEW_PORT } from "../servers/watch/view_port.ts";
import { showPage } from "./watch/show_page.ts";

const replayFlags = {
  port: integer(VIEW_PORT, { least: 0, most: 65_535 }),
  open: onOff(),
};

/** `playground replay <file>` */
export const replayCommand = defineCommand({
  flags: replayFlags,
  words: { least: 1, most: 1 },
  async run(
    { flags, words: [path], messages, language }: Invocation<typeof replayFlags>,
  ): Promise<number> {
    const recording = await readRecording(path, messages);
    await showPage({ runs: [], recording, language, messages }, flags, (address) => {
      console.log(messages.watch.replaying(path, address));
    });
    return 0;
  },
});
