import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { readSystemFile } from "../../servers/system/proc.ts";

const CTRL_C = 0x03;
const IS_WINDOWS = Deno.build.os === "windows";

/**
 * Calls `quit` for each `q` that is typed, and elsewhere than on Windows leaves Ctrl-C to the system.
 * Does nothing without a terminal to type on, or when this process runs in the background: one that
 * reads from the terminal there is stopped, termios(3).
 *
 * @returns a function that leaves the terminal as it was
 */
export async function onQuitKey(quit: () => void): Promise<() => void> {
  if (!Deno.stdin.isTerminal() || !await isInForeground()) return () => {};
  const readEachKey = () => Deno.stdin.setRaw(true, { cbreak: !IS_WINDOWS });
  readEachKey();
  const restore = () => {
    isOver = true;
    Deno.stdin.setRaw(false);
    if (IS_WINDOWS) return;
    Deno.removeSignalListener("SIGTERM", onTerm);
    Deno.removeSignalListener("SIGCONT", onContinue);
  };
  let isOver = false;
  // After Ctrl-Z, the shell has made the terminal its own.
  const onContinue = async () => {
    if (await isInForeground() && !isOver) readEachKey();
  };
  // The signal ends this process as it would have, but with the terminal as it was.
  const onTerm = () => {
    restore();
    Deno.kill(Deno.pid, "SIGTERM");
  };
  if (!IS_WINDOWS) {
    Deno.addSignalListener("SIGTERM", onTerm);
    Deno.addSignalListener("SIGCONT", onContinue);
  }
  readKeys(quit);
  return restore;
}

async function readKeys(quit: () => void): Promise<void> {
  const keys = new Uint8Array(64);
  for (let count; (count = await Deno.stdin.read(keys)) !== null;) {
    const typed = keys.subarray(0, count);
    if (typed.includes("q".charCodeAt(0)) || typed.includes(CTRL_C)) quit();
  }
}

/** Whether this process is in the foreground of its terminal. */
async function isInForeground(): Promise<boolean> {
  if (IS_WINDOWS) return true;
  if (hasSystemCalls()) {
    // After the name in parentheses: state, parent, group, session, terminal, its foreground; proc(5).
    const fields = readSystemFile("/proc/self/stat").replace(/^.*\) /s, "").split(" ");
    return fields[2] === fields[5];
  }
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "stat=", "-p", String(Deno.pid)],
  }).output();
  return new TextDecoder().decode(stdout).includes("+"); // ps(1): it is in the foreground
}
