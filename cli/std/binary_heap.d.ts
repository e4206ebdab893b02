/** A priority queue: what is popped is what `compare` puts first. */
export class BinaryHeap<Item> {
  constructor(compare: (one: Item, other: Item) => number);
  readonly length: number;
  push(item: Item): number;
  peek(): Item | undefined;
  pop(): Item | undefined;
  /** All items, in no order. */
  toArray(): Item[];
  clear(): void;
}
