import { RefusedError } from "../../cli/errors.ts";
import type { Language } from "../../cli/language.ts";
import { linesOf } from "../../cli/text_lines.ts";
import type { Messages } from "../../cli/messages.ts";
import { modelEntry } from "../../servers/registry.ts";
import { GuardedProcess } from "../../servers/system/guarded_process.ts";
import { selfExec } from "../../servers/system/self_exec.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import type { Command, ControlWarning, Hello } from "../../servers/watch/frames.ts";
import type { RemoteRun } from "../watch/remote_run.ts";
import { startWatched, type WatchedServer } from "../watch/watched_server.ts";
import type { Action, StageServer } from "./chapter.ts";

const STOP_TIMEOUT_MS = 1_000;

/** What happens on a stage. */
export interface StageEvents {
  /** A server has started; its frames can be followed. Awaited before the next action. */
  readonly onServer: (run: RemoteRun, hello: Hello) => void;
  /** A command has printed a line. */
  readonly onLine: (line: string) => void;
  /** The server has ended, though nobody wanted it to. */
  readonly onLost: (reason: string) => void;
}

/**
 * Where a chapter happens: one server at a time, in a process of its own, and commands beside it. None of
 * them outlives the stage or this process.
 */
export class Stage implements AsyncDisposable {
  #current: WatchedServer | undefined = undefined;
  readonly #over = new AbortController();
  readonly #commands = new Set<GuardedProcess>();
  /** Starts and ends of servers, one after another. */
  #work: Promise<unknown> = Promise.resolve();

  /**
   * @param language in which commands print
   * @param messages for errors
   */
  constructor(
    private readonly events: StageEvents,
    private readonly language: Language,
    private readonly messages: Messages,
  ) {}

  /**
   * Does an action. There is nothing to do for `until`.
   *
   * @throws {RefusedError} when it cannot be done
   */
  async perform(action: Action): Promise<void> {
    if (action.do === "serve") return await this.#inTurn(() => this.#serve(action.server));
    if (action.do === "run") return await this.#run(action.args);
    if (action.do !== "until") await this.control(action);
  }

  /**
   * Sends a command to the server.
   *
   * @returns a warning, if there is one
   * @throws {RefusedError} when there is no server, or it refuses the command
   */
  async control(command: Command): Promise<ControlWarning | undefined> {
    if (this.#current === undefined) throw new RefusedError(this.messages.learn.noServer);
    return await this.#current.run.control(command);
  }

  /** Ends the server and the commands. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(new RefusedError(this.messages.learn.stageIsOver));
    for (const command of this.#commands) command.end();
    await this.#inTurn(() => this.#endServer());
  }

  /** A server starts when the former one has ended, also when that failed. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work, work);
    this.#work = done.catch(() => {}); // `done` rejects with it
    return done;
  }

  async #serve({ model, flags }: StageServer): Promise<void> {
    const { learn } = this.messages;
    await this.#endServer();
    const needsSystemCalls = flags.includes("libc") || !modelEntry(model).sockets.includes("deno");
    if (needsSystemCalls && !hasSystemCalls()) throw new RefusedError(learn.needsLinux(model));
    const args = [model, ...flags, "--quiet", "--lang", this.language];
    const started = await startWatched(args, this.messages, this.#over.signal);
    this.#current = started;
    started.server.ended.then(({ errorLines }) => {
      if (this.#current !== started) return;
      this.#current = undefined;
      this.events.onLost(learn.serverLost(model, errorLines.at(-1) ?? ""));
    });
    this.events.onServer(started.run, await started.run.hello());
  }

  async #endServer(): Promise<void> {
    const ending = this.#current;
    this.#current = undefined;
    await ending?.server.stop(STOP_TIMEOUT_MS);
  }

  /** Runs a command, and passes on what it prints. */
  async #run(args: readonly string[]): Promise<void> {
    this.#over.signal.throwIfAborted();
    const address = `127.0.0.1:${this.#current?.server.port}`;
    const words = args.map((word) => word.replace("{address}", address));
    const [program, all] = selfExec([...words, "--lang", this.language]);
    const process = await GuardedProcess.start([program, ...all], {
      stdout: "piped",
      stderr: "piped",
    });
    this.#commands.add(process);
    if (this.#over.signal.aborted) process.end();
    const { child } = process;
    try {
      await Promise.all([child.stdout, child.stderr].map(async (bytes) => {
        for await (const line of linesOf(bytes)) this.events.onLine(line);
      }));
      const { code } = await child.status;
      if (code !== 0) this.events.onLine(this.messages.learn.exitStatus(code));
    } finally {
      await process.end();
      this.#commands.delete(process);
    }
  }
}
