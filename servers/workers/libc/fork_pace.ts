import { fork } from "../../system/fork.ts";
import { sendSignal, waitForEndOf } from "../../system/spawn.ts";
import { systemCalls } from "../../system/system_calls.ts";
import { Rest } from "../rest.ts";
import { beginChild } from "./forked_child.ts";

/** How many processes the other threads of the server must still find: the system counts threads, too. */
const ROOM = 8;

/**
 * When a server forks the children that it lacks, and how many processes it leaves to others.
 *
 * Where the system allows only so many processes, the children must not take all of them: the runtime
 * aborts when it cannot start a thread. So the first round of forks, and each that follows a refusal,
 * begins with processes that only keep room, and ends with their end.
 */
export class ForkPace {
  readonly #parent: Parameters<typeof beginChild>[0];
  readonly #keepers: number[] = [];
  #mayLack = true;
  readonly #rest = new Rest();

  /** @param parent what a child of this process needs to begin */
  constructor(parent: Parameters<typeof beginChild>[0]) {
    this.#parent = parent;
  }

  /** In how many milliseconds a child may be forked; 0 when at once. */
  get restMs(): number {
    return this.#rest.leftMs;
  }

  /**
   * Call it before each fork.
   *
   * @throws {SystemCallError} when the system allows no more processes
   */
  keepRoom(): void {
    while (this.#mayLack && this.#keepers.length < ROOM) {
      const pid = fork();
      if (pid === 0) beginChild(this.#parent, waitForKill);
      this.#keepers.push(pid);
    }
  }

  /**
   * No more children are forked for now.
   *
   * @param isComplete whether there are as many as wanted
   */
  roundEnded(isComplete: boolean): void {
    this.#giveRoom();
    if (!isComplete) return;
    this.#mayLack = false;
    this.#rest.allowed();
  }

  /** The system allows no more processes. */
  refused(): void {
    this.#giveRoom(); // at once: a thread of the runtime may just now be about to start
    this.#mayLack = true;
    this.#rest.refused();
  }

  #giveRoom(): void {
    for (const pid of this.#keepers) sendSignal(pid, "SIGKILL");
    for (const pid of this.#keepers) waitForEndOf(pid);
    this.#keepers.length = 0;
  }

  /** Forks none for a while, since a child has failed at once. */
  rest(): void {
    this.#rest.begin();
  }
}

function waitForKill(): never {
  const calls = systemCalls();
  for (;;) calls.poll(null, 0, -1);
}
