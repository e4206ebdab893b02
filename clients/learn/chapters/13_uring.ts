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
  talk,
  until,
} from "./stage.ts";

/** Completions in place of readiness. */
export const uring: Chapter = {
  id: "uring",
  title: { en: "io_uring", zh: "io_uring" },
  minutes: 7,
  steps: [
    {
      kind: "read",
      text: {
        en: "`select` and epoll answer one question: which socket would not block? Then the " +
          "program makes the call itself: `recv`, `send`. So each message takes several visits " +
          "to the kernel, and since the repairs of 2018 against Meltdown and Spectre, each " +
          "visit costs more than before.\n\nTurn it round: do not ask whether you could " +
          "receive. Say “receive, into this buffer, and tell me when it is done”. Not " +
          "readiness, but completion.",
        zh: "`select` 和 epoll 回答的是同一个问题：哪个套接字不会阻塞？接着程序自己去调用 " +
          "`recv`、`send`。于是一条消息要进好几趟内核，而自从 2018 年修补 Meltdown 和 Spectre " +
          "以来，每一趟都比从前贵。\n\n反过来：别问能不能收，直接说“收到这个缓冲区里，收好了告" +
          "诉我”。不是就绪，而是完成。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "First, epoll for comparison: fifty clients, which will soon talk fast. (io_uring " +
          "needs Linux 6.1 here, and a system that permits it; containers often forbid it.)",
        zh: "先用 epoll 作个对照：五十个客户端，马上要飞快地说话。（这里的 io_uring 要 Linux " +
          "6.1，还要系统允许；容器里常常禁用它。）",
      },
      actions: [serve("epoll"), open(50), until(exactly("waiting", 50))],
    },
    {
      kind: "predict",
      question: {
        en:
          "Fifty clients send fifty messages a second each. How many system calls does the epoll server use for each message?",
        zh: "五十个客户端，每个每秒发五十条。epoll 服务器平均每条消息用几次系统调用？",
      },
      answers: [
        {
          text: { en: "One: epoll brings the bytes along", zh: "一次：epoll 顺便把字节带回来" },
          when: below("systemCallsPerMessage", 1.5),
          because: {
            en: "epoll brings a name, not bytes. Somebody still has to fetch them.",
            zh: "epoll 带回来的只是名字，不是字节。字节还得去取。",
          },
        },
        {
          text: { en: "Two or a little more", zh: "两次多一点" },
          when: [atLeast("systemCallsPerMessage", 1.5), below("systemCallsPerMessage", 8)],
          because: {
            en:
              "{systemCallsPerMessage}: a `recv`, a `send`, and a share of the `epoll_wait` that has brought several at once.",
            zh:
              "{systemCallsPerMessage} 次：一次 `recv`，一次 `send`，外加分摊的 `epoll_wait`，它一次能带回好几个。",
          },
        },
        {
          text: { en: "About ten", zh: "十次左右" },
          when: atLeast("systemCallsPerMessage", 8),
          because: {
            en:
              "That would be a loop that asks in vain. This one only touches sockets that are ready.",
            zh: "那是白问的循环。这个只碰就绪的套接字。",
          },
        },
      ],
      actions: [talk(20), until(atLeast("messages", 2_000)), SILENCE],
    },
    {
      kind: "explain",
      text: {
        en: "io_uring (Linux 5.1, 2019) is two rings in memory that the program and the kernel " +
          "share. Into the submission ring the program writes requests: accept, receive, send. " +
          "From the completion ring it reads what is done. Writing there is no system call, " +
          "just memory.\n\nOne call, `io_uring_enter`, hands over all that is new and waits for " +
          "completions. The more there is to do, the more goes into one batch.",
        zh: "io_uring（Linux 5.1，2019 年）是程序和内核共用的两个环，都在内存里。程序把请求写" +
          "进提交环：接受、接收、发送；从完成环里读出做好了的。写环不是系统调用，只是写内存。" +
          "\n\n一次 `io_uring_enter`，把新请求全部交出去，顺便等完成。事情越多，一批装得越多。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "The same fifty clients, at the server with io_uring.",
        zh: "还是那五十个客户端，换成 io_uring 的服务器。",
      },
      actions: [serve("uring"), open(50), until(exactly("waiting", 50))],
    },
    {
      kind: "predict",
      question: {
        en: "The same load. How many system calls for each message now?",
        zh: "同样的负载。现在每条消息几次系统调用？",
      },
      answers: [
        {
          text: { en: "Two, as before: to receive and to send", zh: "还是两次：一收一发" },
          when: atLeast("systemCallsPerMessage", 1.5),
          because: {
            en: "Receiving and sending still happen. But they are requests in a ring, not calls.",
            zh: "收和发都还在，只不过成了环里的请求，不再是调用。",
          },
        },
        {
          text: { en: "One, or a fraction of one", zh: "一次，或者零点几次" },
          when: [atLeast("systemCallsPerMessage", 0.02), below("systemCallsPerMessage", 1.5)],
          because: {
            en:
              "{systemCallsPerMessage}. One `io_uring_enter` sends the answers of a whole turn, and brings what has arrived meanwhile.",
            zh:
              "{systemCallsPerMessage} 次。一次 `io_uring_enter` 就发走整一轮的应答，同时带回这期间到达的。",
          },
        },
        {
          text: { en: "None: everything goes through memory", zh: "零次：全都走内存" },
          when: below("systemCallsPerMessage", 0.02),
          because: {
            en:
              "That exists: with SQPOLL a thread of the kernel watches the ring. It costs a processor, and this server does not use it.",
            zh: "真有这种用法：SQPOLL 让一个内核线程盯着环。代价是一个处理器，这个服务器没有用它。",
          },
        },
      ],
      actions: [talk(20), until(atLeast("messages", 2_000)), SILENCE],
    },
    {
      kind: "observe",
      at: "scan",
      text: {
        en: "These cells are not descriptors that were looked at. They are completions: things " +
          "that are done. There is no “looked at in vain” here.",
        zh: "这些格子不是被查看的描述符，而是一个个“完成”：已经做好的事。这里没有“白看”这回事。",
      },
    },
    {
      kind: "explain",
      code: "wait",
      text: {
        en: "Two refinements. Multishot: a request to accept or to receive is made once, and " +
          "completes again and again. And provided buffers: with fifty thousand silent clients, " +
          "a buffer for each would be a waste. So the program lends the kernel a heap of " +
          "buffers, and the kernel takes one when bytes have arrived, not before.\n\nWith " +
          "readiness this is free, since you bring the buffer when there is something to put " +
          "into it.",
        zh: "还有两处讲究。一是 multishot：接受或接收的请求只提一次，此后一次次地完成。二是供" +
          "给缓冲区：五万个不说话的客户端，要是各配一个缓冲区，就太浪费了。所以程序借给内核一堆" +
          "缓冲区，真有字节到了，内核才取一个来用。\n\n用就绪通知就没有这个问题：有东西可装的时" +
          "候，你才拿缓冲区去。",
      },
    },
    {
      kind: "check",
      question: {
        en: "How much of what the ring reported was not ready?",
        zh: "环报告的东西里，有多少是“没就绪”的？",
      },
      answers: [
        {
          text: { en: "None, or hardly anything", zh: "没有，或几乎没有" },
          when: atMost("inVain", 20),
          because: {
            en:
              "{inVain}. A completion is a fact, not a hint. There is no EAGAIN any more, and no draining.",
            zh: "{inVain} 个。完成是事实，不是提示。从此没有 EAGAIN，也不用取干净。",
          },
        },
        {
          text: { en: "About one for each return", zh: "每次返回一个左右" },
          when: [above("inVain", 20), atMost("inVain", "returns", 2)],
          because: {
            en: "A waiting call that reports what is not ready would be one that scans.",
            zh: "会报告没就绪的，是那种要扫描的等待调用。",
          },
        },
        {
          text: {
            en: "Dozens for each return: the silent clients",
            zh: "每次返回几十个：那些没说话的",
          },
          when: [above("inVain", 20), above("inVain", "returns", 2)],
          because: {
            en: "A silent client has a request in the kernel that is not done. It appears nowhere.",
            zh: "没说话的客户端只是有个请求在内核里还没做完，哪儿也不会出现。",
          },
        },
      ],
    },
    {
      kind: "predict",
      question: {
        en:
          "The handler now computes for 300 ms. The kernel receives by itself: does the loop still answer at once?",
        zh: "现在处理函数要计算 300 毫秒。接收由内核自己完成，那么循环还能马上答话吗？",
      },
      answers: [
        {
          text: { en: "Yes: receiving goes on in the kernel", zh: "能：接收照样在内核里进行" },
          when: below("loopLatencyMs", 100),
          because: {
            en: "Receiving does go on. But who is to look at what has been received?",
            zh: "接收确实照样进行。可是收到的东西，谁来看呢？",
          },
        },
        {
          text: { en: "It takes 100 to 250 ms", zh: "要 100 到 250 毫秒" },
          when: [atLeast("loopLatencyMs", 100), below("loopLatencyMs", 250)],
          because: {
            en: "Nothing takes the thread away from a handler in the middle.",
            zh: "处理函数做到一半，没有谁会把线程抢走。",
          },
        },
        {
          text: {
            en: "No, it takes as long as the handlers do",
            zh: "不能：处理函数要多久，它就要多久",
          },
          when: atLeast("loopLatencyMs", 250),
          because: {
            en:
              "{loopLatencyMs} ms. The kernel fills buffers, and nobody empties them. One thread is one thread, whichever call it waits in.",
            zh:
              "{loopLatencyMs} 毫秒。内核只管往缓冲区里装，却没有人来取。一个线程就是一个线程，不管它等在哪个调用里。",
          },
        },
      ],
      actions: [talk(5_000), burn(300), until(atLeast("loopLatencyMs", 300)), SILENCE],
    },
    {
      kind: "experiment",
      args: ["lab", "readiness-or-completion"],
      text: {
        en: "The laboratory measures both under six loads: calls, CPU time, round trips. Look " +
          "closely at the CPU: fewer calls are not always less work.",
        zh: "实验室在六种负载下测量两者：调用次数、CPU 时间、往返时间。仔细看 CPU 那一列：调用" +
          "少了，活未必就少。",
      },
    },
    {
      kind: "read",
      text: {
        en: "Files are its true home. `select` calls a file always ready, epoll refuses it, " +
          "and a read from disk blocks all the same. io_uring can wait for it: PostgreSQL 18 " +
          "can read that way, and storage engines live by it. Windows has had completions since " +
          "1994: I/O completion ports.\n\nThe price is trust. So much new code in the kernel " +
          "had its holes; Docker's default profile and Google's servers switch it off.",
        zh: "它真正的用武之地是文件。`select` 说文件永远就绪，epoll 干脆不收，可读磁盘照样会阻" +
          "塞。io_uring 才真能等：PostgreSQL 18 可以用它来读，存储引擎更离不开它。Windows 早在 " +
          "1994 年就有了“完成”，即 I/O 完成端口。\n\n代价是信任。内核里一下子添了那么多新代码，" +
          "难免有漏洞；Docker 的默认配置和 Google 的服务器都把它关掉了。",
      },
    },
  ],
  tryIt: [
    {
      command: "playground serve uring --sockets libc --stats",
      says: {
        en: "In the first terminal; Ctrl-C shows the system calls for each message.",
        zh: "在第一个终端里运行，按 Ctrl-C 可以看到每条消息几次系统调用。",
      },
    },
    {
      command: "playground flood --conns 100 --duration 3s",
      says: {
        en: "In the second terminal. Then compare with `serve epoll --sockets libc --stats`.",
        zh: "在第二个终端里运行。再和 `serve epoll --sockets libc --stats` 比较。",
      },
    },
    {
      command: "playground explain uring",
      says: { en: "The page of this model, in short.", zh: "关于这个模型的简短讲解。" },
    },
  ],
};
