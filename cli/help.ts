/**
 * The help, made from the flags themselves and the texts on them.
 *
 * @module
 */

import { type Flags, toTyped } from "./flags.ts";
import type { CommandName, Messages } from "./messages.ts";

/** What `playground --help` prints. */
export function overview(messages: Messages, version: string): string {
  const { help, commands } = messages;
  const rows = Object.entries(commands).map(([name, { summary }]) => [name, summary] as const);
  return [
    `playground ${version} — ${help.tagline}`,
    "",
    `${help.usage}: playground ${help.usageWords}`,
    "",
    ...columns(rows),
    "",
    ...help.start,
  ].join("\n");
}

/** What `playground NAME --help` prints. */
export function commandHelp(name: CommandName, flags: Flags, messages: Messages): string {
  const { help, commands } = messages;
  const { summary, usage, examples } = commands[name];
  const texts: Readonly<Record<string, string>> = {
    ...messages.sharedFlags,
    ...commands[name].flags,
  };
  const rows = Object.entries(flags).map(([key, { placeholder, shownFallback, fallback }]) => {
    const typed = `--${fallback === true ? "no-" : ""}${toTyped(key)}`;
    const shown = shownFallback === "" ? "" : ` (${shownFallback})`;
    return [placeholder === null ? typed : `${typed} ${placeholder}`, `${texts[key]}${shown}`];
  });
  return [
    `playground ${usage}`,
    "",
    summary,
    "",
    ...columns([...rows, ["--lang en|zh", help.lang], ["--help", help.help]]),
    "",
    ...examples.map((example) => `  ${example}`),
  ].join("\n");
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.min(30, Math.max(...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) =>
    left.length > width
      ? `  ${left}\n  ${" ".repeat(width)}  ${right}`
      : `  ${left.padEnd(width)}  ${right}`
  );
}
