/** Numbers from 1 up for those who come and go: always the lowest that is free. */
export class Numbers {
  readonly #taken = new Set<number>();

  take(): number {
    let number = 1;
    while (this.#taken.has(number)) number++;
    this.#taken.add(number);
    return number;
  }

  giveBack(number: number): void {
    this.#taken.delete(number);
  }
}
