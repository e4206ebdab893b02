import type { enLabMulticore } from "../en/lab_multicore.ts";
import { count } from "./words.ts";

/** What people read in Chinese of the experiments on servers of several processes. */
export const zhLabMulticore: typeof enLabMulticore = {
  "thundering-herd": {
    claim: "来一个客户端，accept 只唤醒一个等在里面的进程；每个进程各有一个 epoll，就会全部唤醒，" +
      "这就是“惊群”，除非用 EPOLLEXCLUSIVE 要求它不这样做。",
    waiting: (waiting: number, clients: number) =>
      `${waiting} 个进程在等，${clients} 个客户端先后到来；每个客户端引起的唤醒次数：`,
    ways: {
      accept: "等在 accept 里",
      shared: "等在同一个 epoll 里",
      each: "各等各的 epoll",
      exclusive: "同上，EPOLLEXCLUSIVE",
    },
    wakeUps: (wakeUps: number) => wakeUps.toFixed(1),
    acceptHerd: "一个客户端就让好几个进程从 accept 里醒来",
    noHerd: "虽然各有各的 epoll，却只醒了几个进程",
    exclusiveHerd: "用了 EPOLLEXCLUSIVE，醒来的进程也没少多少",
  },
  "lock-or-herd": {
    claim: "给 accept 加锁，当年 Stevens 的服务器靠它对付惊群，如今已毫无好处：" +
      "accept 本来就只唤醒一个进程。",
    connections: (connections: number) =>
      `三个客户端共建立 ${count(connections)} 个连接，每个连接一条消息；每个连接的耗时：`,
    shared: (children: number) => `${String(children).padStart(2)} 个进程  不加锁`,
    lock: (children: number) => `${String(children).padStart(2)} 个进程  加锁`,
    us: (us: number) => `${us.toFixed(0)} µs`,
    times: (times: number) => `加锁之后，总耗时是不加锁的 ${times.toFixed(2)} 倍`,
    lockIsFaster: "加了锁，反而快了许多",
  },
  "handoff": {
    claim: "把连接转交出去要多花一次唤醒，自己接受自己服务则省下了它，" +
      "无论是经队列交给线程，还是交给另一个进程。",
    connections: (connections: number) =>
      `${count(connections)} 个连接先后到来；客户端得到应答所需的时间，以及服务方被唤醒的次数：`,
    ways: {
      none: "自己接受，自己服务",
      queue: "交给线程，eventfd",
      passed: "交给进程，SCM_RIGHTS",
    },
    cost: (us: number, wakeUps: number) => `${us.toFixed(0)} µs，${wakeUps.toFixed(1)} 次`,
    free: (way: "queue" | "passed") => `交给${way === "queue" ? "线程" : "进程"}并没有多花唤醒`,
  },
};
