import type { enLabCompletions } from "../en/lab_completions.ts";
import { count } from "./words.ts";

/** A figure, filled with spaces at its start to `width` characters. */
function column(value: number, width: number): string {
  return count(value).padStart(width);
}

/** What people read of the experiment with readiness and completions, in Chinese. */
export const zhLabCompletions: typeof enLabCompletions = {
  "readiness-or-completion": {
    claim:
      "一条消息用 epoll 要两次以上系统调用。用 io_uring，只有一个客户端说话时要一次，许多客户端说话时只要一次的" +
      "一部分。",
    taken: "服务器为一条消息所用，以及 99 % 的往返时间不超过：",
    row: (
      clients: number,
      sizeBytes: number,
      model: string,
      calls: number,
      cpuUs: number,
      p99Ms: number,
    ) =>
      `${model} ${column(clients, 5)} × ${column(sizeBytes, 6)} 字节: ${
        calls.toFixed(2)
      } 次调用, ` +
      `${cpuUs.toFixed(1).padStart(5)} µs CPU, ${p99Ms.toFixed(2).padStart(7)} ms`,
    load: (clients: number, sizeBytes: number) => `${count(clients)} × ${count(sizeBytes)} 字节`,
    cpu: (best: number, bestLoad: string, worst: number, worstLoad: string) =>
      `CPU 时间 uring ÷ epoll：最好 ${best.toFixed(2)}（${bestLoad}），` +
      `最差 ${worst.toFixed(2)}（${worstLoad}）`,
    fewCalls: "用 epoll 时一条消息不到两次调用",
    manyCalls: "用 io_uring 时，单个客户端的一条消息不止一次调用",
    noBatch: "许多客户端同时说话时，用 io_uring 一条消息也要单独一次调用",
  },
};
