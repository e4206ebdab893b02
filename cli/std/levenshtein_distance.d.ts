/** @returns how many letters must be added, left out or replaced to make `one` the `other` */
export function levenshteinDistance(one: string, other: string): number;
