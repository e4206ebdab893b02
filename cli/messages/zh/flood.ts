import { padEnd } from "../../columns.ts";
import { count } from "./words.ts";

/** The help of the command, in Chinese. */
export const zhFloodCommand = {
  summary: "同时打开大量连接，在每条连接上收发，并逐字节核对返回的内容",
  usage: "flood [选项]",
  flags: {
    conns: "同时有多少条连接",
    reconnectAfter: "每条连接收发这么多条消息之后关闭，再打开一条",
    duration: "收发多久，0 表示直到按下 Ctrl-C",
    message: "发送什么内容（默认为 0 到 100 的随机数）",
    size: "改为发送这么多字节的消息",
    rate: "每条连接每秒发送多少条消息，不管回显是否及时",
    totalRate: "所有连接合计每秒发送多少条消息，不管回显是否及时",
    stages: "改变合计速率：每段 TIME:N 在 TIME 内线性变到 N，起点为 --total-rate 或 0",
    http: "改为向 Web 服务器请求这个路径（GET）",
    reconnect: "连接中断或被拒绝之后再打开一条，停顿越来越久",
    wait: "不等回显就发下一条",
    connectRate: "每秒打开多少条连接",
    think: "收到回显后停顿多久再发下一条，--no-think 表示不停顿",
    sockets: "Deno 自己的套接字，或经 C 库的系统调用（Linux）",
    threads: "libc：由多少个线程分担这些连接",
    hdr: "把每一秒的耗时写入 FILE（HdrHistogram 日志）",
    csv: "把每一秒作为一行写入 FILE",
    startAt: "何时开始：+5s 表示 5 秒之后，也可以是 14:30:00 或 2030-01-31T14:30:00Z",
    quiet: "不显示进度，也不读 q 键",
  },
  examples: [
    "playground flood --conns 1000 --duration 3s",
    "playground flood --conns 50 --size 16384",
    "playground flood --conns 100 --rate 10",
    "playground flood --conns 5 --reconnect-after 1",
    "playground flood --conns 50 --stages 10s:100,30s:1000,10s:0",
    "playground flood --conns 50 --http / --port 8080",
    "playground flood --conns 50000 --sockets libc --threads 2",
  ],
};

/** What a flood says, in Chinese. */
export const zhFlood = {
  descriptorLimit: (d: { conns: number; threads: number; limit: number; enough: number }) =>
    `${d.threads === 1 ? "" : `${count(d.threads)} 个线程的 `}${count(d.conns)} 条连接` +
    `所需的文件描述符超过了上限 ${d.limit}：请先运行 ulimit -n ${d.enough}，` +
    `或减小 --conns${d.threads === 1 ? "" : " 或 --threads"}`,
  notListening: (address: string) =>
    `没有服务器在监听 ${address}：请先启动一个，如 playground serve select`,
  progress: (p: {
    connected: number;
    refused: number;
    waiting: number;
    /** Where they come and go. */
    connectionsPerSecond: number | undefined;
    messagesPerSecond: number;
    latency: string;
  }) =>
    `已连接 ${count(p.connected)}，被拒绝 ${count(p.refused)}，等待服务 ${count(p.waiting)}，` +
    (p.connectionsPerSecond === undefined ? "" : `每秒 ${count(p.connectionsPerSecond)} 条连接，`) +
    `每秒 ${count(p.messagesPerSecond)} 条消息，往返 ${p.latency}`,
  /** What is left of the time, or has passed if there is no end. */
  left: (seconds: number) => `还剩 ${count(seconds)} 秒`,
  passed: (seconds: number) => `${count(seconds)} 秒`,
  lastAnswers: "正在等待最后的应答",
  quitKey: "按 q 结束",
  startsIn: (seconds: number) => `${count(seconds)} 秒后开始`,
  isOver: (flag: string, typed: string, seconds: number) =>
    `${flag}：这个时间在 ${count(seconds)} 秒之前（${typed}）`,
  connections: (c: { opened: number; served: number; refused: number; lost: number }) =>
    `${padEnd("连接数", 14)}打开 ${count(c.opened)}，得到服务 ${count(c.served)}，` +
    `被拒绝 ${count(c.refused)}，中断 ${count(c.lost)}`,
  refused: (connections: number, why: string) =>
    `${padEnd("被拒绝", 14)}${count(connections)} 条：${why}`,
  refusal: (reason: string, sockets: "deno" | "libc") => {
    const known: Record<string, string> = {
      ECONNREFUSED: "没有服务器在监听",
      ECONNRESET: "被服务器重置",
      ETIMEDOUT: "没有回应",
      EADDRNOTAVAIL: "本地端口已用完",
      EMFILE: "文件描述符已用完",
      ENFILE: "系统的文件描述符已用完",
    };
    const hint = reason !== "EADDRNOTAVAIL"
      ? ""
      : sockets === "deno"
      ? "；连接本机时，--sockets libc 可以使用许多地址的端口"
      : "；连接关闭后，系统还会占用它的端口至多一分钟：可用 --connect-rate 放慢";
    return known[reason] === undefined ? reason : `${known[reason]}（${reason}）${hint}`;
  },
  lost: (connections: number, how: string) => `${padEnd("中断", 14)}${count(connections)} 条${how}`,
  loss: (reason: string) => {
    if (reason === "reset") return "被服务器重置";
    if (reason === "notHttp") return "收到的应答不是 HTTP";
    return reason === "closedEarly" ? "被服务器提前关闭" : `断开：${reason}`;
  },
  finished: (f: { connections: number; messages: number; perSecond: number }) =>
    `${padEnd("连接更替", 14)}${count(f.connections)} 条连接各收发 ${
      count(f.messages)
    } 条消息后关闭，` +
    `每秒 ${count(f.perSecond)} 条`,
  connectTime: "连接耗时",
  /** From connect() to the first answer. */
  firstAnswer: "首次应答",
  roundTrip: "往返时间",
  percentiles: (label: string, values: readonly string[]) =>
    `${padEnd(label, 14)}50% ${values[0]}，90% ${values[1]}，99% ${values[2]}，` +
    `99.9% ${values[3]}，最大 ${values[4]}`,
  throughput: (messages: number, perSecond: number, bytesPerSecond: string) =>
    `${padEnd("吞吐量", 14)}${count(messages)} 条消息，每秒 ${count(perSecond)} 条，` +
    `收发各 ${bytesPerSecond}/s`,
  nothingAnswered: `${padEnd("往返时间", 14)}没有收到任何应答`,
  rate: (due: number, sent: number, notSent: number) =>
    `${padEnd("速率", 14)}应发 ${count(due)} 条消息，已发 ${count(sent)} 条，` +
    `未能按时发出 ${count(notSent)} 条`,
  unanswered: (messages: number, connections: number) =>
    `${padEnd("没有应答", 14)}${count(messages)} 条消息` +
    (connections === 0 ? "" : `；${count(connections)} 条连接到最后还在等待应答`),
  wrong: (bytes: number) => `${padEnd("错误字节", 14)}${count(bytes)}`,
  cannotConnect: (address: string, reason: string) => `连不上 ${address}：${reason}`,
  notOpened: (connections: number) => `结束之前还有 ${count(connections)} 条连接没有打开`,
  notServed: (connections: number) => `${count(connections)} 条连接始终没有得到服务`,
};
