import type { ModelText } from "../model_text.ts";

/** The models in which a loop, or several, use all processors, in Chinese. */
export const zhMulticore = {
  offload: {
    strength: "处理函数埋头计算时，只拖住一部分客户端，循环本身不受影响",
    limit: "每条消息要交接两次，处理函数很短时，交接比处理还贵",
    how: [
      "一个循环负责全部输入输出，和 epoll 一样。它把收到的字节交给几个运行处理函数的线程之一，自己马上继续，" +
      "等线程有了应答再发送：这就是半同步/半异步。libuv 的文件操作和加密就是这样做的。",
      "字节经过共享内存里的环形缓冲区传递。线程用 eventfd 唤醒循环；在 Deno 的套接字上，循环是 Deno 自己的，" +
      "就用一条消息唤醒。",
      "客户端的会话活在某一个线程的堆里，别的线程看不到它。所以客户端到来时就绑定到客户端最少的线程，" +
      "应答的次序也因此不变。",
      "线程手里每个客户端同时只有一块数据；某个客户端有 64 KiB 应答没发出去，线程就为它停下。线程没有空位时，" +
      "循环就不接收它的客户端的字节。所以不管是读得慢的客户端，还是忙碌的线程，都不会让内存膨胀。",
    ],
    drawing: `
  客户端 1 ──┐          ┌─ 环 ─▶ 线程 1 ── 为客户端 1 和 3 计算
  客户端 2 ──┼──▶ 循环 ─┤
  客户端 3 ──┤    ▲     └─ 环 ─▶ 线程 2 ── 为客户端 2 计算
  accept   ──┘    └── eventfd ◀── 环：应答
             在 epoll_wait 里等待，不等别的`,
    strengths: [
      "处理函数计算时，循环照样接受、接收和发送。",
      "线程数与处理器一样多就能用上全部处理器，不管来多少客户端。",
      "处理函数的代码弄坏一个线程时，只有这个线程的客户端结束。",
    ],
    weaknesses: [
      "很短的处理函数比两次交接便宜：这时 epoll 更快。",
      "线程埋头计算时，绑定在它上面的其他客户端要等。",
    ],
    tries: [
      ["playground serve offload --cpu 50 --workers 2 --watch", "两行，每个线程一行"],
      ["playground flood --conns 8 --duration 3s", "再与 playground serve epoll --cpu 50 比较"],
      ["playground flood --conns 200 --duration 3s", "不加 --cpu，就能看出交接的代价"],
    ],
  },
} satisfies Readonly<Record<string, ModelText>>;
