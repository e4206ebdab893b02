import { padEnd } from "../../columns.ts";
import { didYouMean } from "./words.ts";

/** What is said of the promises of `--expect`, in Chinese. */
export const zhExpect = {
  grammar: (flag: string, typed: string, figures: readonly string[]) =>
    `${flag} "${typed}"：应由指标、比较符号和数值组成，如 "p99 < 50ms"；` +
    `指标有 ${figures.join("、")}`,
  unknownFigure: (
    flag: string,
    typed: string,
    figure: string,
    nearest: string | null,
    figures: readonly string[],
  ) =>
    `${flag} "${typed}"：没有指标 ${figure}${didYouMean(nearest)}` +
    `（指标有 ${figures.join("、")}）`,
  wrongValue: (flag: string, typed: string, figure: string, wanted: string) =>
    `${flag} "${typed}"：与 ${figure} 相比的应是${wanted}`,
  /** By the kind of the figure. */
  wants: {
    time: "带单位的时间，如 50ms（us、ms、s 或 m）",
    count: "数字，如 0 或 10k",
    part: "数字或百分比，如 0 或 0.1%",
    rate: "每秒的数量，如 1000 或 20k",
    bytes: "大小，如 64MB（B、kB、MB 或 GB）",
    change: "百分比，如 +10%",
  },
  verdict: (promise: string, isKept: boolean, actual: string) =>
    `${padEnd("承诺", 14)}${promise}：${isKept ? "兑现" : "未兑现"}，${actual}`,
  notMeasured: "没有测到",
};
