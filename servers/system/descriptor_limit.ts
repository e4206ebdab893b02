import { cFunctions } from "./c_library.ts";
import { checked } from "./system_interface.ts";
import { errnoInstead, hasSystemCalls } from "./system_calls.ts";

const functions = cFunctions({
  getrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  setrlimit: { parameters: ["i32", "buffer"], result: "i32" },
});

/** <sys/resource.h> */
const RLIMIT_NOFILE = 7;
/** The value of `RLIM_INFINITY`. */
const UNLIMITED = 2n ** 64n - 1n;

/** How many descriptors this process may have; `Infinity` if it may have any number. */
export async function descriptorLimit(): Promise<number> {
  if (Deno.build.os === "windows") return Infinity;
  return hasSystemCalls() ? softDescriptorLimit() : await limitOfShell();
}

/** {@linkcode descriptorLimit} where there are the system's calls. */
export function softDescriptorLimit(): number {
  // `struct rlimit`: the soft limit and the hard one.
  const limits = new BigUint64Array(2);
  checked("getrlimit", errnoInstead()(functions().getrlimit(RLIMIT_NOFILE, limits)));
  return limits[0] === UNLIMITED ? Infinity : Number(limits[0]);
}

/** A child inherits the limit, and the shell can tell it where there is no other way to ask. */
async function limitOfShell(): Promise<number> {
  const { stdout } = await new Deno.Command("/bin/sh", {
    args: ["-c", "ulimit -n"],
    stdin: "null",
    stderr: "null",
  }).output();
  const limit = Number(new TextDecoder().decode(stdout));
  return Number.isInteger(limit) && limit > 0 ? limit : Infinity;
}

/**
 * Raises the soft limit of this process to `wanted` descriptors, or as near as the hard limit allows.
 *
 * @returns the limit that is in force then
 * @throws {SystemCallError} when the system refuses what it has allowed
 */
export function raiseDescriptorLimit(wanted: number): number {
  // `struct rlimit`: the soft limit and the hard one, of which all bits set mean that there is none.
  const limits = new BigUint64Array(2);
  checked("getrlimit", errnoInstead()(functions().getrlimit(RLIMIT_NOFILE, limits)));
  const [soft, hard] = limits;
  if (soft >= BigInt(wanted)) return Number(soft);
  limits[0] = hard < BigInt(wanted) ? hard : BigInt(wanted);
  checked("setrlimit", errnoInstead()(functions().setrlimit(RLIMIT_NOFILE, limits)));
  return Number(limits[0]);
}
