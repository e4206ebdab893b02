/**
 * How many descriptors a process started from here may have: the soft limit of setrlimit(2).
 * `Infinity` where there is no such limit or nobody to ask.
 */
export async function descriptorLimit(): Promise<number> {
  if (Deno.build.os === "windows") return Infinity;
  // Deno may not look into /proc without all permissions, but any shell knows.
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", "ulimit -n"],
    stdin: "null",
    stderr: "null",
  }).output();
  const limit = Number(new TextDecoder().decode(stdout));
  return Number.isInteger(limit) && limit > 0 ? limit : Infinity;
}
