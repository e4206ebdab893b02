import { defineCommand, type Invocation } from "../cli/command.ts";
import { choice, integer, onOff } from "../cli/flags.ts";
import { VIEW_PORT } from "../servers/watch/view_port.ts";

const watchFlags = {
  compare: onOff(),
  sockets: choice(["deno", "libc"], "deno"),
  port: integer(VIEW_PORT, { least: 0, most: 65_535 }),
  open: onOff(),
};

/** `playground watch [HOST:PORT]`, `playground watch --compare MODEL MODEL` */
export const watchCommand = defineCommand({
  flags: watchFlags,
  words: { least: 0, most: 2 },
  // deno-lint-ignore require-await
  async run(_: Invocation<typeof watchFlags>): Promise<number> {
    return 1;
  },
});
