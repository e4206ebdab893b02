import type { Chapter } from "../chapter.ts";
import {
  above,
  atLeast,
  atMost,
  below,
  burn,
  exactly,
  open,
  serve,
  SILENCE,
  sleep,
  talk,
  until,
} from "./stage.ts";

/** Which model for which work. */
export const choosing: Chapter = {
  id: "choosing",
  title: { en: "Choosing a model", zh: "选哪种模型" },
  minutes: 9,
  steps: [
    {
      kind: "read",
      text: {
        en: "You have seen a dozen servers, and none was the best. Three questions " +
          "decide.\n\nDo the handlers wait or compute? How many clients are there at a time, " +
          "and do they stay? And what must a fault not destroy?\n\nThis chapter asks them one " +
          "after another, with a server for each.",
        zh: "看了十几种服务器，没有哪种最好。要选，先问三个问题。\n\n处理函数是在等，还是在" +
          "算？同时有多少客户端，会不会赖着不走？出了差错，什么绝不能跟着毁掉？\n\n这一章就把它" +
          "们挨个问一遍，每问配一个服务器。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "First question: wait or compute? Here is epoll, with four clients that talk.",
        zh: "第一问：等，还是算？先用 epoll，四个说话的客户端。",
      },
      actions: [serve("epoll"), talk(400), open(4), until(atLeast("served", 4))],
    },
    {
      kind: "predict",
      question: {
        en:
          "The handler computes for half a second: a picture is scaled down, a password is hashed. How fast is the loop still?",
        zh: "处理函数要算半秒：缩一张图，或者算一个口令的哈希。循环还有多快？",
      },
      answers: [
        {
          text: {
            en: "As fast as before: epoll is made for many clients",
            zh: "和之前一样快：epoll 就是为众多客户端准备的",
          },
          when: below("loopLatencyMs", 100),
          because: {
            en: "For many that wait. A handler that computes has the only thread.",
            zh: "是为众多在等的客户端。谁在算，唯一的线程就归谁。",
          },
        },
        {
          text: { en: "A little slower, some 100 to 400 ms", zh: "慢一些，100 到 400 毫秒" },
          when: [atLeast("loopLatencyMs", 100), below("loopLatencyMs", 400)],
          because: {
            en: "There is no half way: the handler runs to its end.",
            zh: "没有半途而废的：处理函数一跑就跑到底。",
          },
        },
        {
          text: {
            en: "It takes half a second or more to look up again",
            zh: "要半秒以上才能再抬头",
          },
          when: atLeast("loopLatencyMs", 400),
          because: {
            en: "{loopLatencyMs} ms in which nobody is accepted, received from, or answered.",
            zh: "有 {loopLatencyMs} 毫秒，谁也不接受，谁也不收，谁也不答。",
          },
        },
      ],
      actions: [burn(500), until(atLeast("loopLatencyMs", 500)), SILENCE],
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "Now `offload`: the loop moves bytes, and hands the work to two threads. libuv " +
          "does so with files and cryptography, nginx with its thread pools. The same four " +
          "clients.",
        zh: "再看 `offload`：循环只管收发，活儿交给两个线程。libuv 这样处理文件和加密，nginx " +
          "的线程池也是。还是那四个客户端。",
      },
      actions: [
        serve("offload", "--workers", "2"),
        talk(400),
        open(4),
        until(atLeast("served", 4)),
      ],
    },
    {
      kind: "predict",
      question: {
        en: "The handler computes for half a second here, too, and the clients wait for it. How " +
          "long does the loop take to look up again?",
        zh: "这里的处理函数也要算半秒，客户端要等它。循环要多久才能再抬头？",
      },
      answers: [
        {
          text: {
            en: "A fraction of that: it looks up at once",
            zh: "比那短得多：马上就能抬头",
          },
          when: below("loopLatencyMs", "longestWaitMs", 0.25),
          because: {
            en: "{loopLatencyMs} ms at most, while a client waited {longestWaitMs} ms for a busy " +
              "thread. Meanwhile the loop accepts, receives and sends.",
            zh:
              "最多 {loopLatencyMs} 毫秒，而碰上线程忙的客户端，等应答等了 {longestWaitMs} 毫秒。" +
              "这期间，接受、接收、发送都不耽误。",
          },
        },
        {
          text: {
            en: "As long as the clients wait: it waits for the threads, too",
            zh: "客户端等多久，它就多久：它也得等线程",
          },
          when: atLeast("loopLatencyMs", "longestWaitMs", 0.5),
          because: {
            en:
              "It does not wait for them. When a thread is done it wakes the loop, by an eventfd in the loop's own epoll.",
            zh: "它不等。线程做完了会唤醒它，用的是循环自己那个 epoll 里的 eventfd。",
          },
        },
        {
          text: {
            en: "About a third of that: one of the three threads is its own",
            zh: "三分之一左右：三个线程里有一个是它的",
          },
          when: [
            atLeast("loopLatencyMs", "longestWaitMs", 0.25),
            below("loopLatencyMs", "longestWaitMs", 0.5),
          ],
          because: {
            en: "The loop has nothing to compute at all, however many threads there are.",
            zh: "不管有几个线程，循环自己都没有什么要算的。",
          },
        },
      ],
      actions: [burn(500), until(atLeast("messages", 8), atLeast("longestWaitMs", 1_000))],
    },
    {
      kind: "observe",
      at: "workers",
      text: {
        en: "Two lanes for two threads, and both are busy: each client belongs to one of them. " +
          "Above them, the loop's own lane shows `epoll_wait`, with short marks. It has become " +
          "a postman.",
        zh: "两个线程两条泳道，都忙着，每个客户端归其中一个。上面是循环自己的泳道，几乎都在 " +
          "`epoll_wait` 里，只有短短的标记：它成了邮差。",
      },
    },
    {
      kind: "explain",
      code: "handle",
      text: {
        en: "The rule: what waits belongs into a loop or a coroutine. What computes belongs " +
          "into threads or processes, about as many as there are processors; more only makes " +
          "them take turns.\n\nAnd if your language or your libraries can only block? Then " +
          "threads or processes, with a limit on their number. That is no shame: most web " +
          "applications in the world run like that.",
        zh: "规矩是：要等的，放进循环或协程；要算的，交给线程或进程，数目和处理器差不多就好，" +
          "再多也只是轮流。\n\n要是你的语言、你的库只会阻塞呢？那就用线程或进程，数目加个上限。" +
          "这不丢人，世上多数 Web 应用就是这么跑的。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "Second question: how many, and do they stay? Here is a pool of four threads, and " +
          "its handler waits half a second, as for a database.",
        zh: "第二问：有多少客户端，会不会赖着不走？这里是四个线程的线程池，处理函数等半秒，好" +
          "比在等数据库。",
      },
      actions: [serve("threadpool", "--threads", "4"), sleep(500), talk(500)],
    },
    {
      kind: "predict",
      question: {
        en:
          "Thirty clients come and stay. How many of them sleep in the handler at the same time, at most?",
        zh: "来了三十个客户端，都不走。同时在处理函数里睡着的，最多几个？",
      },
      answers: [
        {
          text: { en: "All thirty: sleeping costs nothing", zh: "三十个：睡觉又不花什么" },
          when: above("asleep", 20),
          because: {
            en: "In a loop it would be so. Here each sleeper occupies a thread.",
            zh: "在循环里是这样。在这里，每个睡着的都占着一个线程。",
          },
        },
        {
          text: { en: "Four, as many as there are threads", zh: "四个，有几个线程就几个" },
          when: atMost("asleep", 4),
          because: {
            en:
              "{asleep} now, while {backlog} wait in the backlog and {queued} in the queue. Long stays and few threads do not go together.",
            zh:
              "此刻有 {asleep} 个，另有 {backlog} 个在监听队列里，{queued} 个在排队等线程。客户端待得久，线程又少，这两样合不来。",
          },
        },
        {
          text: { en: "Eight or ten: the threads take turns", zh: "八到十个：线程轮着来" },
          when: [above("asleep", 4), atMost("asleep", 20)],
          because: {
            en: "A sleeping thread cannot take turns. It sleeps.",
            zh: "睡着的线程没法轮。它睡着呢。",
          },
        },
      ],
      actions: [open(30), until(exactly("clients", 30)), until(atLeast("messages", 12))],
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "The same thirty, with the same handler, at gevent.",
        zh: "同样三十个客户端，同样的处理函数，换成 gevent。",
      },
      actions: [serve("gevent"), sleep(500), talk(500), open(30), until(atLeast("served", 30))],
    },
    {
      kind: "check",
      question: {
        en: "How many of the thirty have had an answer here, and from how many threads (lanes)?",
        zh: "这里，三十个客户端有多少个得到了应答？来自几个线程（泳道）？",
      },
      answers: [
        {
          text: { en: "All thirty, from one", zh: "三十个，来自一个线程" },
          when: [atLeast("served", 30), atMost("lanes", 1)],
          because: {
            en:
              "{served} clients, {lanes} lane. For many clients that mostly wait, nothing is cheaper.",
            zh: "{served} 个客户端，{lanes} 条泳道。客户端多，又多半在等，没有比这更划算的。",
          },
        },
        {
          text: { en: "All thirty, from several", zh: "三十个，来自好几个线程" },
          when: [atLeast("served", 30), above("lanes", 1)],
          because: {
            en: "gevent has one thread. Its greenlets are not seen by the system.",
            zh: "gevent 只有一个线程。它的 greenlet，系统看不见。",
          },
        },
        {
          text: { en: "A few, from one", zh: "几个，来自一个线程" },
          when: below("served", 30),
          because: {
            en: "A few would be right for a thread that sleeps with its client.",
            zh: "线程陪着客户端一起睡，才会只有几个。",
          },
        },
      ],
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "And when more comes than can be done? This is `pipeline`: receiving, computing " +
          "and sending are stages with threads of their own, and the queue between them has " +
          "four places. The handler takes a tenth of a second.",
        zh: "要是来的比做得完的还多呢？这是 `pipeline`：接收、计算、发送各成一个阶段，各有线" +
          "程，中间的队列只有四个位置。处理函数要十分之一秒。",
      },
      actions: [serve("pipeline", "--workers", "1", "--queue", "4", "--cpu", "100")],
    },
    {
      kind: "predict",
      question: {
        en:
          "Twenty clients come and ask at the same time. What happens to those for whom there is no place?",
        zh: "二十个客户端同时来问。没有位置的那些会怎样？",
      },
      answers: [
        {
          text: { en: "They wait, until it is their turn", zh: "等着，直到轮到自己" },
          when: below("refused", 1),
          because: {
            en:
              "In an endless queue they would wait, longer and longer, and most would have left before their answer came.",
            zh: "队列没有尽头才会这样：越等越久，多数等不到应答就走了。",
          },
        },
        {
          text: {
            en: "Some are refused at once, the others are served",
            zh: "一部分立刻被拒绝，其余的得到服务",
          },
          when: [atLeast("refused", 1), atLeast("served", 1)],
          because: {
            en:
              "{refused} refused, {served} served; some were served once and refused the next time. " +
              "Refusing early is a kindness: the client can go elsewhere, and those admitted do not " +
              "wait long. It is called load shedding.",
            zh:
              "{refused} 个被拒绝，{served} 个得到服务（有的先得到服务，再来时又被拒绝）。早点拒绝是一种体贴：客户端可以另找别处，被接纳的也不用久等。这叫过载保护，英文叫 load shedding。",
          },
        },
        {
          text: {
            en: "All are refused: an overloaded server must protect itself",
            zh: "全部被拒绝：过载的服务器要先自保",
          },
          when: [atLeast("refused", 1), below("served", 1)],
          because: {
            en: "It protects itself enough by keeping its queue short.",
            zh: "把队列保持得短短的，就已经是自保。",
          },
        },
      ],
      actions: [
        open(20),
        talk(300),
        until(atLeast("refused", 1), atLeast("served", 1), atLeast("messages", 20)),
      ],
    },
    {
      kind: "experiment",
      args: ["lab", "process-cost"],
      text: {
        en: "Third question: what must a fault not destroy? A process protects best, and costs " +
          "most. The laboratory states the price of a client: as a process, as a thread, as a " +
          "coroutine.",
        zh: "第三问：出了差错，什么绝不能跟着毁掉？进程护得最周全，也最贵。实验室报出一个客户" +
          "端的价钱：用进程、用线程、用协程，各要多少。",
      },
    },
    {
      kind: "read",
      text: {
        en: "In short. Few clients, or strangers' code: processes. Libraries that block, and " +
          "some hundreds of clients: threads, in a pool. Thousands that mostly wait: a loop, or " +
          "better, coroutines on a loop. Work that computes: a pool of threads behind the loop. " +
          "Several processors: a loop on each. Much work with files: io_uring.\n\nReal servers " +
          "are mixtures: nginx is processes, with loops, with thread pools for files.",
        zh: "简而言之：客户端少，或者要跑别人的代码，用进程。库会阻塞，客户端几百个，用线程" +
          "池。成千上万、多半在等的，用循环，最好是循环之上的协程。要算的活，在循环后面放一池线" +
          "程。处理器有好几个，每个上面放一个循环。文件读写多，用 io_uring。\n\n真实的服务器都" +
          "是混搭：nginx 就是进程，进程里是循环，循环旁边还有读文件的线程池。",
      },
    },
    {
      kind: "read",
      text: {
        en: "One piece of advice is left: measure. With your handler, your clients, your " +
          "machine. The figures of others are answers to the questions of others, and so are " +
          "those of this course.\n\nEverything that you have seen here is a page of code; take " +
          "one and change it. You now know what the picture must show.",
        zh: "最后一句忠告：去量。用你的处理函数、你的客户端、你的机器去量。别人的数字回答的是" +
          "别人的问题，这门课的数字也不例外。\n\n你在这里看到的每个服务器都只有一页代码，拿一页" +
          "去改吧。图上该出现什么，你已经知道了。",
      },
    },
  ],
  tryIt: [
    {
      command: "playground demo",
      says: {
        en: "All the classic servers under the same clients, in about twenty seconds.",
        zh: "让经典的服务器逐一面对同样的客户端，大约二十秒。",
      },
    },
    {
      command: "playground race select epoll gevent --rounds 2",
      says: {
        en: "Three models, measured side by side; `--html race.html` makes a page of it.",
        zh: "把三个模型并排测量；加上 `--html race.html` 还能生成网页。",
      },
    },
    {
      command: "playground serve offload --cpu 50 --workers 2",
      says: { en: "A server for handlers that compute…", zh: "适合埋头计算的服务器……" },
    },
    {
      command: "playground flood --conns 8 --duration 3s",
      says: {
        en: "… and its clients, in the second terminal. Then the same with `serve epoll --cpu 50`.",
        zh: "……和它的客户端，在第二个终端里运行。再换成 `serve epoll --cpu 50` 比一比。",
      },
    },
  ],
};
