import type { enLabWorkers } from "../en/lab_workers.ts";
import { count } from "./words.ts";

/** What people read of the experiments with several workers, in Chinese. */
export const zhLabWorkers: typeof enLabWorkers = {
  "accept-balance": {
    claim: "哈希（SO_REUSEPORT）、多个线程一起 accept、轮流分派，都把连接分得大致平均；" +
      "EPOLLEXCLUSIVE 却总是唤醒同一个工作线程，于是它得到大部分连接。",
    came: (clients: number, workers: number) =>
      `${count(clients)} 个客户端，${count(workers)} 个工作线程；各自分到：`,
    label: (who: string, worker: number) => `${who} ${worker}`,
    hash: "哈希",
    accept: "accept",
    exclusive: "exclusive",
    turns: "轮流",
    clients: (clients: number) => count(clients),
    notByHash: "哈希分给某个工作线程的远多于平均数",
    notByAccept: "等在 accept 里的某个线程得到的远多于平均数",
    notExclusive: "用了 EPOLLEXCLUSIVE，也没有哪个工作线程得到大部分客户端",
    notInTurn: "轮流分派，份额却不相等",
  },
  "stuck-worker": {
    claim: "一个工作线程在计算时，哈希（SO_REUSEPORT）分给它的客户端只好等着；" +
      "若所有工作线程共用一个监听套接字，就谁也不用等。",
    stuck: (workers: number, ms: number, clients: number) =>
      `${count(workers)} 个工作线程中，有一个要计算 ${ms} ms；这时来了 ${
        count(clients)
      } 个客户端：`,
    row: (listener: string, waited: number, medianMs: number, maxMs: number) =>
      `${listener}${String(waited).padStart(2)} 个等了它；` +
      `中位数 ${medianMs.toFixed(1)} ms，最长 ${maxMs.toFixed(0)} ms`,
    own: "各有各的监听套接字：",
    shared: "共用一个监听套接字：",
    nobodyWaits: "有一个工作线程无法接受连接，却没有客户端等待",
    allWait: "所有客户端都在等，别的工作线程的客户端也不例外",
    sharedWait: "别的工作线程共用同一个监听套接字，却还是有客户端在等",
  },
};
