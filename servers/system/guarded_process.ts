/**
 * Child processes that do not outlive us, even if we are killed by `SIGKILL`.
 *
 * Beside each there is a guard, see `guard.ts`. The child itself waits, as a shell, until its guard is
 * there, and only then becomes the program. On Windows there is no guard.
 *
 * @module
 */

import { Guard } from "./watchdog.ts";

/** Becomes the program when a line comes; when the pipe ends before, nobody wants it any more. */
const LAUNCHER = 'read -r line && exec "$@" </dev/null';

/** Those of our children that are a program with a guard, or a guard. */
const guarded = new Set<number>();

const encoder = new TextEncoder();
const hasGuards = Deno.build.os !== "windows";

/** What a child is started with. Nobody types to it. */
export interface GuardedOptions {
  readonly stdout: "piped" | "null";
  readonly stderr: "piped" | "null";
}

/** A child process with a guard. It leads a session, and so a process group, of its own. */
export class GuardedProcess {
  readonly child: Deno.ChildProcess;
  readonly #guard: Guard | undefined;
  #ending: Promise<void> | undefined = undefined;

  private constructor(child: Deno.ChildProcess, guard: Guard | undefined) {
    this.child = child;
    this.#guard = guard;
  }

  /**
   * Starts a program. Needs `sh`, except on Windows. Where that is, a program that is missing is told
   * as a shell tells it: by a line on standard error, and exit status 127.
   *
   * @throws {Deno.errors.NotFound} where the program is missing, on Windows
   */
  static async start(
    [program, ...args]: readonly string[],
    options: GuardedOptions,
  ): Promise<GuardedProcess> {
    if (!hasGuards) {
      const child = new Deno.Command(program, { args, stdin: "null", ...options }).spawn();
      return new GuardedProcess(child, undefined);
    }
    const child = new Deno.Command("/bin/sh", {
      args: ["-c", LAUNCHER, "sh", program, ...args],
      stdin: "piped",
      detached: true, // Ctrl-C at the terminal is for us, who end it
      ...options,
    }).spawn();
    guarded.add(child.pid);
    const guard = Guard.start();
    if (guard !== undefined) guarded.add(guard.pid);
    await guard?.watch(child.pid);
    const writer = child.stdin.getWriter();
    await writer.write(encoder.encode("\n"));
    await writer.close();
    return new GuardedProcess(child, guard);
  }

  get pid(): number {
    return this.child.pid;
  }

  /** Sends a signal to the child alone. One that has ended is no error. */
  signal(signal: Deno.Signal): void {
    try {
      this.child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // which says that it has ended
    }
  }

  /** Kills the child and who is in its group, waits for its end, and sends the guard home. */
  end(): Promise<void> {
    return this.#ending ??= this.#end();
  }

  async #end(): Promise<void> {
    if (hasGuards) killGroup(this.pid);
    else this.signal("SIGKILL");
    await this.child.status;
    guarded.delete(this.pid);
    if (this.#guard === undefined) return;
    await this.#guard.dismiss();
    guarded.delete(this.#guard.pid);
  }
}

/** Whether a child of ours is a program that was started here, or its guard. */
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
