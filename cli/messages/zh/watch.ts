import { zhWatchSave, zhWatchSavePage } from "./watch_save.ts";
import { zhWatchTrace } from "./watch_trace.ts";
import { count } from "./words.ts";

/** The help of `playground watch`, in Chinese. */
export const zhWatchCommand = {
  summary: "在终端里观看一个服务器，或在浏览器里并排观看两个模型",
  usage: "watch [HOST:PORT] [--compare 模型 模型]",
  flags: {
    compare: "启动这两个模型，让同样的客户端同时访问它们，并在一个页面里并排显示",
    sockets: "配合 --compare：用 Deno 自己的套接字，还是系统调用（libc 仅限 Linux）",
    port: "配合 --compare：页面所在的端口，0 表示任选一个空闲端口",
    open: "配合 --compare：在浏览器中打开页面",
  },
  examples: [
    "playground watch",
    "playground watch 127.0.0.1:7781",
    "playground watch --compare select epoll",
  ],
};

/** The help of `playground replay`, in Chinese. */
export const zhReplayCommand = {
  summary: "在浏览器里重放用 serve --record 录下的一次运行",
  usage: "replay <文件>",
  flags: {
    port: "页面所在的端口，0 表示任选一个空闲端口",
    open: "在浏览器中打开页面",
    trace: "不显示页面，而把这次运行写入这个文件，供 Perfetto 打开",
    html: "不显示页面，而把这次运行写成一个无需联网即可重放的网页",
  },
  examples: [
    "playground replay run.jsonl",
    "playground replay run.jsonl --html run.html --trace run.json",
  ],
};

/** The flags of `playground serve` that let people watch, in Chinese. */
export const zhServeWatchFlags = {
  watch: "用一个网页显示此刻谁在做什么；不写端口时用",
  open: "配合 --watch：在浏览器中打开页面",
  record: "把看到的一切写入这个文件，供 playground replay 重放",
  trace: "把这次运行的跟踪写入这个文件，供 Perfetto 打开",
};

/** What people read while they watch, in Chinese. */
export const zhWatch = {
  ...zhWatchSave,
  watching: (address: string) => `在此观看：${address}`,
  replaying: (path: string, address: string) => `${path}：${address}（Ctrl-C 结束）`,
  noBrowser: (address: string) => `打不开浏览器，请自行打开 ${address}`,
  wrongAddress: (host: string, port: number) =>
    `这个页面不能以 ${host} 访问，只能在运行它的机器上以 http://127.0.0.1:${port}/ 访问：` +
    "这样别处的网页就读不到它。要从另一台机器观看，请让隧道两端使用同一个端口：" +
    `ssh -L ${port}:127.0.0.1:${port} HOST，然后打开服务器打印的地址。`,
  wrongOrigin: (origin: string, port: number) =>
    `来问的是 ${origin} 的网页，而这个页面只应答它自己：` +
    `请在运行它的机器上打开 http://127.0.0.1:${port}/。`,
  portInUse: (flag: string, port: number) =>
    `${flag} ${port}：端口已被占用：请换一个，或用 0 任选一个空闲端口`,
  cannotListen: (flag: string, port: number, reason: string) =>
    `${flag} ${port}：无法在那里提供页面：${reason}`,
  recordingFailed: (path: string, reason: string) =>
    `--record ${path}：${reason}：录制到此为止，服务器不受影响`,
  takesNothing: (seconds: number) => `${seconds} 秒内无法写入任何内容`,
  cannotReplay: (path: string, reason: string) => `${path}：${reason}`,
  noRecording: (path: string) =>
    `${path} 不是录像：请用 playground serve <模型> --record FILE 录制一份`,
  otherVersion: (path: string, version: number, own: number) =>
    `${path} 是版本 ${version} 的录像，而这个 playground 只能重放版本 ${own}：` +
    "请用录制它的那个 playground 重放",
  leftOut: (path: string, lines: number) =>
    `${path}：有 ${count(lines)} 行不完整，已略过；其余照常显示`,
  noFrames: (path: string) => `${path}：录像在任何事情发生之前就结束了`,
  notWatched: (address: string) =>
    `${address} 上没有可观看的服务器：请先运行 playground serve select --watch`,
  forbidden: (address: string) =>
    `这个页面不能以 ${address} 访问，只能用它自己的端口：请让隧道两端使用同一个端口，` +
    "例如 ssh -L 7780:127.0.0.1:7780 HOST",
  silent: (address: string, seconds: number) =>
    `${address} 接受了连接，但 ${seconds} 秒内什么也没有说：那不是页面；` +
    "请用 serve --watch 打印的地址",
  noTerminal: "playground watch 需要在终端里运行",
  twoModels: "--compare 需要两个模型：playground watch --compare select epoll",
  serverFailed: (model: string, reason: string) => `无法启动 ${model}：${reason}`,
  serverEnded: (model: string) => `${model} 已经结束`,
  trace: zhWatchTrace,
  terminal: {
    keys: "按 q 退出，按 s 保存最近 60 秒",
    lost: "服务器已经不在了",
    more: (clients: number) => `……另有 ${count(clients)} 个`,
    summary: (s: { active: number; messages: string; backlog: string; latency: string | null }) =>
      `${count(s.active)} 个连接   ${s.messages} 条消息/秒   ` +
      `监听队列 ${s.backlog}${s.latency === null ? "" : `   循环 ${s.latency}`}`,
    sampled: (told: number, all: number) =>
      `画出了 ${count(all)} 条消息中的 ${count(told)} 条，另有 ${count(all - told)} 条`,
  },
  page: {
    ...zhWatchSavePage,
    language: "中文",
    title: "playground：此刻谁在做什么",
    tagline: "此刻谁在做什么",
    picture:
      "每个线程、进程或循环是一条泳道，每个客户端是其中的一条横条。下面的表格用文字说明同样的内容。",
    states: {
      backlog: "在监听队列里",
      queued: "已接受，正在排队",
      waiting: "等待数据",
      served: "正在服务",
      asleep: "在处理函数里睡眠",
      blocked: "等待可写",
      closed: "已关闭",
    },
    lanes: {
      backlog: "监听队列",
      queue: "排队",
      caller: "唯一的线程",
      thread: "线程",
      sharedThread: "线程",
      process: "进程",
      loop: "循环",
      loops: "循环",
      threads: "线程",
      coroutine: "循环",
    },
    clientsTotal: "# 个客户端，按状态统计",
    asTable: "以表格显示",
    clientsNow: "当前的客户端（前 100 个）",
    client: "客户端",
    state: "状态",
    lane: "泳道",
    servedBy: {
      caller: "唯一的线程一个接一个地服务客户端。",
      process: "每个客户端独占一个进程。",
      thread: "每个客户端独占一个线程。",
      sharedThread: "一个循环管套接字，几个线程分担客户端的工作。",
      loop: "一个循环服务所有客户端。",
      loops: "每个客户端归几个循环中的一个。",
      threads: "有几个线程，其中任何一个都可能接着服务某个客户端。",
      coroutine: "一个循环，每个客户端一个协程。",
    },
    waitsIn: "等待点：",
    stop: "。",
    waitsForNothing: "它从不等待，而是反复尝试每个客户端。",
    listensOn: "监听",
    sockets: { deno: "Deno 的套接字", libc: "系统调用（libc）" },
    handlerNamed: "处理函数 {name}",
    empty: {
      now: "还没有客户端",
      open: "打开三个会说话的客户端",
      or: "或者在终端里运行：",
      atThisTime: "这一刻没有客户端",
    },
    present: "现在",
    connections: "连接数",
    messagesPerSecond: "消息/秒",
    loopLatency: "循环的延迟（毫秒）",
    cpu: "CPU（%）",
    memory: "内存（MB）",
    code: "代码，以及运行到了哪里",
    log: "日志",
    explained: "工作原理",
    heldUp: "被你停住了",
    blocked: "循环已有 # 毫秒没有转回来",
    inBacklog: "监听队列里：#",
    rounds: "每秒 {perSecond} 轮，每轮询问 {scanned} 个，就绪 {ready} 个",
    returned: "{call}：每秒返回 {perSecond} 次，每次查看 {scanned} 个，就绪 {ready} 个",
    sampled: "画出了 {all} 条消息中的 {told} 条，另有 {more} 条",
    olderPeers: "他们是谁：# 秒前的情况",
    refused: "已拒绝：#",
    controls: "对它做点什么",
    open: "客户端",
    opened: { one: "个客户端由此打开", other: "个客户端由此打开" },
    doing: "它们做什么",
    talkOn: "说话",
    says: "每 {ms} 毫秒说“{text}”",
    saysUnread: "每 {ms} 毫秒说“{text}”，不读应答",
    message: "内容",
    every: "间隔（毫秒）",
    readNothing: "只发不收",
    leave: "离开",
    "half-close": "半关闭",
    close: "关闭",
    reset: "重置",
    leaveHow: {
      "half-close": "声明不再发送，但仍继续读（FIN）",
      close: "离开，不再读",
      reset: "强行中断连接（RST）",
    },
    simulatedCost: "处理函数",
    answersAtOnce: "立即应答",
    sleeps: "睡眠 {ms} 毫秒",
    burns: "消耗 {ms} 毫秒 CPU",
    sleep: "睡眠（毫秒）",
    burn: "消耗 CPU（毫秒）",
    block: "让它停 1 秒",
    presentation: {
      begin: "演示",
      end: "退出演示",
      drawer: "控制",
      begun: "演示模式：按 Escape 退出，按 C 显示控制",
      ended: "演示已结束",
    },
    pointed: "看这里",
    pause: "暂停",
    resume: "继续",
    time: "时间",
    again: "重新播放",
    paused: "时间已暂停",
    goesOn: "时间继续",
    over: "录像已结束",
    runs: "继续运行",
    stopped: "自 # 起没有再收到这个服务器的任何消息，它的时间停在那一刻。",
    lost: "连不上服务器",
    noToken: "要控制它，请打开服务器打印的地址",
    refusedCommand: "未执行",
    noAnswer: "服务器在 # 秒内没有应答",
    another: "这里现在运行的是另一个服务器。要控制它，请打开它打印的地址。",
    leftOut: "录像中不完整而被略过的行数：#",
    noFrames: "录像在任何事情发生之前就结束了。",
    gap: "有 # 秒没有收到消息，其间发生的事这个页面不知道",
    refusals: {
      "no-command": "服务器不认识这个命令",
      "too-long": "命令太长",
      "no-token": "要控制它，请打开服务器打印的地址",
      "out-of-range": "{field}：应为 {least} 到 {most} 之间的整数",
      failed: "{detail}",
    },
    fields: {
      everyMs: "间隔（毫秒）",
      sleepMs: "睡眠（毫秒）",
      cpuMs: "消耗 CPU（毫秒）",
      text: "内容",
    },
    warnings: {
      "new-processes-only": "只对之后启动的进程有效：已在运行的进程仍按启动时的设置运行。",
    },
  },
};
