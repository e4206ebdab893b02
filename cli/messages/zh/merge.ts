import { padEnd } from "../../columns.ts";
import { count } from "./words.ts";

/** The help of the command, in Chinese. */
export const zhMergeCommand = {
  summary: "把几次 flood 合成一份报告：计数相加，直方图合并",
  usage: "merge 文件… [选项]",
  flags: {},
  examples: [
    "playground merge a.hdr b.hdr c.hdr",
    "playground merge */flood.json --expect 'p99 < 50ms'",
    "playground merge - < floods.json",
  ],
};

/** What merging says, in Chinese. */
export const zhMerge = {
  floods: (floods: number, spreadMs: number) =>
    `${padEnd("flood 次数", 14)}${count(floods)}` +
    (floods === 1 ? "" : `，先后在 ${count(Math.round(spreadMs))} ms 之内开始`),
  cannotRead: (path: string, reason: string) => `${path}：${reason}`,
  empty: (path: string) => `${path}：文件是空的，其中应有 flood --json 的输出`,
  noFlood: (path: string, line: number) =>
    `${path}：既不是 flood --hdr 的日志，也不是 flood --json 的 JSON（第 ${count(line)} 行）`,
  newer: (path: string) => `${path}：由更新版本的 playground 写成，请用那个版本合并`,
  twice: (path: string, other: string) =>
    `${path}：其中的 flood 在 ${other} 中也有，会被算两次；请只给出一个`,
  nothingOpened: "一条连接也没有打开",
};
