/**
 * Child processes that do not outlive this process, even if `SIGKILL` ends it.
 *
 * Each has a watchdog beside it, see `watchdog.ts`. The child first is a shell that waits until its
 * watchdog is there, and only then becomes the program. Windows has no watchdogs.
 *
 * @module
 */

import { Watchdog } from "./watchdog.ts";

/** Becomes the program when a line comes, and ends if the pipe ends before that. */
const LAUNCHER = 'read -r line && exec "$@" </dev/null';

/** The process ids of guarded children and of their watchdogs. */
const guarded = new Set<number>();

const encoder = new TextEncoder();
const hasWatchdogs = Deno.build.os !== "windows";

/** Where the output of a child goes. Its input is empty. */
export interface GuardedOptions {
  readonly stdout: "piped" | "null";
  readonly stderr: "piped" | "null";
}

/** A child process with a watchdog. It leads a session, and so a process group, of its own. */
export class GuardedProcess {
  #ending: Promise<void> | undefined = undefined;

  private constructor(
    readonly child: Deno.ChildProcess,
    private readonly watchdog: Watchdog | undefined,
  ) {}

  /**
   * Starts a program. Needs `sh`, except on Windows. So a missing program ends as in a shell: with a
   * line on standard error, and exit status 127.
   *
   * @throws {Deno.errors.NotFound} where the program is missing, on Windows
   */
  static async start(
    [program, ...args]: readonly string[],
    options: GuardedOptions,
  ): Promise<GuardedProcess> {
    if (!hasWatchdogs) {
      const child = new Deno.Command(program, { args, stdin: "null", ...options }).spawn();
      return new GuardedProcess(child, undefined);
    }
    const child = new Deno.Command("/bin/sh", {
      args: ["-c", LAUNCHER, "sh", program, ...args],
      stdin: "piped",
      detached: true, // Ctrl-C at the terminal is for this process, which ends the child
      ...options,
    }).spawn();
    guarded.add(child.pid);
    const watchdog = Watchdog.start();
    if (watchdog !== undefined) guarded.add(watchdog.pid);
    await watchdog?.watch(child.pid);
    const writer = child.stdin.getWriter();
    await writer.write(encoder.encode("\n"));
    await writer.close();
    return new GuardedProcess(child, watchdog);
  }

  get pid(): number {
    return this.child.pid;
  }

  /** Sends a signal to the child, and not to its group. That it has ended is no error. */
  signal(signal: Deno.Signal): void {
    try {
      this.child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // the child has ended
    }
  }

  /** Kills the child and its process group, waits for its end, and dismisses the watchdog. */
  end(): Promise<void> {
    return this.#ending ??= this.#end();
  }

  async #end(): Promise<void> {
    if (hasWatchdogs) killGroup(this.pid);
    else this.signal("SIGKILL");
    await this.child.status;
    guarded.delete(this.pid);
    if (this.watchdog === undefined) return;
    await this.watchdog.dismiss();
    guarded.delete(this.watchdog.pid);
  }
}

/** Whether `pid` is a guarded child of this process, or a watchdog. */
export function isGuarded(pid: number): boolean {
  return guarded.has(pid);
}

/** Kills a process group. One whose last member has just ended is no error. */
function killGroup(leader: number): void {
  try {
    Deno.kill(-leader, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
