/**
 * `fd_set` of select(2): a bit for each descriptor below its size. The macros of C write beyond the
 * end for a larger one; this refuses.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const set = new DescriptorSet(1_024);
 * set.add(5);
 * assertEquals([set.has(5), set.has(6), set.highest], [true, false, 5]);
 * assertEquals([set.next(0), set.next(6)], [5, -1]);
 * ```
 */
export class DescriptorSet {
  readonly words: Int32Array<ArrayBuffer>;
  #highest = -1;

  /** @param size how many descriptors there are, `FD_SETSIZE` */
  constructor(size: number) {
    // The system reads and writes whole words of 64 bits.
    this.words = new Int32Array(Math.ceil(size / 64) * 2);
  }

  /** The largest descriptor that is in the set, or -1. */
  get highest(): number {
    return this.#highest;
  }

  /**
   * `FD_SET`
   *
   * @throws {RangeError} when `fd` is beyond the set
   */
  add(fd: number): void {
    const size = this.words.length * 32;
    if (fd >= size) throw new RangeError(`descriptor ${fd} is not below FD_SETSIZE, ${size}`);
    this.words[fd >> 5] |= 1 << (fd & 31);
    if (fd > this.#highest) this.#highest = fd;
  }

  /** `FD_ISSET` */
  has(fd: number): boolean {
    return (this.words[fd >> 5] & 1 << (fd & 31)) !== 0;
  }

  /** The smallest descriptor in the set from `from` on, or -1: a word without any is passed over at once. */
  next(from: number): number {
    let at = from >> 5;
    let word = this.words[at] & -1 << (from & 31);
    while (word === 0) {
      if (++at > this.#highest >> 5) return -1;
      word = this.words[at];
    }
    return at * 32 + 31 - Math.clz32(word & -word);
  }

  /** The descriptors in the set, in their order. */
  *[Symbol.iterator](): Generator<number> {
    for (let fd = this.next(0); fd >= 0; fd = this.next(fd + 1)) yield fd;
  }

  /** `FD_ZERO` */
  clear(): void {
    this.words.fill(0, 0, (this.#highest >> 5) + 1);
    this.#highest = -1;
  }
}
