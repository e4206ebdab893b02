/**
 * A program that listens, and has a child that would run for a minute: `PORT [deaf]`. A deaf one does
 * not listen to signals, and neither does its child.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** How to start this program. */
export function listenerWithChild(port: number, ...words: readonly "deaf"[]): string[] {
  const path = fileURLToPath(import.meta.url);
  return [Deno.execPath(), "run", "-A", path, String(port), ...words];
}

if (import.meta.main) {
  const [port, isDeaf] = Deno.args;
  if (isDeaf !== undefined) Deno.addSignalListener("SIGTERM", () => {});
  const trap = isDeaf === undefined ? "" : "trap '' TERM; ";
  const child = new Deno.Command("sh", { args: ["-c", `${trap}sleep 60; :`] }).spawn();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: Number(port) });
  await Promise.all([child.status, Array.fromAsync(listener)]);
}
