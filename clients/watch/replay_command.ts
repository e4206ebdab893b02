import { defineCommand } from "../../cli/command.ts";
import { readRecording } from "../../servers/watch/recorded_run.ts";
import { PAGE_FLAGS } from "./command.ts";
import { showPage } from "./show_page.ts";

/** `playground replay <file>` */
export const replayCommand = defineCommand({
  flags: PAGE_FLAGS,
  words: { min: 1, max: 1 },
  async run({ flags, words: [path], messages, language }) {
    const recording = await readRecording(path, messages);
    const { frames, leftOut } = recording;
    if (leftOut > 0) console.error(messages.watch.leftOut(path, leftOut));
    if (frames === 0) console.error(messages.watch.noFrames(path));
    const shown = { runs: [], recording, language, messages, portFlag: "--port" as const };
    await showPage(shown, flags, (address) => {
      console.log(messages.watch.replaying(path, address));
    });
    return 0;
  },
});
