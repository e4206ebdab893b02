import type { ModelTexts } from "../messages.ts";

/** What people read of the models in Chinese. */
export const zhModels: ModelTexts = {
  headings: {
    how: "工作原理",
    drawing: "谁在等谁",
    strengths: "优点",
    weaknesses: "缺点",
    tries: "试一试",
  },

  models: {
    blocking: {
      strength: "最简单的服务器，而且轮到的那个客户端可以独享它",
      limit: "其余客户端都得等着，哪怕眼前这一个没什么话要说",
      how: [
        "服务器先接受一个客户端，然后与它收收发发，直到它关闭连接，才去接受下一个。" +
        "每个调用都会阻塞：有了结果才返回。",
        "其余客户端并没有遭到拒绝。在服务器接受它们之前，系统已替它们建好连接，并保存它们发来的数据，" +
        "这就是监听队列（backlog）。",
      ],
      drawing: `
  客户端 1 ══ 正在服务 ══▶ 服务器 ── 在 recv 里等客户端 1
  客户端 2 ── 在监听队列里 ──┐
  客户端 3 ── 在监听队列里 ──┴── 等客户端 1 关闭连接`,
      strengths: [
        "代码从上往下一读就懂，没有要共享的数据，也没有要加的锁。",
        "只有一个客户端时，它和别的模型一样快。",
      ],
      weaknesses: [
        "只要有一个客户端不说话，所有其他客户端就都得不到服务。",
        "只用得上一个 CPU，而且只在当前客户端说话时才用。",
      ],
      tries: [
        ["playground serve blocking", "在第一个终端里运行"],
        [
          "playground connect",
          "在第二个和第三个终端里运行：第二个结束后，第三个才得到应答",
        ],
        ["playground flood --conns 3 --duration 2s", "一个得到服务，两个在等"],
      ],
    },
    process: {
      strength: "客户端之间由系统隔开：一次崩溃只断送一个客户端",
      limit: "每个客户端一个进程：启动要花若干毫秒，运行要占若干兆内存",
      how: [
        "每来一个客户端就启动一个子进程，由它像阻塞服务器那样服务这个客户端。父进程只管接受连接。",
        "在这里，套接字留在父进程手里，由父进程把字节送进子进程的标准输入，再从它的标准输出取回应答。" +
        "因此任何程序都可以充当子进程，就像 inetd 那样：--exec cat 就是一个回显服务器。",
      ],
      drawing: `
  客户端 1 ══▶ 父进程 ══ 管道 ══▶ 子进程 1 ── 等客户端 1
  客户端 2 ══▶ 父进程 ══ 管道 ══▶ 子进程 2 ── 等客户端 2
               └── 在 accept 里等`,
      strengths: [
        "子进程尽可以阻塞、休眠、耗尽 CPU、泄漏内存甚至崩溃，旁人毫无察觉。",
        "所有 CPU 都用得上。",
      ],
      weaknesses: [
        "几百个客户端就是几百个进程。",
        "子进程之间什么都不共享，凡是需要协商的事都得经过系统。",
      ],
      tries: [
        [
          'playground serve process --exec "cat"',
          "用一个根本不懂套接字的程序做回显服务器",
        ],
        ["playground serve process --spare 20 --sleep 100", "子进程提前启动好"],
        [
          "playground flood --conns 20 --duration 3s",
          "可以这样观察它们：ps -ef | grep serve-one-client",
        ],
      ],
    },
    thread: {
      strength: "读起来与阻塞服务器无异，却能同时服务每个客户端",
      limit: "每个线程都要占内存、花时间启动，共享数据还得小心",
      how: [
        "每来一个客户端就启动一个线程，线程里跑的就是阻塞服务器的代码。" +
        "在 Deno 里，线程就是 Worker，各有各的堆。",
        "套接字离不开打开它的线程，所以都留在主线程里，由主线程来回传递字节，传递时不做复制。",
      ],
      drawing: `
  客户端 1 ══▶ 主线程 ══ 消息 ══▶ 线程 1 ── 等客户端 1
  客户端 2 ══▶ 主线程 ══ 消息 ══▶ 线程 2 ── 等客户端 2
               └── 在 accept 里等`,
      strengths: [
        "处理函数尽可以阻塞或耗尽 CPU：等它的只有它自己的客户端。",
        "比进程轻，而且所有 CPU 都用得上。",
      ],
      weaknesses: [
        "一个 Worker 要占十兆左右的内存和好几个文件描述符。",
        "线程一多，切换本身就要花时间，这些时间哪个客户端也没得到。",
      ],
      tries: [
        ["playground serve thread --spare 20 --sleep 100", "二十个客户端同时休眠"],
        ["playground flood --conns 20 --duration 3s", "每个客户端每秒得到十次左右的应答"],
        ["playground serve thread --cpu 50", "处理函数都在计算时，各线程公平地分享 CPU"],
      ],
    },
    threadpool: {
      strength: "线程只创建一次，线程数也就是服务器开销的上限",
      limit: "客户端只要比线程多一个，就有一个得等，哪怕别人没什么话要说",
      how: [
        "预先创建固定数目的线程（--threads）。主线程接受客户端，放进队列；" +
        "线程从队列里取出一个，服务到底，再取下一个。",
        "所有线程都在忙时，还会再接受与线程同样多的客户端，让它们在队列里等；其余的在监听队列里等。",
      ],
      drawing: `
  客户端 1 ══▶ 线程 1 ── 服务到底，再取下一个
  客户端 2 ══▶ 线程 2
  客户端 3 ──▶ 队列 ──── 等第一个空出来的线程`,
      strengths: [
        "客户端到来时不必现开线程。",
        "客户端再多，线程也不会更多：服务器的开销有上限。",
      ],
      weaknesses: [
        "不说话的客户端占着线程，队列就停滞不前。",
        "开多少线程才合适，取决于它们要等多久，而这事先没有人知道。",
      ],
      tries: [
        ["playground serve threadpool --threads 4 --sleep 100", "同一时刻有四个客户端在休眠"],
        ["playground flood --conns 4 --duration 2s", "全都得到服务"],
        ["playground flood --conns 5 --duration 2s", "第五个在队列里等"],
      ],
    },
    nonblocking: {
      strength: "一个线程服务许多客户端，只用到 recv 和 send",
      limit: "要么没人说话也在空耗 CPU，要么每次应答都多等一段休眠",
      how: [
        "所有套接字都设成非阻塞。循环挨个去问：有新客户端吗？有数据吗？" +
        "得到的回答多半是 would block（此刻会阻塞），于是接着问下一个。",
        "加上 --pause，两轮之间就会休眠一会儿。CPU 空出来了，可是每个客户端都得等休眠结束。",
      ],
      drawing: `
     ┌──▶ accept？──▶ 客户端 1？──▶ 客户端 2？──▶ 客户端 3？──┐
     └─────────────────────── 从不等待 ◀──────────────────────┘`,
      strengths: [
        "不需要线程、进程，也不需要等待就绪的调用：有套接字的地方就能用。",
        "它让人看清，等待就绪的调用是用来做什么的。",
      ],
      weaknesses: [
        "每一轮都要对每个客户端调用一次，即使谁都没有说话。",
        "休眠多久都不合适：短了空耗 CPU，长了让客户端干等。",
      ],
      tries: [
        [
          "playground serve nonblocking",
          "再用 top 看它的 CPU：一个客户端都没有，也占 100% 左右",
        ],
        ["playground serve nonblocking --pause 10", "CPU 又空闲了"],
        [
          "playground flood --conns 10 --duration 3s",
          "比较有休眠和没有休眠时的往返时间",
        ],
      ],
    },
    select: {
      strength: "一个线程，睡到任何一个套接字就绪才醒，而且每个系统都有",
      limit: "每次调用都要把所有套接字查看一遍，空闲的客户端一多就慢",
      how: [
        "循环交给 select 两组套接字，一组想接收，一组想发送，然后睡到至少有一个就绪为止。" +
        "醒来后只服务就绪的，决不单独等待任何一个。",
        "键盘也是它的一路输入：在终端里键入一行，服务器就停止。",
        "客户端不读应答，服务器也就不读它发来的数据，所以不会有东西为它越积越多。",
      ],
      drawing: `
  客户端 1 ──┐
  客户端 2 ──┤
  客户端 3 ──┼──▶ select ── 同时等待所有这些 ──▶ 服务就绪的那些
  accept   ──┤
  键盘     ──┘`,
      strengths: [
        "成千上万个客户端，不必各占一个线程，也不用加锁。",
        "等待时不耗 CPU。",
      ],
      weaknesses: [
        "每次调用的开销随套接字的数目增长，不管它们是否就绪。",
        "一个处理函数拖得久，所有客户端都得等。",
      ],
      tries: [
        ["playground serve select", "键入一行并按回车，它就停止"],
        ["playground flood --conns 1000 --duration 3s", "一千个客户端，一个线程"],
        [
          "playground serve select --cpu 20",
          "再用 flood 冲击它：这下每个客户端都要等其他所有客户端",
        ],
      ],
    },
    "select-queue": {
      strength: "接收与应答分开，某个客户端读得再慢，也不耽误接收任何人的数据",
      limit: "空闲客户端照样有 select 的开销，排队的数据还要占内存",
      how: [
        "select 的第二个服务器。收到的数据先放进该客户端的队列；" +
        "等 select 报告这个客户端可写，再处理队列里的数据。",
        "只有在队列不空时，才关注这个客户端是否可写。套接字几乎总是可写的：" +
        "要是一直关注，select 就永远睡不着了。",
      ],
      drawing: `
  可读 ──▶ recv ──▶ 客户端的队列 ──▶ 处理函数 ──▶ send ◀── 可写
                    ├── 空：不关注可写
                    └── 满：不关注可读`,
      strengths: [
        "一次没发完不算什么特殊情况：没发出去的先欠着就是。",
        "工作还在队列里时，可以推迟、调换次序，也可以丢弃。",
      ],
      weaknesses: [
        "每条消息都要等 select 报告两次，还要复制一次。",
        "队列必须有上限，否则发得快的客户端会撑满内存。",
      ],
      tries: [
        ["playground serve select-queue", "监听端口 9999"],
        ["playground flood --port 9999 --conns 500 --duration 3s", "与 select 比较"],
        [
          "playground flood --port 9999 --no-wait --conns 10 --duration 2s",
          "只管发送、不等回显的客户端",
        ],
      ],
    },
    epoll: {
      strength: "开销只取决于就绪的套接字，空闲的再多也无妨",
      limit: "边缘触发时，每次报告后都必须读到底，否则会有字节滞留",
      how: [
        "关注列表（interest list）由系统保管：套接字只需添加一次，" +
        "每次等待直接返回就绪的那些，用不着查看其余的。",
        "水平触发时，套接字只要处于就绪状态就会报告。边缘触发时，只在它变为就绪的那一刻报告一次：" +
        "循环必须一直接收到会阻塞为止，因为不会再有第二次通知。",
      ],
      drawing: `
  关注列表（由系统保管）
  客户端 1 · 客户端 2 · 客户端 3 · … · 客户端 10,000
       └──────────┬────────────┘
                  ▼ 只有就绪的
             epoll_wait ──▶ 逐个服务，每个都做到会阻塞为止`,
      strengths: [
        "一万个空闲客户端，除了内存没有别的开销。",
        "边缘触发时，数据到达一次只报告一次，也无须再调用一次来修改关注的事件。",
      ],
      weaknesses: [
        "它是 Linux 独有的；在这里，由 Deno 的套接字在各个平台上扮演它。",
        "一个处理函数拖得久，所有客户端都得等。",
      ],
      tries: [
        ["playground serve epoll --trigger edge", "边缘触发，也是默认的方式"],
        ["playground serve epoll --trigger level", "水平触发：应答相同，报告的方式不同"],
        ["playground flood --conns 1000 --duration 3s", "给服务器加上 --quiet，比较这两种方式"],
      ],
    },
    async: {
      strength: "读起来就像每个客户端一个线程，开销却只比一个循环略大",
      limit: "谁只顾计算而不 await，谁就拖住所有其他客户端",
      how: [
        "每个客户端都有自己的 async 函数。每遇到一个 await，函数就先搁在一边，直到所等的操作完成；" +
        "这期间，Deno 的事件循环去运行别的函数。",
        "这正是 Deno 本来的用法，也是衡量其他所有模型的基准。",
      ],
      drawing: `
  客户端 1 ◀──▶ 函数 1 ── await recv ──┐
  客户端 2 ◀──▶ 函数 2 ── await recv ──┼── Deno 的事件循环同时等待它们
  客户端 3 ◀──▶ 函数 3 ── await send ──┘`,
      strengths: [
        "一个客户端的代码集中在一处，从上往下一读就懂。",
        "一个客户端只占几千字节，所以可以有非常多个。",
      ],
      weaknesses: [
        "只在一个 CPU 上运行。",
        "漏写一个 await 就是一个 bug，编译器却未必能发现。",
      ],
      tries: [
        ["playground serve async --sleep 100", "等待不会耽误别人"],
        ["playground serve async --cpu 20", "计算就会了"],
        ["playground flood --conns 200 --duration 3s", "与 select 和 epoll 比较"],
      ],
    },
  },
};
