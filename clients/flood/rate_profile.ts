/** A part of a flood: the rate changes steadily, from what it was before to `rate` at its end. */
export interface Stage {
  readonly durationMs: number;
  /** Messages per second. */
  readonly rate: number;
}

/** A stage, and what came before it. */
interface Piece {
  readonly startMs: number;
  /** How many messages were due before it. */
  readonly before: number;
  /** Messages per millisecond at its start, and by how much that grows in each millisecond. */
  readonly perMs: number;
  readonly growth: number;
}

/**
 * How many messages are due at which time: at a steady rate, or at one that stages change.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 *
 * const ramp = new RateProfile(0, [{ durationMs: 2_000, rate: 100 }]);
 * equal(ramp.dueUntil(2_000), 100); // on average it was half of the rate
 * equal(ramp.dueUntil(3_000), 200); // and the last rate goes on
 * equal(ramp.timeOf(100), 2_000);
 * ```
 */
export class RateProfile {
  readonly #pieces: Piece[] = [];

  /** @param rate messages per second at the start, and for ever if there are no stages */
  constructor(rate: number, stages: readonly Stage[] = []) {
    let [startMs, before, perMs] = [0, 0, rate / 1_000];
    for (const { durationMs, rate } of stages) {
      const target = rate / 1_000;
      if (durationMs > 0) {
        this.#pieces.push({ startMs, before, perMs, growth: (target - perMs) / durationMs });
        before += (perMs + target) / 2 * durationMs;
        startMs += durationMs;
      }
      perMs = target;
    }
    this.#pieces.push({ startMs, before, perMs, growth: 0 });
  }

  /** How many messages are due in the first `ms` milliseconds, with fractions. */
  dueUntil(ms: number): number {
    if (ms <= 0) return 0;
    const { startMs, before, perMs, growth } = this.#last((piece) => piece.startMs <= ms);
    const sinceMs = ms - startMs;
    return before + (perMs + growth * sinceMs / 2) * sinceMs;
  }

  /** After how many milliseconds `count` messages are due; `Infinity`: never. */
  timeOf(count: number): number {
    const { startMs, before, perMs, growth } = this.#last((piece) => piece.before <= count);
    const wanted = count - before;
    if (wanted <= 0) return startMs;
    // The quadratic formula in the form that also holds without growth.
    const root = Math.sqrt(Math.max(0, perMs * perMs + 2 * growth * wanted));
    return startMs + 2 * wanted / (perMs + root);
  }

  #last(isSo: (piece: Piece) => boolean): Piece {
    for (let i = this.#pieces.length - 1; i > 0; i--) {
      if (isSo(this.#pieces[i])) return this.#pieces[i];
    }
    return this.#pieces[0];
  }
}

/** How long all stages take. */
export function durationOf(stages: readonly Stage[]): number {
  return stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
}
