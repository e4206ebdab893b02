import { count, didYouMean } from "./words.ts";

/** The general help, in Chinese. */
export const zhHelp = {
  tagline: "同时服务众多 TCP 客户端的各种经典模型，跑起来，再用海量连接去冲击它们",
  usage: "用法",
  usageWords: "<命令> [选项]",
  start: [
    "先打开两个终端，各运行一条：",
    "  playground serve select",
    "  playground flood --conns 1000",
    "",
    "更多：playground <命令> --help，playground explain <模型>",
  ],
  lang: "所有消息的语言（默认取自 LC_ALL、LC_MESSAGES 或 LANG）",
  help: "显示本帮助",
};

/** The flags that several commands have, in Chinese. */
export const zhSharedFlags = {
  host: "地址",
  port: "端口",
  json: "输出供程序读取的 JSON",
  expect: '一个承诺，如 "p99 < 50ms" 或 "lost = 0"；未兑现时退出状态为 3',
};

/** Answers to what was typed wrong, in Chinese. */
export const zhFlags = {
  unknown: (typed: string, nearest: string | null) =>
    `没有 ${typed} 这个选项${didYouMean(nearest)}（--help 会列出所有选项）`,
  unknownCommand: (typed: string, nearest: string | null) =>
    `没有 ${typed} 这个命令${didYouMean(nearest)}（playground --help 会列出所有命令）`,
  unknownModel: (typed: string, nearest: string | null) =>
    `没有 ${typed} 这个模型${didYouMean(nearest)}（playground models 会列出所有模型）`,
  unknownDemo: (typed: string, nearest: string | null, names: readonly string[]) =>
    `没有叫 ${typed} 的演示${didYouMean(nearest)}（有 ${names.join("、")}）`,
  wrongValue: (flag: string, value: string, wanted: string, nearest: string | null) =>
    `${flag} ${value}：${wanted}${didYouMean(nearest)}`,
  valueMissing: (flag: string, wanted: string) => `${flag} 后面缺少值：${wanted}`,
  tooFewWords: (usage: string, choices: readonly string[]) =>
    `缺少参数，用法：playground ${usage}` +
    (choices.length === 0 ? "" : `（可选：${choices.join("、")}）`),
  tooManyWords: (word: string, usage: string) => `${word} 是多余的，用法：playground ${usage}`,
  notForModel: (flag: string, model: string, models: readonly string[]) =>
    `${flag} 对 ${model} 没有意义，它只用于 ${models.join(" 和 ")}`,
  libcNotHere: "--sockets libc 只能用于 x86-64 或 arm64 上的 Linux；去掉它即使用 Deno 自己的套接字",
  onlyWith: (flag: string, other: string) => `${flag} 只有与 ${other} 一起使用才有意义`,
  notTogether: (one: string, other: string) => `${one} 和 ${other} 不能同时使用`,
  sameFile: (one: string, other: string, path: string) =>
    `${one} 和 ${other} 指的是同一个文件 ${path}；请各用一个文件`,
  cannotWrite: (flag: string, path: string, reason: string) => `${flag} ${path}：${reason}`,
  noEffectWith: (flag: string, other: string) =>
    `${flag} 与 ${other} 同用时不起作用，请去掉其中一个`,
  quoteNotClosed: (flag: string, value: string) => `${flag} ${value}：引号没有成对`,
  wantsNothing: "它只有开和关，不带别的值",
  wantsText: "应为一段文本",
  wantsInteger: (min: number, max: number) =>
    max === Infinity ? `应为不小于 ${count(min)} 的整数` : `应为 ${min} 到 ${max} 之间的整数`,
  wantsDuration: (unit: "ms" | "s", minMs: number, maxHours: number) =>
    `应为 ${
      minMs === 0 ? 0 : `${minMs}ms`
    } 到 ${maxHours}h 之间的一段时间，如 500ms、1.5s、2m 或 1h` +
    `（不写单位时按${unit === "ms" ? "毫秒" : "秒"}计）`,
  wantsTime: "应为 +5s（5 秒之后）、14:30:00 这样的时刻，或 2030-01-31T14:30:00Z 这样的日期和时刻",
  wantsOneOf: (words: readonly string[]) => `应为 ${words.join(" 或 ")}`,
  wantsSomeOf: (words: readonly string[]) => `应为 ${words.join(" 或 ")}，可用逗号分隔写几个`,
  twoAddresses: (readings: readonly string[]) => `是 ${readings.join(" 还是 ")}？`,
  wantsAddress: "地址应形如 127.0.0.1:7788、[::1]:7788、localhost 或 7788",
};

/** Why the system has refused something, in Chinese. */
export const zhSystem = {
  hostUnknown: "没有这台主机",
  notCapable: "Deno 程序没有全部权限时不能打开它",
  reasons: {
    EACCES: "没有权限",
    EPERM: "没有权限",
    ENOENT: "没有这个文件或目录",
    ENOTDIR: "路径中有一段不是目录",
    EISDIR: "它是一个目录",
    EEXIST: "它已经存在",
    ENAMETOOLONG: "名字太长",
    EROFS: "文件系统是只读的",
    ENOSPC: "磁盘已满",
    ENXIO: "没有读取方（请先启动读取它的程序）",
    EFBIG: "文件太大（参见 ulimit -f）",
    EMFILE: "打开的文件太多（可用 ulimit -n 提高上限）",
    ECONNREFUSED: "那里没有程序在监听",
    ECONNRESET: "连接被重置",
    EPIPE: "对方不再读取",
    ETIMEDOUT: "没有及时得到回应",
    EHOSTUNREACH: "主机不可达",
    ENETUNREACH: "网络不可达",
    EADDRNOTAVAIL: "没有可用的本地端口，或该地址不属于本机",
  },
};
