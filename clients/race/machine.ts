import { readSystemFile } from "../../servers/system/proc.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";

/** The machine of a race, without which its figures say little. */
export interface Machine {
  /** The model of the processor; `undefined` where the system does not say it. */
  readonly processor: string | undefined;
  readonly processors: number;
  readonly memoryBytes: number | undefined;
  readonly system: string;
}

/** Describes this machine, on Linux by /proc. */
export function describeMachine(): Machine {
  const read = (path: string) => hasSystemCalls() ? readSystemFile(path) : "";
  const [, kibibytes] = /^MemTotal:\s+(\d+)/m.exec(read("/proc/meminfo")) ?? [];
  const release = read("/proc/sys/kernel/osrelease").trim();
  return {
    processor: /^model name\s*:\s*(.+)$/m.exec(read("/proc/cpuinfo"))?.[1],
    processors: navigator.hardwareConcurrency,
    memoryBytes: kibibytes === undefined ? undefined : Number(kibibytes) * 1_024,
    system: `${Deno.build.os}${release === "" ? "" : ` ${release}`}, ${Deno.build.arch}`,
  };
}
