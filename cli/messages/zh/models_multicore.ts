import type { enMulticore } from "../en/models_multicore.ts";

/** The models that use several processors, in Chinese. */
export const zhMulticore: typeof enMulticore = {
  workers: {
    strength: "每个处理器上一个循环，一次崩溃也只断送其中一个",
    limit: "客户端被谁接受就归谁，哪怕那个工作进程再忙",
    how: [
      "主进程开始监听，fork 出 --workers 个工作进程，此后只等着给结束的进程收尸，并补上一个新的。" +
      "每个工作进程都运行 epoll 的循环，继承来的监听套接字也是其中之一。nginx 就是这样。",
      "客户端一连接，监听套接字在所有工作进程里同时变为可读。--wake all 时，系统唤醒每一个在等的进程：" +
      "其中一个接受成功，其余的 accept 只得到“会阻塞”，这就是“惊群”。" +
      "--wake exclusive（EPOLLEXCLUSIVE）时，系统尽量少唤醒。",
      "没有谁来分派客户端：谁先 accept 就归谁。正在等的进程会胜过正忙的，多数时候这正是我们想要的。",
      "它要 fork，所以只能用系统自己的套接字。工作进程里 JavaScript 的事件循环不转，" +
      "需要事件循环的处理器会被拒绝。",
    ],
    drawing: `
                  ┌──▶ epoll 1 ── 工作进程 1 ══ 客户端 1、4、5
  监听套接字 ─────┼──▶ epoll 2 ── 工作进程 2 ══ 客户端 2、6
                  └──▶ epoll 3 ── 工作进程 3 ══ 客户端 3
  主进程 ── 等着给结束的进程收尸`,
    strengths: [
      "所有 CPU 都用得上，每个工作进程能服务的客户端和 epoll 一样多。",
      "工作进程之间只共享监听套接字：没有锁，谁也不等谁。",
      "工作进程崩溃只带走自己的客户端，马上有新的补上。",
    ],
    weaknesses: [
      "处理函数一慢，就拖住同一个工作进程的所有客户端。",
      "--wake all 时，每来一个客户端，每个在等的工作进程都要醒一次。",
    ],
    tries: [
      ["playground serve workers --workers 4 --watch --open", "每个工作进程一行"],
      ["playground flood --conns 200 --duration 3s", "在第二个终端里运行"],
      ["playground serve workers --wake exclusive --stats", "按 Ctrl-C 可以看到唤醒了多少次"],
      ["playground lab thundering-herd", "数一数来一个客户端会唤醒谁"],
    ],
  },
};
