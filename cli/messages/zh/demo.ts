import { count } from "./words.ts";

/** The help of the command, in Chinese. */
export const zhDemoCommand = {
  summary: "演示各种服务器，或一种协程：yield、greenlet、gevent 或 gevent-sleep",
  usage: "demo [名称] [选项]",
  flags: {
    rounds: "有名称时：各自打印几次",
    pause: "有名称时：每打印一行之后睡眠多久",
  },
  examples: [
    "playground demo",
    "playground demo yield",
    "playground demo gevent-sleep --pause 200ms",
  ],
};

/** What the demos say, in Chinese. */
export const zhDemo = {
  shows: {
    yield: "两个生成器轮流运行：各自打印一行就让出，调度器再恢复另一个。",
    greenlet: "两个 greenlet 指名切换到对方：没有调度器。",
    gevent: "三个 greenlet 从不等待：一个运行到结束，下一个才开始。",
    geventSleep: "三个 greenlet 每打印一行就睡眠：一个睡眠时，其余的继续运行。",
  },
  load: (conns: number, size: string, visitors: number) =>
    `${count(conns)} 个客户端同时收发，每条 ${size}；另有 ${visitors} 个客户端来了问一句就走，再来`,
  columns: {
    name: "谁在服务",
    connections: "连接/秒",
    messages: "消息/秒",
    p99: "99 %",
    memory: "每个客户端的内存",
  },
  under: (size: string) => `< ${size}`,
  atATime: (served: number, waiting: number) =>
    `一次只服务 ${count(served)} 个：${count(waiting)} 个在等`,
  tooSlow: (served: number, waiting: number, after: string) =>
    `${after} 内只轮到 ${count(served)} 个：${count(waiting)} 个还在等`,
  oneAtATime: (served: number, conns: number) =>
    `blocking 在 ${count(conns)} 个客户端中只服务了 ${count(served)} 个：其余的要等它离开。`,
  allServed: (sound: number, all: number, conns: number) =>
    `${count(all)} 个服务器中有 ${count(sound)} 个服务了全部 ${count(conns)} 个客户端。`,
  loopMemory: (m: { loop: string; size: string }) =>
    `一个循环就能服务所有客户端，每个占用 ${m.size} 内存（${m.loop}）。`,
  memory: (m: { others: readonly string[]; loop: string; size: string }) =>
    `每个客户端的内存：${m.others.join("，")}，共用 ${m.loop} 的一个循环时 ${m.size}。`,
  fastest: (f: { name: string; messages: number }) =>
    `最快的是 ${f.name}：每秒 ${count(f.messages)} 条消息。`,
  faster: (f: { name: string; messages: number; times: string; other: string }) =>
    `最快的是 ${f.name}：每秒 ${count(f.messages)} 条消息，是 ${f.other} 的 ${f.times} 倍。`,
  incomplete: "提前结束：还有服务器没有运行",
};
