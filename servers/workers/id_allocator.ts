/** Numbers from 1 up for those who come and go: always the lowest that is free. */
export class IdAllocator {
  readonly #dispatched = new Set<number>();

  take(): number {
    let number = 1;
    while (this.#dispatched.has(number)) number++;
    this.#dispatched.add(number);
    return number;
  }

  giveBack(number: number): void {
    this.#dispatched.delete(number);
  }
}
