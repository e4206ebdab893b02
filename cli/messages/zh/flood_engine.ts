import { padEnd } from "../../columns.ts";
import { count } from "./words.ts";

/** What a flood says of how it sent, and of what it met, in Chinese. */
export const zhFloodEngine = {
  wantsStages: "应为若干个“时长:速率”，用逗号分隔，如 10s:100,30s:1000,10s:0",
  wantsPath: "应为一个路径，如 / 或 /index.html，空格写作 %20",
  /** Over HTTP, where answers are longer than requests. */
  throughput: (answers: number, perSecond: number, bytesPerSecond: string) =>
    `${padEnd("吞吐量", 14)}${count(answers)} 个应答，每秒 ${count(perSecond)} 个，` +
    `接收 ${bytesPerSecond}/s`,
  /** A closed loop: how fast the clients ask depends on how fast they are answered. */
  closedLoop: (clients: number, isHttp: boolean) =>
    `${padEnd("闭环", 14)}${count(clients)} 个客户端，各自等到${isHttp ? "应答" : "回显"}才再发`,
  /** After that: why the round trips are what they are, and this is about as long as the middle one. */
  median: (clients: number, time: string) =>
    `：中位数基本上就是 ${count(clients)} ÷ 吞吐量，即 ${time}`,
  /** The same where the middle one is another. */
  mean: (clients: number, time: string) => `：平均值就是 ${count(clients)} ÷ 吞吐量，即 ${time}`,
  pauses: "，之前还要停顿：服务器越慢，被问得越少",
  late: (messages: number, limitMs: number) =>
    `${padEnd("发晚了", 14)}${count(messages)} 条消息，比应发时刻晚了 ${limitMs} 毫秒以上`,
  /** After the line on a kind of error. */
  first: (time: string) => `；第一次在开始后 ${time}`,
  openMessages: (messages: number, median: string, oldest: string) =>
    `${padEnd("结束时未完", 14)}${count(messages)} 条消息：半数已等了 ${median} 以上，` +
    `最久的 ${oldest}`,
  openConnects: (connections: number, oldest: string) =>
    `${padEnd("结束时未完", 14)}${count(connections)} 条连接正在建立，最久的已等了 ${oldest}`,
  unasked: (connections: number) =>
    `${padEnd("没有用到", 14)}${count(connections)} 条连接，没有轮到它们发消息`,
  reopened: (connections: number) =>
    `${padEnd("重新连接", 14)}${count(connections)} 条连接，代替失败了的连接`,
  /** From when a connection failed until its client had another. */
  outage: "断开多久",
  statuses: (statuses: readonly (readonly [status: string, answers: number])[], others: number) =>
    `${padEnd("应答", 14)}${statuses.map(([status, n]) => `${count(n)} 个 ${status}`).join("，")}` +
    (others === 0 ? "" : `；${count(others)} 个不是 2xx`),
};
