/**
 * Joins each negative number to the flag that it is meant for, `--size -1` to `--size=-1`: `parseArgs`
 * takes it for a flag of its own, which nobody would understand.
 *
 * @param takesValue whether the flag of this name, without its hyphens, takes a value
 */
export function joinNegativeNumbers(
  args: readonly string[],
  takesValue: (name: string) => boolean,
): string[] {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const isValue = (index: number) =>
    index > 0 && index < end && /^-\.?\d/.test(args[index]) &&
    args[index - 1].startsWith("--") && takesValue(args[index - 1].slice(2));
  return args.flatMap((argument, index) => {
    if (isValue(index)) return [];
    return [isValue(index + 1) ? `${argument}=${args[index + 1]}` : argument];
  });
}
