/** @returns a promise that resolves after `ms` milliseconds, or rejects when `signal` is aborted */
export function delay(
  ms: number,
  options?: { signal?: AbortSignal; persistent?: boolean },
): Promise<void>;
