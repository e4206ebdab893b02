import type { enWorkers } from "../en/models_workers.ts";

/** The models that give each client a worker of its own, in Chinese. */
export const zhWorkers: typeof enWorkers = {
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
    limit: "几百个客户端就是几百个进程，彼此什么都不共享",
    how: [
      "在系统自己的套接字上（--sockets libc），父进程接受一个客户端，然后 fork。" +
      "fork(2) 造出的子进程是父进程的副本，手里有同一个连接：子进程像阻塞服务器那样服务它，" +
      "父进程关闭自己的那一份。内存只在一方写入时才复制那一页，所以一个子进程大约只花一毫秒、" +
      "不到一兆内存。",
      "子进程结束后是僵尸进程，直到父进程 wait 过它为止。SIGCHLD 会打断 accept，父进程就在这时去 wait。",
      "加上 --exec，子进程就变成任何别的程序，客户端是它的标准输入和标准输出，就像 inetd 那样：" +
      "--exec cat 就是一个回显服务器。这时，那个程序收发了多少字节不作统计。" +
      "如果处理器文件里的代码要用定时器或 Promise，请写上 export const eventLoop = true，" +
      "它就会得到一个自己的运行时，因为 fork 出的子进程里事件循环是不转的。",
      "Deno 自己的套接字不能转交给别的进程。在那里，套接字留在父进程手里，" +
      "每个客户端都要启动一整个运行时，由父进程经管道来回传递字节：每个要花几十毫秒、几十兆内存。",
    ],
    drawing: `
  客户端 1 ═══════════▶ 子进程 1 ── 等客户端 1
  客户端 2 ═══════════▶ 子进程 2 ── 等客户端 2
  客户端 3 ══▶ 父进程 ── 接受、fork、关闭自己的那一份、wait`,
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
      ["playground serve process --sockets libc", "真正的 fork，在第一个终端里运行"],
      [
        "playground flood --conns 20 --duration 3s",
        "在第二个终端里运行；可以这样观察子进程：ps -ef | grep serve-by-forking",
      ],
    ],
  },
  thread: {
    strength: "读起来与阻塞服务器无异，却能同时服务每个客户端",
    limit: "每个线程都要占内存、花时间启动，共享数据还得小心",
    how: [
      "每个客户端独占一个线程，线程里跑的就是阻塞服务器的代码。" +
      "在 Deno 里，线程就是 Worker，各有各的堆。",
      "启动一个线程，往往比服务完一个客户端还费时，所以客户端走了，线程就留下来等下一个：" +
      "--keep 规定最多留几个，--keep 0 则每个客户端都用新线程。" +
      "--spare 在第一个客户端到来之前就启动几个。",
      "Deno 的套接字离不开打开它的线程，所以都留在主线程里，由主线程来回传递字节，传递时不做复制。" +
      "用 --sockets libc 时，每个线程拿到自己那个客户端的文件描述符，阻塞在系统自己的调用里。",
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
      [
        "playground serve thread --keep 0 --watch",
        "每个客户端都有新的一行；不加 --keep 0，则接着用已离开的客户端那一行",
      ],
    ],
  },
  threadpool: {
    strength: "线程在一开始就造好了，客户端来得再多，也还是这么多",
    limit: "一个线程要把一个客户端服务到底，客户端不说话也占着它",
    how: [
      "第一个客户端到来之前，线程就都造好了。每个线程从队列里取出一个客户端，" +
      "像阻塞服务器那样服务它，直到它关闭连接，再取下一个。",
      "有 N 个线程，就能同时服务 N 个客户端；第 N + 1 个要等其中一个关闭连接。" +
      "队列很短，队列满了，后来的就在监听队列（backlog）里等。",
      "如果客户端办完一件小事就走，这个办法很好；如果客户端连着不走、话又很少，就不合适。",
    ],
    drawing: `
                       ┌──▶ 线程 1 ── 等客户端 1
  accept ──▶ 队列 ─────┼──▶ 线程 2 ── 等客户端 2
             客户端 4  └──▶ 线程 3 ── 等客户端 3
             客户端 5
             └── 等那三个中的一个关闭连接`,
    strengths: [
      "无论来多少客户端，内存和线程都有上限：连接蜂拥而至，只会让客户端等待，不会压垮服务器。",
      "来了客户端，不必再花时间启动线程。",
      "处理函数尽可以阻塞或耗尽 CPU，而且所有 CPU 都用得上。",
    ],
    weaknesses: [
      "不说话的客户端只要和线程一样多，所有其他客户端就都得不到服务。",
      "线程数多少才合适，要看它们会等多久，而这事先谁也不知道。",
    ],
    tries: [
      ["playground serve threadpool --threads 2", "在第一个终端里运行"],
      ["playground connect", "再在三个终端里运行：前两个中有一个结束，第三个才得到应答"],
      [
        "playground serve threadpool --threads 2 --idle-timeout 5s",
        "这下，不说话的客户端最多占用线程五秒",
      ],
      ["playground flood --conns 3 --duration 3s", "两个得到服务，一个在等线程"],
    ],
  },
  prethread: {
    strength: "客户端不必等线程启动，也没有谁来转交它",
    limit: "不说话的客户端只要和线程一样多，服务就停了",
    how: [
      "线程预先启动好，全都等在同一个监听套接字的 accept 里。每来一个客户端，系统唤醒其中一个；" +
      "它像阻塞式服务器那样服务这个客户端，然后再去 accept。" +
      "这里没有 threadpool 那样的队列，也没有负责分派的线程。",
      "有些系统曾把等在 accept 里的线程全部唤醒，而除了一个，其余的又都睡回去：这就是惊群。" +
      "在 accept 外面加一把锁可以避免：一个线程等在 accept 里，其余的等锁（--accept lock）。" +
      "Linux 本来就只唤醒一个。",
      "这是《UNIX 网络编程》第 30 章的倒数第二个服务器，最后一个就是 threadpool。" +
      "它需要系统的套接字：在那里，任何线程都能使用任何描述符。",
    ],
    drawing: `
                  ┌── 线程 1 ── accept ── 服务 ── accept …
  一个监听套接字 ─┼── 线程 2 ── accept ── 服务 ── accept …
                  └── 线程 3 ── accept …      （或者等锁）`,
    strengths: [
      "一个客户端只需一次 accept，用不着一个线程去唤醒另一个。",
      "处理函数尽可以阻塞或耗尽 CPU，而且所有 CPU 都用得上。",
    ],
    weaknesses: [
      "不说话的客户端只要和线程一样多，所有其他客户端就都得不到服务。",
      "谁接受到客户端全凭运气：想优先用某个线程，就得有队列。",
    ],
    tries: [
      ["playground serve prethread --workers 2", "在第一个终端里运行"],
      ["playground connect", "再在三个终端里运行：前两个中有一个结束，第三个才得到应答"],
      ["playground serve prethread --workers 16 --accept lock", "应答相同；比较两者的 CPU"],
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
};
