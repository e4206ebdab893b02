import type { enCoroutines } from "../en/models_coroutines.ts";

/** The models in which a coroutine serves each client, and is resumed by the program, in Chinese. */
export const zhCoroutines: typeof enCoroutines = {
  coroutine: {
    strength: "代码读起来与阻塞服务器一样，一个线程却能服务成千上万个客户端",
    limit: "调度器不知道谁在等什么，只好不停地挨个去问",
    how: [
      "每个客户端的任务是一个生成器。阻塞服务器要等待的地方，任务就 yield：" +
      "它停在循环中间，所有变量原样保留，直到被再次唤起。",
      "调度器是被动的：它打断不了任何任务，只是让它们轮流运行；还不能继续的任务会再次 yield。" +
      "加上 --pause，两轮之间就睡眠一会儿。",
    ],
    drawing: `
  ┌─▶ 客户端 1 的任务 ─ yield ─▶ 客户端 2 的任务 ─ yield ─▶ accept ─ yield ─┐
  └─────────────────────── 调度器：该轮到谁了？ ◀───────────────────────────┘`,
    strengths: [
      "客户端进行到哪一步，就写在它的代码里，用不着另外登记。",
      "切换一次只要几十纳秒：每秒切换几百万次也不成问题。",
    ],
    weaknesses: [
      "没人说话时也在空耗 CPU，要么就让每次应答都多等一段睡眠。",
      "一个任务埋头计算，或者忘了 yield，所有客户端都得等。",
    ],
    tries: [
      ["playground demo yield", "两个任务轮流运行，仅此而已"],
      ["playground serve coroutine", "一个客户端都没有时，用 top 看看它的 CPU"],
      ["playground serve gevent", "同样的代码，但有一个知道谁在等什么的 hub"],
    ],
  },
  greenlet: {
    strength: "套接字就绪了，greenlet 才被唤起；接下来轮到谁，由它自己说了算",
    limit: "每一次切换都要手写，漏掉一处，所有客户端都得等",
    how: [
      "每个客户端有一个 greenlet，也就是有名有姓的协程：main.switch() 把它停在原处，转到主 greenlet 继续。" +
      "主 greenlet 用一次调用等待所有套接字，再切换回套接字已就绪的那个 greenlet。",
      "greenlet 结束后，由它的父 greenlet 继续；它抛出的错误，以及切换给已结束者的值，也都送到那里。",
    ],
    drawing: `
                       ┌── client.switch() ──▶ 客户端 1 的 greenlet
  main: epoll_wait ──▶ │                             │ 会阻塞
        ▲              └── …                         │
        └──────────────────── main.switch() ─────────┘`,
    strengths: [
      "不会白问任何人：空闲的客户端除了内存没有别的开销。",
      "谁在谁之后运行，都写在代码里，不靠运气。",
    ],
    weaknesses: [
      "每一处可能等待的地方，都得知道该切换给谁。",
      "一个 greenlet 埋头计算，所有客户端都得等。",
    ],
    tries: [
      ["playground demo greenlet", "两个 greenlet 互相切换"],
      ["playground serve greenlet", "再在另一个终端运行：playground flood --conns 1000"],
    ],
  },
  gevent: {
    strength: "与阻塞服务器一字不差的代码，却能服务上万个客户端",
    limit: "一个 greenlet 埋头计算，别的就全都挨饿；好在 hub 会说出是哪一个",
    how: [
      "同样是每个客户端一个 greenlet，但不用手写切换：recv、send、accept 和 sleep 在要等待的地方自己切换。" +
      "hub 用一次调用等待所有套接字和定时器，再切换到可以继续的那些。",
      "在 Python 里，这靠给套接字打补丁悄悄完成，普通代码毫无察觉。" +
      "在这里，语言要求在每一处可能等待的地方写上 yield*，除此之外看不出区别。",
    ],
    drawing: `
  客户端 1 的 greenlet：recv … ──┐
  客户端 2 的 greenlet：send … ──┼─▶ hub：epoll_wait 与定时器 ─▶ 可以继续的
  客户端 3 的 greenlet：sleep …──┘`,
    strengths: [
      "代码从上往下读，循环、try 和 finally 一如既往。",
      "超时、池、队列、事件和 Promise 一应俱全；凡是在等待的，都能被结束。",
    ],
    weaknesses: [
      "一个线程只有一个 CPU：等待可以共享，计算不能。",
      "两次等待之间，greenlet 独占线程，不管要多久。",
    ],
    tries: [
      ["playground demo gevent-sleep", "几个 greenlet 同时睡眠"],
      ["playground serve gevent --cpu 50", "冲击它，hub 会说出是谁占着不放"],
      ["playground serve gevent --sockets libc --quiet", "冲击它，再用同样的方式冲击 epoll"],
    ],
  },
};
