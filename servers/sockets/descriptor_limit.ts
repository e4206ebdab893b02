import { checked } from "./system_call_error.ts";
import { hasSystemCalls, RLIMIT_NOFILE, systemCalls } from "./system_calls.ts";

/** The value of `RLIM_INFINITY`. */
const UNLIMITED = 2n ** 64n - 1n;

/** How many descriptors this process may have; `Infinity` if it may have any number. */
export async function descriptorLimit(): Promise<number> {
  if (Deno.build.os === "windows") return Infinity;
  return hasSystemCalls() ? limitOfSystem() : await limitOfShell();
}

/** `struct rlimit`: the soft limit and the hard one. */
function limitOfSystem(): number {
  const limits = new BigUint64Array(2);
  checked("getrlimit", systemCalls().getrlimit(RLIMIT_NOFILE, limits));
  return limits[0] === UNLIMITED ? Infinity : Number(limits[0]);
}

/** A child inherits the limit, and the shell can tell it where there is no other way to ask. */
async function limitOfShell(): Promise<number> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", "ulimit -n"],
    stdin: "null",
    stderr: "null",
  }).output();
  const limit = Number(new TextDecoder().decode(stdout));
  return Number.isInteger(limit) && limit > 0 ? limit : Infinity;
}
