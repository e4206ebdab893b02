import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { readSystemFile } from "../../servers/system/proc.ts";
import { ignore } from "../../servers/system/signals.ts";
import { leaveStandardInput } from "../../servers/system/standard_input.ts";

const CTRL_C = 0x03;
const IS_WINDOWS = Deno.build.os === "windows";
/** How often a flood in the background looks whether it has the terminal again. */
const LOOK_AGAIN_MS = 500;

/**
 * Calls `quit` for each `q` that is typed, and elsewhere than on Windows leaves Ctrl-C to the system.
 * Does nothing without a terminal to type on, or when this process runs in the background: one that
 * reads from the terminal there is stopped, termios(3).
 *
 * @returns a function that leaves the terminal as it was
 */
export function onQuitKey(quit: () => void): () => void {
  if (!Deno.stdin.isTerminal() || !isInForeground()) return () => {};
  // After Ctrl-Z and `bg` the read that is under way then fails, and does not stop this process.
  if (hasSystemCalls()) ignore("SIGTTIN");
  const readEachKey = () => Deno.stdin.setRaw(true, { cbreak: !IS_WINDOWS });
  readEachKey();
  const restore = () => {
    isOver = true;
    if (isInForeground()) Deno.stdin.setRaw(false);
    else if (hasSystemCalls()) leaveStandardInput(); // the terminal is the shell's
    if (IS_WINDOWS) return;
    Deno.removeSignalListener("SIGTERM", onTerm);
    Deno.removeSignalListener("SIGCONT", onContinue);
  };
  let isOver = false;
  // After Ctrl-Z, the shell has made the terminal its own.
  const onContinue = () => {
    if (isInForeground() && !isOver) readEachKey();
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
  readKeys(quit, onContinue).catch(() => {}); // a terminal that is gone has no keys
  return restore;
}

/** @param onForeground called when this process has the terminal again */
async function readKeys(quit: () => void, onForeground: () => void): Promise<void> {
  const keys = new Uint8Array(64);
  for (let count; (count = await readKey(keys, onForeground)) !== null;) {
    const typed = keys.subarray(0, count);
    if (typed.includes("q".charCodeAt(0)) || typed.includes(CTRL_C)) quit();
  }
}

/** Reads from the terminal, once this process has it. */
async function readKey(into: Uint8Array, onForeground: () => void): Promise<number | null> {
  for (;;) {
    try {
      return await Deno.stdin.read(into);
    } catch (error) {
      if (isInForeground()) throw error;
      while (!isInForeground()) {
        await new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, LOOK_AGAIN_MS)));
      }
      onForeground();
    }
  }
}

/** Whether this process is in the foreground of its terminal. */
function isInForeground(): boolean {
  if (IS_WINDOWS) return true;
  if (hasSystemCalls()) {
    // After the name in parentheses: state, parent, group, session, terminal, its foreground; proc(5).
    const fields = readSystemFile("/proc/self/stat").replace(/^.*\) /s, "").split(" ");
    return fields[2] === fields[5];
  }
  const { stdout } = new Deno.Command("ps", {
    args: ["-o", "stat=", "-p", String(Deno.pid)],
  }).outputSync();
  return new TextDecoder().decode(stdout).includes("+"); // ps(1): it is in the foreground
}
