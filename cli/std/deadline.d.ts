/** @returns what `promise` gives, or rejects with a `DOMException` when it takes longer than `ms` */
export function deadline<T>(promise: Promise<T>, ms: number): Promise<T>;
