import process from "node:process";
import { cFunctions } from "../system/c_library.ts";

/** The resources that a server used; `undefined` where the system does not count them. */
export interface ResourceUsage {
  /** CPU time of the server and of its children that have ended. */
  readonly userSeconds: number;
  readonly systemSeconds: number;
  /** The most memory that the server itself had resident at a time. */
  readonly peakMemoryBytes: number | undefined;
  /** The same for its largest child that has ended; 0 if it had none. */
  readonly peakChildMemoryBytes: number | undefined;
  /** How often a thread waited for something. */
  readonly voluntarySwitches: number | undefined;
  /** How often a thread had to make room for another. */
  readonly involuntarySwitches: number | undefined;
}

const RUSAGE_SELF = 0;
const RUSAGE_CHILDREN = -1;

/** Offsets in `struct rusage` of 64-bit Linux, and its size, getrusage(2). */
const AT = { userTime: 0, systemTime: 16, peakKilobytes: 32, voluntary: 128, involuntary: 136 };
const RUSAGE_BYTES = 144;

/**
 * Reads what this process has used so far. Needs the permission `--allow-ffi` on Linux.
 *
 * @param hasChildren whether clients were served by child processes, which count then
 */
export function readResourceUsage(hasChildren: boolean): ResourceUsage {
  if (Deno.build.os === "linux") return readFromSystem(hasChildren);
  const { user, system } = process.cpuUsage();
  return {
    userSeconds: user / 1e6,
    systemSeconds: system / 1e6,
    peakMemoryBytes: undefined,
    peakChildMemoryBytes: undefined,
    voluntarySwitches: undefined,
    involuntarySwitches: undefined,
  };
}

const functions = cFunctions({
  getrusage: { parameters: ["i32", "buffer"], result: "i32" },
});

function readFromSystem(hasChildren: boolean): ResourceUsage {
  const c = functions();
  const [own, children] = [RUSAGE_SELF, RUSAGE_CHILDREN].map((who) => {
    const bytes = new Uint8Array(RUSAGE_BYTES);
    // Other children may have been started and ended, such as a browser: they do not count.
    if (who === RUSAGE_SELF || hasChildren) c.getrusage(who, bytes);
    return new DataView(bytes.buffer);
  });
  return {
    userSeconds: seconds(own, AT.userTime) + seconds(children, AT.userTime),
    systemSeconds: seconds(own, AT.systemTime) + seconds(children, AT.systemTime),
    peakMemoryBytes: integer(own, AT.peakKilobytes) * 1_024,
    peakChildMemoryBytes: integer(children, AT.peakKilobytes) * 1_024,
    voluntarySwitches: integer(own, AT.voluntary) + integer(children, AT.voluntary),
    involuntarySwitches: integer(own, AT.involuntary) + integer(children, AT.involuntary),
  };
}

/** `struct timeval` */
function seconds(view: DataView, at: number): number {
  return integer(view, at) + integer(view, at + 8) / 1e6;
}

function integer(view: DataView, at: number): number {
  return Number(view.getBigInt64(at, true));
}
