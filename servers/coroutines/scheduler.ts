/**
 * The simplest scheduler there is: tasks are generators, and each `yield` gives the others their turn.
 *
 * It is passive: it cannot interrupt a task, nor does it know what a task waits for. It resumes one
 * after another, round-robin, and a task that finds it cannot go on yet yields again.
 *
 * @module
 */

/** What can be paused in the middle, and goes on from there. */
export type Task = Generator<void, void, void>;

/**
 * Runs tasks in turn.
 *
 * @example
 * ```ts
 * function* count(name: string): Task {
 *   for (let i = 0; i < 2; i++) {
 *     console.log(name, i);
 *     yield;
 *   }
 * }
 * const scheduler = new Scheduler(console.error);
 * scheduler.spawn(count("A"));
 * scheduler.spawn(count("B"));
 * scheduler.run(); // A 0, B 0, A 1, B 1
 * ```
 */
export class Scheduler {
  readonly #tasks: Task[] = [];
  readonly #onFailure: (error: unknown) => void;

  /** @param onFailure told what a task threw; the task has ended, and the others go on */
  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** How many tasks have not ended. */
  get size(): number {
    return this.#tasks.length;
  }

  /** Takes in a task; its first turn comes after those of all the others. */
  spawn(task: Task): void {
    this.#tasks.push(task);
  }

  /** Lets every task go on until its next `yield`. Those that are spawned meanwhile come in as well. */
  turn(): void {
    const tasks = this.#tasks;
    let kept = 0;
    // The length is looked at anew each time, since a task may spawn others.
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
      this.#onFailure(error);
      return true;
    }
  }
}
