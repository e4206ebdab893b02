/** Over which time the speed is measured: long enough to be calm, short enough to be true. */
const WINDOW_MS = 5_000;

/** How fast something grows, measured over the last seconds. */
export class Speed {
  readonly #samples: { readonly atMs: number; readonly bytes: number }[] = [];

  /** @returns bytes per second up to now */
  measure(bytes: number, nowMs: number): number {
    const samples = this.#samples;
    samples.push({ atMs: nowMs, bytes });
    while (samples.length > 2 && nowMs - samples[1].atMs >= WINDOW_MS) samples.shift();
    const [first] = samples;
    return nowMs > first.atMs ? (bytes - first.bytes) / (nowMs - first.atMs) * 1_000 : 0;
  }
}
