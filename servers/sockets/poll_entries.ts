/** `struct pollfd` in 32-bit words: the descriptor, then `events` and `revents` in half a word each. */
export const POLLFD_WORDS = 2;
const FIRST_CAPACITY = 64;

/** What is watched: a socket, of which only the listener is told apart. */
interface Target {
  readonly kind: string;
}

/** A socket in the array of poll(2), `struct pollfd`. */
export interface PollEntry<Watched extends Target = Target> {
  readonly target: Watched;
  /** What it is watched for, a set of `POLLIN` and `POLLOUT`: see {@linkcode PollEntries.set}. */
  events: number;
  /** What the last call found, of these and `POLLERR`. */
  revents: number;
}

/**
 * The array that poll(2) is given. It belongs to the program, which adds its sockets, changes what
 * each is watched for, and deletes those that it closes.
 *
 * Each change goes straight into the memory that the system reads, so a call has nothing to copy.
 */
export class PollEntries<Watched extends Target = Target> {
  /** In the order of the array. */
  readonly list: PollEntry<Watched>[] = [];
  /** The array itself, with room for at least one entry more. */
  pollfds = new Int32Array(FIRST_CAPACITY * POLLFD_WORDS);
  readonly #places = new Map<Target, number>();
  readonly #descriptorOf: (target: Watched) => number;
  #listener: Watched | undefined = undefined;

  /** @param descriptorOf a socket's descriptor; the system passes over entries with a negative one */
  constructor(descriptorOf: (target: Watched) => number) {
    this.#descriptorOf = descriptorOf;
  }

  /** The entry of `target`, if it has one. */
  get(target: Target): PollEntry<Watched> | undefined {
    const place = this.#places.get(target);
    return place === undefined ? undefined : this.list[place];
  }

  /** Watches `target` for `events`, a set of `POLLIN` and `POLLOUT`, and for nothing else. */
  set(target: Watched, events: number): void {
    const place = this.#places.get(target) ?? this.#append(target);
    this.list[place].events = events;
    this.pollfds[place * POLLFD_WORDS + 1] = events;
  }

  /** Watches `target` no longer, not even for errors. Of a socket without an entry it does nothing. */
  delete(target: Watched): void {
    const place = this.#places.get(target);
    const last = place === undefined ? undefined : this.list.pop();
    if (place === undefined || last === undefined) return;
    this.#places.delete(target);
    if (last.target === target) return;
    // The last entry takes the place of the one that leaves, so that the array has no gaps.
    this.list[place] = last;
    this.#places.set(last.target, place);
    const from = this.list.length * POLLFD_WORDS;
    this.pollfds.copyWithin(place * POLLFD_WORDS, from, from + POLLFD_WORDS);
  }

  /** Looks up the listener's descriptor anew: it has none while accepting rests. */
  refreshListener(): void {
    const listener = this.#listener;
    const place = listener && this.#places.get(listener);
    if (listener === undefined || place === undefined) return;
    this.pollfds[place * POLLFD_WORDS] = this.#descriptorOf(listener);
  }

  #append(target: Watched): number {
    const place = this.list.length;
    const capacity = this.pollfds.length / POLLFD_WORDS;
    if (place + 1 === capacity) {
      const larger = new Int32Array(this.pollfds.length * 2);
      larger.set(this.pollfds);
      this.pollfds = larger;
    }
    this.list.push({ target, events: 0, revents: 0 });
    this.pollfds[place * POLLFD_WORDS] = this.#descriptorOf(target);
    this.#places.set(target, place);
    if (target.kind === "listener") this.#listener = target;
    return place;
  }
}
