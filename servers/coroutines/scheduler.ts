/**
 * The simplest scheduler there is: tasks are generators, and each `yield` gives the others their turn.
 *
 * It is cooperative: it cannot interrupt a task, nor does it know what a task waits for. It resumes
 * one after another, round-robin, and a task that cannot go on yet yields again.
 *
 * @module
 */

/** A generator that the scheduler resumes. Its `yield` ends its turn. */
export type Task = Generator<void, void, void>;

/**
 * Runs tasks in turn.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const seen: string[] = [];
 * function* count(name: string): Task {
 *   for (let i = 0; i < 2; i++) {
 *     seen.push(`${name} ${i}`);
 *     yield;
 *   }
 * }
 * const scheduler = new Scheduler(console.error);
 * scheduler.spawn(count("A"));
 * scheduler.spawn(count("B"));
 * scheduler.run();
 * assertEquals(seen, ["A 0", "B 0", "A 1", "B 1"]);
 * ```
 */
export class Scheduler {
  readonly #tasks: Task[] = [];

  /** @param onFailure called with what a task threw; that task has ended, and the others go on */
  constructor(private readonly onFailure: (error: unknown) => void) {}

  /** How many tasks have not ended. */
  get size(): number {
    return this.#tasks.length;
  }

  /** Adds a task. Its first turn comes after those of all the others. */
  spawn(task: Task): void {
    this.#tasks.push(task);
  }

  /** Resumes every task once, those included that are spawned meanwhile. */
  turn(): void {
    const tasks = this.#tasks;
    let kept = 0;
    // Read the length anew each time: a task may spawn others.
    for (let i = 0; i < tasks.length; i++) {
      const task = tasks[i];
      if (this.#hasEnded(task)) continue;
      tasks[kept++] = task;
    }
    tasks.length = kept;
  }

  /** Gives turns until every task has ended. */
  run(): void {
    while (this.#tasks.length > 0) this.turn();
  }

  #hasEnded(task: Task): boolean {
    try {
      return task.next().done === true;
    } catch (error) {
      this.onFailure(error);
      return true;
    }
  }
}
