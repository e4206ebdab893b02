import { count, didYouMean, list } from "./words.ts";

/** How the marks are to be read, in every kind of race. */
const verdictLegend = [
  "倍数：第一项数据是第一名（或 --baseline 所指服务器）的多少倍；括号内是它可能的范围；平手：区间重叠",
  "*：在承受住负载的服务器中最好的，且其区间不与任何一个重叠",
];

/** The help of the command, in Chinese. */
export const zhRaceCommand = {
  summary: "让各个模型依次承受同样的负载，再把结果放在一起比较",
  usage: "race [模型…] [选项]",
  flags: {
    conns: "同时有多少个连接（200；用 --churn 时为 5）",
    size: "每条消息的字节数（64）；用 --churn 时为每个应答的字节数（4000）",
    duration: "每一轮中测量每个服务器的时间（1s；用 --churn 时最多 60s）",
    settle: "热身之前，最多等这么久，让每个连接都得到第一个应答",
    churn: "连接来来去去：每个连接只问一次，同时有 --conns 个",
    each: "churn：每个客户端先后打开多少个连接",
    handler: "如何处理字节：echo、upper，或一个原样返回的文件：./mine.js",
    sleep: "每次应答前等待这么久，如同在等数据库",
    cpu: "每条消息消耗这么多 CPU 时间",
    sockets: "哪几种套接字参赛",
    rounds: "跑几轮，每轮顺序不同；取中位数",
    seed: "由这个数决定每轮的顺序，用来重复一场比赛",
    baseline: '所有服务器都与这一个比较，而不与最好的比较："epoll libc"',
    rate: "每个连接每秒问这么多次，这样延迟才可以比较",
    totalRate: "同上，但这是所有连接合计的次数",
    http: "用 HTTP 请求这个路径，例如：race epoll --http /",
    warmup: "测量之前先热身这么久",
    against: '让监听 {port} 的程序一同参赛："名称=命令 {port}"',
    json: "把结果写入这个文件，供程序读取",
    csv: "把中位数写入这个文件，供电子表格使用",
    html: "把带图表的网页写入这个文件",
    open: "在浏览器中打开网页",
  },
  examples: [
    "playground race",
    "playground race select epoll async --rounds 5 --html race.html --open",
    'playground race epoll --against "python=python3 server.py {port}"',
    "playground race select epoll --total-rate 10000 --rounds 7",
    "playground race process thread --churn",
  ],
};

/** What a race says, in Chinese. */
export const zhRace = {
  against: (typed: string) =>
    `--against ${typed}：应为含有 {port} 的 名称=命令，例如 "python=python3 server.py {port}"`,
  sameName: (name: string) => `--against ${name}=…：名称 ${name} 已有参赛者使用`,
  handler: (name: string) =>
    `--handler ${name}：比赛要核对返回的与发送的是否一致；应为 echo、upper，或一个原样返回的文件，如 ./mine.js`,
  notOnSockets: (models: string, sockets: string) => `${models} 不能使用 ${sockets} 套接字`,
  cannotOpen: (path: string) => `没有找到能显示 ${path} 的程序；请用浏览器打开它`,
  nothingMeasured: "什么也没有测到",
  written: (path: string) => `已写入：${path}`,
  round: (round: number, rounds: number) => `第 ${round} 轮，共 ${rounds} 轮`,
  left: (time: string) => `还剩 ${time}`,
  seconds: (seconds: number) =>
    seconds < 60 ? `${seconds} 秒` : `${Math.floor(seconds / 60)} 分 ${seconds % 60} 秒`,
  seldom: (conns: number, everySeconds: string, settleSeconds: string) =>
    `按这个速率，${count(conns)} 个连接中的每一个每 ${everySeconds} 秒才被问一次，而首次应答只等 ` +
    `${settleSeconds} 秒；请提高速率或 --settle，或减少 --conns`,
  noSuchEntrant: (name: string, nearest: string | null) =>
    `--baseline ${name}：没有这个参赛者${didYouMean(nearest)}`,
  load: (l: { conns: number; what: string; rounds: number; duration: string; warmup: string }) =>
    `${count(l.conns)} 个连接，${l.what}，共 ${l.rounds} 轮，` +
    `每轮热身 ${l.warmup} 后测量 ${l.duration}`,
  messagesOf: (size: string) => `每条消息 ${size}`,
  semicolon: "；",
  /** How fast was asked. */
  pace: {
    closed: "每个连接得到应答后立即再问",
    rate: (perSecond: number) => `固定速率，合计每秒 ${count(perSecond)} 条消息`,
  },
  order: (seed: number) => `每轮顺序不同：--seed ${seed}`,
  churnLoad: (l: { conns: number; each: number; size: string; rounds: number }) =>
    `${count(l.conns)} 个客户端，各先后打开 ${count(l.each)} 个连接，每个连接要 ${l.size}，` +
    `共 ${l.rounds} 轮`,
  answered: (answered: number, conns: number, after: string | undefined) =>
    `${after === undefined ? "" : `${after} 后 `}${count(answered)}/${count(conns)}`,
  incomplete: (done: number, all: number) => `提前结束：${count(all)} 场比赛跑了 ${count(done)} 场`,
  columns: {
    name: "服务器",
    spread: "波动",
    ratio: "倍数",
    messagesPerSecond: "消息/秒",
    connectionsPerSecond: "连接/秒",
    served: "已服务",
    allServedMs: "全部服务",
    runMs: "全程",
    p50Ms: "50 %",
    p99Ms: "99 %",
    p999Ms: "99.9 %",
    firstAnswerP50Ms: "50 %",
    firstAnswerP99Ms: "99 %",
    firstAnswerP999Ms: "99.9 %",
    cpuSecondsPerMillion: "CPU 秒/百万",
    peakMemoryBytes: "内存",
    memoryPerClientBytes: "每个客户端",
    threads: "线程",
    processes: "进程",
    switchesPerThousand: "切换",
    wakeUpsPerThousand: "唤醒",
  },
  legends: {
    messages: [
      "50、99、99.9 %：这么多的往返不超过所列时间",
      "全部服务：从第一次连接到每个连接都得到应答的时间",
      "CPU 秒/百万：服务器处理一百万条消息所用的 CPU 秒数",
      "切换、唤醒：每一千条消息的次数",
      "内存、线程、进程：同一时刻的最大值，包括子进程",
      "每个客户端：到全部得到服务为止增加的内存，按客户端平均",
      ...verdictLegend,
    ],
    rate: [
      "50、99、99.9 %：从该发送时算起，这么多的往返不超过所列时间",
      "全部服务：从第一次连接到每个连接都得到应答的时间",
      "CPU 秒/百万：服务器处理一百万条消息所用的 CPU 秒数",
      "切换、唤醒：每一千条消息的次数",
      "内存、线程、进程：同一时刻的最大值，包括子进程",
      "每个客户端：到全部得到服务为止增加的内存，按客户端平均",
      ...verdictLegend,
    ],
    churn: [
      "全程：从第一次连接到最后一个连接关闭的时间",
      "50、99、99.9 %：从连接算起，这么多的首次应答不超过所列时间",
      "CPU 秒/百万：服务器处理一百万个连接所用的 CPU 秒数",
      "切换、唤醒：每一千个连接的次数",
      "内存、线程、进程：同一时刻的最大值，包括子进程",
      ...verdictLegend,
    ],
  },
  /** Which server is better than which. */
  verdicts: {
    tied: "平手",
    conclusion: {
      throughput: (clauses: string) => `${clauses}。`,
      p99: (clauses: string) => `99 % 的往返时间：${clauses}。`,
    },
    tie: (names: readonly string[]) =>
      `${list(names)}${/[!-~]$/.test(names.at(-1) ?? "") ? " " : ""}不分高下`,
    others: (servers: number) => `另外 ${count(servers)} 个`,
    ratio: (one: string, other: string, r: { value: string; low: string; high: string }) =>
      `${one} 是 ${other} 的 ${r.value} 倍（${r.low} 至 ${r.high}）`,
  },
  apart: "没有承受住负载，不与任何服务器比较：",
  endedEarly: (how: string) => `还没开始监听就结束了：${how}`,
  silent: (seconds: string) => `${seconds} 秒内没有开始监听`,
  ended: (how: string) => `在负载下结束了：${how}`,
  exit: (code: number) => `退出状态 ${code}`,
  killed: (signal: string) => `被信号 ${signal} 终止`,
  notServed: (opened: number, conns: number) =>
    `${count(conns)} 个连接一个也没有得到服务（打开了 ${count(opened)} 个）`,
  refused: (connections: number, why: string) => `${count(connections)} 个被拒绝：${why}`,
  unansweredCount: (connections: number) => `${count(connections)} 个到最后没有得到应答`,
  wrongCount: (bytes: number) => `${count(bytes)} 个错误字节`,
  statusCount: (answers: number) => `${count(answers)} 个 HTTP 状态不是 2xx 的应答`,
  /** In place of a throughput. */
  fault: {
    lost: "中断",
    unanswered: "没有应答",
    status: "HTTP 错误",
    wrong: "字节有误",
    failed: "失败",
  },
  /** Several things, or one with what there is to say of it. */
  listed: (things: readonly string[]) => things.join("、"),
  inBrackets: (detail: string) => `（${detail}）`,
  unserved: (who: string) => `没有服务全部连接：${who}`,
  lost: (who: string) => `有连接中断：${who}`,
  unanswered: (who: string) => `有连接到最后没有得到应答：${who}`,
  wrong: (who: string) => `返回的字节有误：${who}`,
  status: (who: string) => `有 HTTP 状态不是 2xx 的应答：${who}`,
  rateNotKept: (who: string) => `没有跟上应有的速率：${who}`,
  baselineApart: "作为基准的服务器没有承受住负载，因此没有可比较的基准",
  fewRounds: (servers: number, rounds: number) =>
    `轮次太少，分不出 ${count(servers)} 个服务器的高下：至少需要 --rounds ${rounds}`,
  wideSpread: (who: string) =>
    `有的轮次偏离中位数 10 % 以上：${who}；可能有别的程序在运行，可增加 --rounds 或延长 --duration`,
  floodLimit: (who: string) => `flood 几乎用尽了它能用的 CPU，也许正是它限制了：${who}`,
  page: {
    title: "比赛",
    throughput: "每秒消息数",
    latency: "往返时间",
    latencyAxis: "往返时间（毫秒）",
    percentileAxis: "不超过该时间的消息比例",
    memory: "内存峰值（MB）",
    cpu: "每百万条消息的 CPU 秒数",
    figures: "全部数据",
    machine: "机器",
    repeat: "重复这场比赛",
    rounds: "每一轮",
    round: (round: number) => `第 ${round} 轮`,
    median: (figure: string) => `${figure}，中位数`,
    failed: "（失败）",
    apart: "（没有承受住负载）",
    notes: "说明",
    churn: {
      throughput: "每秒连接数",
      latency: "从连接到首次应答",
      latencyAxis: "首次应答（毫秒）",
      percentileAxis: "等待不超过该时间的连接比例",
      cpu: "每百万个连接的 CPU 秒数",
    },
    rate: {
      throughput: "99 % 的往返时间（毫秒）",
      latency: "相同速率下的往返时间",
      latencyAxis: "从该发送时算起的往返时间（毫秒）",
    },
    chartOf: (title: string) => `${title}：图表，数据见下表`,
  },
  machine: {
    processor: "处理器",
    processors: (count: number) => `${count} ×`,
    memory: "内存",
    system: "系统",
    versions: "版本",
    date: "日期",
    load: "负载",
  },
};
