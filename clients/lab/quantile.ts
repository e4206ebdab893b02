/** The figure that so large a share of these figures is below; 0.5 is the middle one. */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)];
}
