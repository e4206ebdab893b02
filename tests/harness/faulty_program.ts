/**
 * A program that listens and never answers, and has a child that would run for a minute.
 *
 * @module
 */

import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

/**
 * What else is wrong with it: it does not hear signals and neither does its child, it ends at the
 * first byte that comes, or its child leaves its session. Or it does answer, and closes the connection
 * after its first answer, resets it, answers with other bytes, or only the first few times.
 */
export type Fault =
  | ("none" | "deaf" | "dying" | "runaway")
  | ("closing" | "resetting" | "garbling" | "stalling");

/** How to start this program. */
export function faultyProgram(port: number | string, fault: Fault = "none"): string[] {
  const path = fileURLToPath(import.meta.url);
  return [Deno.execPath(), "run", "-A", path, String(port), fault];
}

/** How often a connection that stalls is answered. */
const ANSWERS = 3;

function isAnswering(fault: string): boolean {
  return ["closing", "garbling", "stalling"].includes(fault);
}

/** Sends back what comes, with the fault. */
async function answer(conn: Deno.Conn, fault: string): Promise<void> {
  const buffer = new Uint8Array(65_536);
  for (let answers = 0, count; (count = await conn.read(buffer)) !== null; answers++) {
    if (fault === "stalling" && answers >= ANSWERS) continue;
    const bytes = buffer.subarray(0, count);
    if (fault === "garbling") bytes[0] ^= 1;
    await conn.write(bytes);
    if (fault === "closing") return conn.close();
  }
}

if (import.meta.main) {
  const [port, fault] = Deno.args;
  if (fault === "deaf") Deno.addSignalListener("SIGTERM", () => {});
  const trap = fault === "deaf" ? "trap '' TERM; " : "";
  const program = fault === "runaway" ? "setsid sleep 60" : "sleep 60";
  const child = new Deno.Command("sh", { args: ["-c", `${trap}${program}; :`] }).spawn();
  if (fault === "resetting") {
    const server = createServer((socket) => socket.on("data", () => socket.resetAndDestroy()));
    await new Promise((resolve) => server.listen(Number(port), "127.0.0.1").on("close", resolve));
  }
  using listener = Deno.listen({ hostname: "127.0.0.1", port: Number(port) });
  const conns = [];
  for await (const conn of listener) {
    conns.push(conn);
    if (isAnswering(fault)) {
      answer(conn, fault).catch(() => {}); // the client has gone
      continue;
    }
    if (fault !== "dying" || await conn.read(new Uint8Array(1)) === null) continue;
    child.kill("SIGKILL");
    console.error("enough of this");
    Deno.exit(7);
  }
}
