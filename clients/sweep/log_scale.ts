/** The steps between powers of ten at which an axis has marks. */
const STEPS = [1, 2, 5];

/**
 * A logarithmic axis: each factor of ten has the same length.
 *
 * @example
 * ```ts
 * import { deepEqual, equal } from "node:assert/strict";
 *
 * const scale = new LogScale([3, 40]);
 * deepEqual(scale.marks, [2, 5, 10, 20, 50]);
 * equal(scale.at(2), 0);
 * equal(scale.at(10), 0.5);
 * ```
 */
export class LogScale {
  /** The values at its marks, from its start to its end. */
  readonly marks: readonly number[];

  /** @param values positive numbers, which it is to hold */
  constructor(values: readonly number[]) {
    const [min, max] = [Math.min(...values), Math.max(...values)];
    const marks: number[] = [];
    for (
      let power = Math.floor(Math.log10(min));
      marks.length < 2 || marks.at(-1)! < max;
      power++
    ) {
      for (const step of STEPS) {
        const mark = Number(`${step}e${power}`);
        if (mark <= min) marks.length = 0;
        if (marks.length < 2 || marks.at(-1)! < max) marks.push(mark);
      }
    }
    this.marks = marks;
  }

  /** Where a value lies: 0 is the start of the axis, and 1 is its end. */
  at(value: number): number {
    const [first, last] = [this.marks[0], this.marks[this.marks.length - 1]].map(Math.log10);
    return (Math.log10(value) - first) / (last - first);
  }
}
