import { didYouMean } from "./words.ts";

/** What is said of the promises of `--expect`, in English. */
export const enExpect = {
  grammar: (flag: string, typed: string, figures: readonly string[]) =>
    `${flag} "${typed}": it takes a figure, a comparison and a value, such as "p99 < 50ms"; ` +
    `the figures are ${figures.join(", ")}`,
  unknownFigure: (
    flag: string,
    typed: string,
    figure: string,
    nearest: string | null,
    figures: readonly string[],
  ) =>
    `${flag} "${typed}": there is no figure ${figure}${didYouMean(nearest)} ` +
    `(the figures are ${figures.join(", ")})`,
  wrongValue: (flag: string, typed: string, figure: string, wanted: string) =>
    `${flag} "${typed}": ${figure} is compared with ${wanted}`,
  /** By the kind of the figure. */
  wants: {
    time: "a time and its unit, such as 50ms (us, ms, s or m)",
    count: "a number, such as 0 or 10k",
    part: "a number or a percentage, such as 0 or 0.1%",
    rate: "a number per second, such as 1000 or 20k",
    bytes: "a size, such as 64MB (B, kB, MB or GB)",
    change: "a percentage, such as +10%",
  },
  verdict: (promise: string, isKept: boolean, actual: string) =>
    `promise       ${promise}: ${isKept ? "kept" : "broken"}, ${actual}`,
  notMeasured: "not measured",
};
