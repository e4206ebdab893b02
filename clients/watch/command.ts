import { defineCommand } from "../../cli/command.ts";
import { UsageError } from "../../cli/errors.ts";
import { choice, integer, onOff } from "../../cli/flags.ts";
import type { Messages } from "../../cli/messages.ts";
import { parseModelName } from "../../servers/commands/model_name.ts";
import { VIEW_PORT } from "../../servers/watch/view_port.ts";
import { parseAddress } from "../target/address.ts";

/** The flags of commands that show a page. */
export const PAGE_FLAGS = {
  port: integer(VIEW_PORT, { min: 0, max: 65_535 }),
  open: onOff(),
};

const watchFlags = {
  compare: onOff(),
  sockets: choice(["deno", "libc"], "deno"),
  ...PAGE_FLAGS,
};

/** `playground watch [HOST:PORT]`, `playground watch --compare MODEL MODEL` */
export const watchCommand = defineCommand({
  flags: watchFlags,
  words: { min: 0, max: 2 },
  async run({ flags, words, given, messages, language }) {
    check(words, given, messages);
    if (flags.compare) {
      const models = words.map((word) => parseModelName(word, messages));
      const { compare } = await import("./compare.ts");
      const sockets = given.has("sockets") ? flags.sockets : undefined;
      await compare({ ...flags, sockets, models }, language, messages);
      return 0;
    }
    const address = parseAddress(words[0] ?? String(VIEW_PORT), VIEW_PORT, messages);
    const { watchInTerminal } = await import("./watch_in_terminal.ts");
    await watchInTerminal(address, language, messages);
    return 0;
  },
});

function check(
  words: readonly string[],
  given: ReadonlySet<string>,
  { flags, watch, commands }: Messages,
): void {
  if (given.has("compare")) {
    if (words.length !== 2) throw new UsageError(watch.twoModels);
    return;
  }
  if (words.length > 1) throw new UsageError(flags.tooManyWords(words[1], commands.watch.usage));
  for (const flag of ["sockets", "port", "open"]) {
    if (given.has(flag)) throw new UsageError(flags.onlyWith(`--${flag}`, "--compare"));
  }
}
