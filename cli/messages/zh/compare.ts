import { count, list } from "./words.ts";

/** The help of the command, in Chinese. */
export const zhCompareCommand = {
  summary: "比较两场比赛或两次 flood：有什么变化超出了噪声",
  usage: "compare <之前.json> <之后.json> [选项]",
  flags: {
    all: "显示所有数据，包括没有变化的",
    md: "输出 Markdown，用于 pull request",
  },
  examples: [
    "playground compare before.json after.json",
    'playground compare before.json after.json --expect "worse = 0" --md',
    'playground compare before.json after.json --expect "rate > -5%" --expect "p99 < +10%"',
  ],
};

/** What is said of two races or floods, in Chinese. */
export const zhCompare = {
  neither: (path: string) =>
    `${path}：它既不是比赛也不是 flood；可用 race --json FILE 和 flood --json > FILE 写出`,
  newer: (path: string) => `${path}：它由更新的 playground 写成，这个版本读不了`,
  cannotRead: (path: string, reason: string) => `${path}：${reason}`,
  twoKinds: (before: string, after: string) =>
    `${before} 和 ${after}：一个是比赛，另一个是 flood，或者是不同种类的比赛`,
  nothingInCommon: "没有一个服务器参加了两场比赛",
  title: (before: string, after: string) => `${before} → ${after}`,
  columns: {
    server: "服务器",
    figure: "数据",
    before: "之前",
    after: "之后",
    change: "变化",
  },
  figures: {
    rate: "消息/秒",
    connections: "连接/秒",
    p50: "50 %",
    p99: "99 %",
    "p99.9": "99.9 %",
    cpu: "CPU 秒/百万",
    memory: "内存",
  },
  verdicts: { better: "变好", worse: "变差", same: "不变", unknown: "?" },
  change: (change: string, low: string, high: string) => `${change}（${low} 至 ${high}）`,
  conclusion: (c: { changed: number; figures: number; better: number; worse: number }) =>
    `${count(c.figures)} 项数据中有 ${count(c.changed)} 项的变化超出了噪声：` +
    `${count(c.better)} 项变好，${count(c.worse)} 项变差。`,
  fewRounds: (rounds: number, isFlood: boolean) =>
    `轮次太少，无法下结论：每个文件至少需要 ${rounds} 轮` +
    (isFlood ? "（文件的每一行是一轮：flood --json >> FILE）" : ""),
  conditions: (differences: readonly string[]) => `两次运行的条件不同：${list(differences)}`,
  onlyIn: (path: string, servers: readonly string[]) => `只在 ${path} 中：${list(servers)}`,
  apart: (path: string, servers: readonly string[]) =>
    `在 ${path} 中没有承受住负载：${list(servers)}`,
  faults: (what: "lost" | "refused" | "wrongBytes", before: number, after: number) =>
    `${{ lost: "中断的连接", refused: "被拒绝的连接", wrongBytes: "错误字节" }[what]}` +
    `：之前 ${count(before)}，之后 ${count(after)}`,
  legend: "括号内是变化可能的范围；不变：没有超出噪声",
};
