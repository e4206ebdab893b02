/**
 * How queues keep their items, which decides which one comes out next.
 *
 * @module
 */

// @ts-types="../../../cli/std/binary_heap.d.ts"
import { BinaryHeap } from "@std/data-structures/binary-heap";

/** Items, of which one is the next to come out. */
export interface Store<Item> {
  readonly size: number;
  push(item: Item): void;
  /** The next one. There must be one. */
  first(): Item;
  /** {@linkcode first}, which is taken out. */
  take(): Item;
}

/** First in, first out. */
export class Fifo<Item> implements Store<Item> {
  #items: Item[] = [];
  /** The index of the first item. Moving all others up for each `take` would take too long. */
  #first = 0;

  get size(): number {
    return this.#items.length - this.#first;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  first(): Item {
    return this.#items[this.#first];
  }

  take(): Item {
    const item = this.#items[this.#first++];
    if (this.#first > this.#items.length / 2) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }
}

/** Last in, first out. */
export class Lifo<Item> implements Store<Item> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  first(): Item {
    return this.#items[this.#items.length - 1];
  }

  take(): Item {
    return this.#items.pop() as Item; // there is one
  }
}

/** The least first; of equal ones, that which came first. */
export class Least<Item> implements Store<Item> {
  readonly #heap: BinaryHeap<{ item: Item; order: number }>;
  #last = 0;

  constructor(compare: (a: Item, b: Item) => number) {
    this.#heap = new BinaryHeap((a, b) => compare(a.item, b.item) || a.order - b.order);
  }

  get size(): number {
    return this.#heap.length;
  }

  push(item: Item): void {
    this.#heap.push({ item, order: this.#last++ });
  }

  first(): Item {
    return this.#heap.peek()!.item; // there is one
  }

  take(): Item {
    return this.#heap.pop()!.item; // there is one
  }
}

/** Which of two comes first, as Python compares: numbers and texts, and arrays by their first that differ. */
export function compareItems(a: unknown, b: unknown): number {
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < a.length && i < b.length; i++) {
      const order = compareItems(a[i], b[i]);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  const [x, y] = [a, b] as [number, number]; // anything that < takes
  return x < y ? -1 : y < x ? 1 : 0;
}
