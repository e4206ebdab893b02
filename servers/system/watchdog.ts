/**
 * Child processes must not outlive this process, even if `SIGKILL` ends it.
 *
 * A process that is killed can do nothing more, but the system closes its pipes. So a watchdog, which is
 * a shell, reads from a pipe that only this process writes to. When the pipe ends, the watchdog kills the
 * process groups of the children that it knows. Windows has neither, and so no watchdogs.
 *
 * This process may be killed before the watchdog knows of a child. So all children inherit a mark in
 * their environment. The watchdog finds them by it, even if they have left their parents and groups.
 *
 * @module
 */

/**
 * Reads the process groups, one a line, and a point when the watchdog may end. If the pipe ends without
 * a point, this process is gone, and each child already runs its program: until then the child holds
 * the writing end of the pipe too. The script then kills, kill(1), the groups, all processes that have
 * the mark, and all descendants of either. It looks for them before it kills any: a process that has
 * lost its parent and has no mark cannot be found. Then it looks again, for those that others have
 * started meanwhile. Without /proc, proc(5), processes that have left the groups are not found.
 */
const SCRIPT = `
  groups=' '
  while read -r sign pid; do
    case $sign in
      +) groups="$groups$pid " ;;
      -) groups="\${groups%% $pid *} \${groups#* $pid }" ;;
      .) exit ;;
    esac
  done
  while :; do
    tree=$groups
    for environ in $(PATH=$PATH:/usr/bin:/bin grep -Fls "$0" /proc/[0-9]*/environ); do
      pid=\${environ#/proc/}
      tree="$tree\${pid%/environ} "
    done
    if [ "$tree" = ' ' ]; then exit; fi
    found=yes
    while [ -n "$found" ]; do
      found=
      for stat in /proc/[0-9]*/stat; do
        read -r line <"$stat" || continue
        pid=\${line%% *}
        line=\${line##*) ? }
        case $tree in *" $pid "*) continue ;; esac
        case $tree in *" \${line%% *} "*) tree="$tree$pid " found=yes ;; esac
      done
    done
    for group in $groups; do kill -s KILL -- "-$group"; done
    kill -s KILL $tree
    groups=' '
  done`;

/** The variable that only children of this process have in their environment. */
const MARK = "PLAYGROUND_GUARDED_BY";

const encoder = new TextEncoder();
let mark: string | undefined;

/** Kills processes if this one ends without a call of {@linkcode dismiss}. */
export class Watchdog {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  private constructor() {
    this.#process = new Deno.Command("/bin/sh", {
      args: ["-c", SCRIPT, `${MARK}=${markChildren()}`],
      env: { [MARK]: "" }, // the watchdog must not kill itself
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      detached: true, // it must survive Ctrl-C at the terminal
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
  }

  /** Starts a watchdog; `undefined` on Windows, which has none. */

  static start(): Watchdog | undefined {
    return Deno.build.os === "windows" ? undefined : new Watchdog();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Kills the process group that `pid` leads, should this process end. */
  watch(pid: number): Promise<void> {
    return this.#say(`+ ${pid}\n`);
  }

  /** Forgets `pid`, which has ended. */
  release(pid: number): Promise<void> {
    return this.#say(`- ${pid}\n`);
  }

  /** Ends the watchdog, and waits until it has ended. It kills nothing. */
  async dismiss(): Promise<void> {
    await this.#say(".\n");
    await this.#writer.close().catch(() => {}); // it may have gone already
    await this.#process.status;
  }

  /** That somebody has killed the watchdog is no error of this process. */
  async #say(line: string): Promise<void> {
    try {
      await this.#writer.write(encoder.encode(line));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  }
}

/** From now on children inherit the mark. @returns its value */
function markChildren(): string {
  if (mark === undefined) {
    mark = crypto.randomUUID();
    Deno.env.set(MARK, mark); // of this process, not of this thread
  }
  return mark;
}
