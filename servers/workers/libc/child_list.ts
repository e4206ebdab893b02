import type { ChildProcess } from "./child_process.ts";

/**
 * The children of a server that forks, in no order.
 *
 * It is an array, in which a child is looked for. A `Map` would move to another table again and again while
 * children come and go, and a table that it has left leads to the next one. Once one of them is old, V8 keeps all
 * that follow until it collects the whole heap. So the heap would grow by as much as a table for every few clients,
 * and each fork counts the pages of the heap.
 */
export class ChildList {
  readonly #children: ChildProcess[] = [];

  get size(): number {
    return this.#children.length;
  }

  add(child: ChildProcess): void {
    this.#children.push(child);
  }

  /** Takes a child out. @returns `undefined` if there is none with this process id */
  take(pid: number): ChildProcess | undefined {
    const index = this.#children.findIndex((child) => child.pid === pid);
    const last = this.#children.at(-1);
    if (index < 0 || last === undefined) return undefined;
    const child = this.#children[index];
    this.#children[index] = last;
    this.#children.pop();
    return child;
  }

  [Symbol.iterator](): IterableIterator<ChildProcess> {
    return this.#children.values();
  }
}
