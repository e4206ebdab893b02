import type { Pollable, ReadyEvent } from "./interface.ts";

/** What a wait reports, in objects that are used again by the next. */
export class ReadyEvents<Watched extends Pollable> {
  /** Good until the next {@linkcode clear}. */
  readonly list: ReadyEvent<Watched>[] = [];
  readonly #pool: { target: Watched; events: number }[] = [];

  clear(): void {
    this.list.length = 0;
  }

  /** @param events of the `EPOLL…` bits */
  add(target: Watched, events: number): void {
    const event = this.#pool[this.list.length] ??= { target, events };
    event.target = target;
    event.events = events;
    this.list.push(event);
  }
}
