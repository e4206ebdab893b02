/**
 * A program that listens and never answers, and has a child that would run for a minute.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/**
 * What else is wrong with it: it does not hear signals and neither does its child, it ends at the
 * first byte that comes, or its child leaves its session.
 */
export type Fault = "none" | "deaf" | "dying" | "runaway";

/** How to start this program. */
export function faultyProgram(port: number | string, fault: Fault = "none"): string[] {
  const path = fileURLToPath(import.meta.url);
  return [Deno.execPath(), "run", "-A", path, String(port), fault];
}

if (import.meta.main) {
  const [port, fault] = Deno.args;
  if (fault === "deaf") Deno.addSignalListener("SIGTERM", () => {});
  const trap = fault === "deaf" ? "trap '' TERM; " : "";
  const program = fault === "runaway" ? "setsid sleep 60" : "sleep 60";
  const child = new Deno.Command("sh", { args: ["-c", `${trap}${program}; :`] }).spawn();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: Number(port) });
  const conns = [];
  for await (const conn of listener) {
    conns.push(conn);
    if (fault !== "dying" || await conn.read(new Uint8Array(1)) === null) continue;
    child.kill("SIGKILL");
    console.error("enough of this");
    Deno.exit(7);
  }
}
