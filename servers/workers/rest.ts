/** How long what the system has refused is not tried again. */
const FIRST_MS = 1_000;
/** Each refusal in a row doubles the rest, up to this. */
const LONGEST_MS = 30_000;

/** A time in which something is not tried again, since the system refused it or it went wrong at once. */
export class Rest {
  #untilMs = 0;
  #nextMs = FIRST_MS;

  /** How long it still lasts; 0 when it is over. */
  get leftMs(): number {
    return Math.max(0, this.#untilMs - performance.now());
  }

  /** Begins a rest, unless one lasts longer. */
  begin(ms = FIRST_MS): void {
    this.#untilMs = Math.max(this.#untilMs, performance.now() + ms);
  }

  /** Begins a rest since the system has refused it: after each refusal in a row a longer one. */
  refused(): void {
    this.begin(this.#nextMs);
    this.#nextMs = Math.min(2 * this.#nextMs, LONGEST_MS);
  }

  /** The next refusal is the first one again. */
  allowed(): void {
    this.#nextMs = FIRST_MS;
  }

  /** Ends the rest, since it may be allowed again. */
  end(): void {
    this.#untilMs = 0;
    this.allowed();
  }
}
