import { integer, onOff } from "../../cli/flags.ts";
import { VIEW_PORT } from "../../servers/watch/view_port.ts";

/** The flags of commands that show a page. */
export const PAGE_FLAGS = {
  port: integer(VIEW_PORT, { min: 0, max: 65_535 }),
  open: onOff(),
};
