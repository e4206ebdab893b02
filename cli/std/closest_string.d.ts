/** @returns the one of `candidates` that is most like `word` */
export function closestString(word: string, candidates: readonly string[]): string;
