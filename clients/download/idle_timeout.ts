import { DownloadError } from "./reasons.ts";

/** Aborts a request when its server is silent for too long. Disposing of it aborts as well. */
export class IdleTimeout implements Disposable {
  readonly #controller = new AbortController();
  /** Aborts after too long a silence, with `stop`, and on disposal. */
  readonly signal: AbortSignal;

  /** @param timeoutMs how long the server may be silent; `Infinity`: for ever */
  constructor(private readonly timeoutMs: number, stop: AbortSignal) {
    this.signal = AbortSignal.any([stop, this.#controller.signal]);
  }

  /** Waits for `work`, which must end when {@linkcode signal} aborts. */
  async during<Result>(work: Promise<Result>): Promise<Result> {
    if (this.timeoutMs === Infinity) return await work;
    const timer = setTimeout(
      () => this.#abort(new DownloadError({ kind: "silent", timeoutMs: this.timeoutMs })),
      this.timeoutMs,
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
