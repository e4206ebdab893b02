/**
 * Sees to it that child processes do not outlive us, even if we are killed by `SIGKILL`.
 *
 * Nobody can do anything when that happens, except who is told by the system: a pipe whose only writer
 * was ours comes to its end. So a guard, a shell, reads such a pipe and kills the process groups of the
 * children that it was told of when it has ended. On Windows, which has neither, there are no guards.
 *
 * We may be killed before the guard was told of a child. So all children inherit a mark in their
 * environment, by which the guard finds them, and those that have left their parents and groups.
 *
 * @module
 */

/**
 * Reads which groups there are, one a line, and a point when it may go home. The end of the pipe without
 * one means that we are gone, and that each child has its program and its environment: until then it
 * has our end of the pipe. Then the groups are killed, kill(1), with all who have the mark and all
 * descendants of either, which are looked for first: who has lost its parent and has no mark can be
 * found no more. Where there is no /proc, proc(5), those that left the groups are not found.
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
  tree=$groups
  for environ in $(PATH=$PATH:/usr/bin:/bin grep -Fls "$0" /proc/[0-9]*/environ); do
    pid=\${environ#/proc/}
    tree="$tree\${pid%/environ} "
  done
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
  kill -s KILL $tree`;

/** What children of ours have in their environment, and nobody else. */
const MARK = "PLAYGROUND_GUARDED_BY";

const encoder = new TextEncoder();
let mark: string | undefined;

/** Kills processes when we are gone without having said that it need not. */
export class Guard {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  private constructor() {
    this.#process = new Deno.Command("/bin/sh", {
      args: ["-c", SCRIPT, `${MARK}=${markChildren()}`],
      env: { [MARK]: "" }, // a guard is no child that is to be killed
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      detached: true, // it must survive what ends us at the terminal
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
  }

  /** Starts one, except on Windows. */
  static start(): Guard | undefined {
    return Deno.build.os === "windows" ? undefined : new Guard();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** From now on this leader of a process group is guarded. */
  watch(pid: number): Promise<void> {
    return this.#say(`+ ${pid}\n`);
  }

  /** A process that was watched has ended. */
  release(pid: number): Promise<void> {
    return this.#say(`- ${pid}\n`);
  }

  /** Sends it home, and waits until it has gone. */
  async dismiss(): Promise<void> {
    await this.#say(".\n");
    await this.#writer.close().catch(() => {}); // it may have gone already
    await this.#process.status;
  }

  /** One that somebody has ended hears nothing any more, and that is no error of ours. */
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
