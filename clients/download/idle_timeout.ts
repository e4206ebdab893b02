import { DownloadError } from "./reasons.ts";

/** Ends what a server is asked for when it is silent for too long. Dispose of it, and nothing goes on. */
export class IdleTimeout implements Disposable {
  readonly #timeoutMs: number;
  readonly #controller = new AbortController();
  /** Is aborted by too long a silence, by whatever `stop` tells, and in the end. */
  readonly signal: AbortSignal;

  /** @param timeoutMs `Infinity`: it may be silent for ever */
  constructor(timeoutMs: number, stop: AbortSignal) {
    this.#timeoutMs = timeoutMs;
    this.signal = AbortSignal.any([stop, this.#controller.signal]);
  }

  /** Waits for `work`, which is to be aborted by the signal. */
  async during<Result>(work: Promise<Result>): Promise<Result> {
    if (this.#timeoutMs === Infinity) return await work;
    const timer = setTimeout(
      () => this.#abort(new DownloadError({ kind: "silent", timeoutMs: this.#timeoutMs })),
      this.#timeoutMs,
    );
    try {
      return await work;
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.dispose](): void {
    this.#abort(new DOMException("The answer is not wanted any more", "AbortError"));
  }

  #abort(reason: Error): void {
    this.#controller.abort(reason);
  }
}
