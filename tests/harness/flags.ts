/**
 * Flags of every kind.
 *
 * @module
 */

import {
  choice,
  choices,
  duration,
  integer,
  onOff,
  optional,
  repeatable,
  text,
} from "../../cli/flags.ts";

export const FLAGS = {
  host: text("127.0.0.1"),
  port: integer(7788, { min: 1, max: 65_535 }),
  conns: integer(5, { min: 1, max: Infinity }),
  idleTimeout: duration(Infinity, "", "s"),
  sleep: duration(0, "0", "ms"),
  trigger: choice(["edge", "level"], "edge"),
  watch: optional(integer(-1, { min: 0, max: 65_535 }), "7780"),
  sockets: choices(["deno", "libc"], ["deno"]),
  against: repeatable(text("")),
  quiet: onOff(),
  wait: onOff(true),
};
