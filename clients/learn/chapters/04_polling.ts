import type { Chapter } from "../chapter.ts";
import {
  above,
  atLeast,
  atMost,
  below,
  open,
  serve,
  talk,
  until,
  UNTIL_CPU_IS_MEASURED,
} from "./stage.ts";

/** One loop that asks every socket in turn and never waits. */
export const polling: Chapter = {
  id: "polling",
  title: { en: "Polling", zh: "轮询" },
  minutes: 7,
  steps: [
    {
      kind: "read",
      text: {
        en: "Processes and threads keep the blocking call, and multiply what it may block. Now " +
          "try the opposite: one thread, and no call that blocks.\n\nA socket can be made " +
          "nonblocking (`O_NONBLOCK`). Then `accept`, `recv` and `send` do what can be done at " +
          "once. If there is nothing to do, they return an error with the name EAGAIN, “try " +
          "again”, also known as EWOULDBLOCK.",
        zh: "进程和线程不去碰阻塞调用，只是多找些人手来给它堵。现在反过来：只用一个线程，但任" +
          "何调用都不许堵住它。\n\n套接字可以设成非阻塞（`O_NONBLOCK`）。这样，`accept`、`recv` " +
          "和 `send` 只做眼下就能做的事；没有可做的，就返回一个错误 EAGAIN，意思是“再试试”，又" +
          "叫 EWOULDBLOCK，“本来会阻塞”。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "The course starts such a server. Nobody is connected, and nobody is going to " +
          "connect for a while.",
        zh: "课程启动这样一个服务器。没有人连接，一时半会儿也不会有人来。",
      },
      actions: [serve("nonblocking")],
    },
    {
      kind: "explain",
      code: "recv",
      text: {
        en: "What does it do? It asks, round after round: is there a client? Are there bytes " +
          "from the first, from the second, from the third? Most answers are “would block”, and " +
          "it goes on to the next question.\n\nThe state of each client is now in an object, " +
          "not on the stack of a thread: the program itself has to remember how far each " +
          "conversation has come.",
        zh: "它在做什么呢？一轮一轮地问：有新客户端吗？第一个发来字节了吗？第二个呢？第三个" +
          "呢？多半回答“会阻塞”，它便去问下一个。\n\n每个客户端的状态，如今放在一个对象里，不再" +
          "放在某个线程的栈上：谈到哪儿了，得由程序自己记住。",
      },
    },
    {
      kind: "predict",
      question: {
        en: "No client, no byte, nothing to do. How many rounds does the loop make in a second?",
        zh: "没有客户端，没有一个字节，没有一点事可做。循环每秒会转多少轮？",
      },
      answers: [
        {
          text: {
            en: "None, or nearly: there is nothing to do",
            zh: "不转，或几乎不转：本来就没事可做",
          },
          when: below("returnsPerSecond", 10),
          because: {
            en: "That needs a thread that sleeps, and only a call that blocks puts a thread to " +
              "sleep. This server has none.",
            zh: "要停下不转，线程得睡着；能让线程睡着的，只有会阻塞的调用。这个服务器恰恰没有。",
          },
        },
        {
          text: { en: "Some dozens: it asks now and then", zh: "几十轮：隔一会儿问一次" },
          when: [atLeast("returnsPerSecond", 10), below("returnsPerSecond", 1_000)],
          because: {
            en: "“Now and then” would be a pause between two rounds. Nobody has written one " +
              "into the loop yet.",
            zh: "“隔一会儿”就得在两轮之间停一停。循环里还没有写这个停顿。",
          },
        },
        {
          text: { en: "As many as it can", zh: "能转多少转多少" },
          when: atLeast("returnsPerSecond", 1_000),
          because: {
            en: "{returns} rounds in {seconds} seconds, and {cpuPercent} percent of a " +
              "processor, only to learn each time that there is nothing to do. This is called busy " +
              "waiting.",
            zh: "{seconds} 秒转了 {returns} 轮，用掉一个处理器的 {cpuPercent}%，每一轮得知的都" +
              "是“没事可做”。这叫忙等。",
          },
        },
      ],
      actions: [UNTIL_CPU_IS_MEASURED],
    },
    {
      kind: "do",
      by: "reader",
      text: {
        en: "Open three clients, and let each of them say “hello” about three times a second.",
        zh: "打开三个客户端，让它们每秒各说三次左右“hello”。",
      },
      actions: [open(3), talk(300), until(atLeast("served", 3))],
    },
    {
      kind: "observe",
      at: "lane:0",
      text: {
        en: "All three get answers at once, from one thread. That is what we wanted! But look " +
          "at the server's own lane: `recv`, all the time. It does not sleep there, as the " +
          "blocking server did. It asks, and asks, and asks.",
        zh: "三个客户端都马上得到应答，而线程只有一个，这正是我们想要的！可是看服务器自己的泳" +
          "道：从头到尾都是 `recv`。它不是像阻塞服务器那样睡在里面，而是在问，问个不停。",
      },
    },
    {
      kind: "check",
      question: {
        en: "A blocking server needs two system calls for a message: `recv` and `send`. How " +
          "many has this one used for each message, so far?",
        zh: "阻塞服务器处理一条消息要两次系统调用：`recv` 和 `send`。这个服务器到现在为止，平均" +
          "每条消息用了多少次？",
      },
      answers: [
        {
          text: { en: "Hundreds, or thousands", zh: "几百次，甚至成千上万次" },
          when: above("systemCallsPerMessage", 200),
          because: {
            en: "{systemCallsPerMessage} calls for one message. Each enters the kernel, looks " +
              "into a buffer, finds it empty, and comes back with EAGAIN.",
            zh: "一条消息用了 {systemCallsPerMessage} 次调用。每次都要进一趟内核，看一眼空空的" +
              "缓冲区，再带着 EAGAIN 回来。",
          },
        },
        {
          text: { en: "Two as well: the work is the same", zh: "也是两次：干的活一样多" },
          when: atMost("systemCallsPerMessage", 10),
          because: {
            en: "The work is the same. The questions are not counted in it.",
            zh: "活是一样多，可是那些“有吗、有吗”还没算进去。",
          },
        },
        {
          text: {
            en: "Some dozens: one or two rounds for each message",
            zh: "几十次：一条消息要问上一两轮",
          },
          when: [above("systemCallsPerMessage", 10), atMost("systemCallsPerMessage", 200)],
          because: {
            en: "That would be so if clients spoke nearly as fast as the loop asks. People, " +
              "and most programs, are a thousand times slower.",
            zh: "除非客户端说话和循环发问差不多快。人，还有大多数程序，比它慢上千倍。",
          },
        },
      ],
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "The obvious remedy: sleep for a moment between two rounds. The CPU is free again, " +
          "and the loop wakes up a hundred times a second, or ten times, or once.\n\nThe course " +
          "now starts the same server with `--pause 1s`: after each round, the loop sleeps a " +
          "second.",
        zh: "显而易见的补救办法：两轮之间睡一小会儿。CPU 腾出来了，循环每秒醒一百次，或者十" +
          "次，或者一次。\n\n课程现在用 `--pause 1s` 启动同一个服务器：每问完一轮，睡一秒。",
      },
      actions: [serve("nonblocking", "--pause", "1s")],
    },
    {
      kind: "predict",
      question: {
        en:
          "One client speaks ten times a second. With a pause of a second between two rounds, what does it notice?",
        zh: "有一个客户端每秒说十次话。两轮之间停一秒，它会感觉到什么？",
      },
      answers: [
        {
          text: {
            en: "Nothing: the bytes wake the server up",
            zh: "没感觉：字节一到，服务器就醒了",
          },
          when: [atLeast("served", 1), below("longestWaitMs", 400)],
          because: {
            en: "Bytes wake a thread that sleeps in `recv` or another call on sockets. One " +
              "that sleeps by the clock is woken by the clock.",
            zh: "字节能唤醒的，是睡在 `recv` 这类套接字调用里的线程。按钟点睡的，只有钟点叫得" +
              "醒。",
          },
        },
        {
          text: { en: "It waits up to a second for each answer", zh: "每次应答最多要等一秒" },
          when: [atLeast("served", 1), atLeast("longestWaitMs", 400)],
          because: {
            en: "The longest wait was {longestWaitMs} ms, for work of some microseconds. Every " +
              "pause is wrong: a short one burns the CPU, a long one makes clients wait.",
            zh: "最长等了 {longestWaitMs} 毫秒，而真正的活只要几微秒。停多久都不对：停得短，烧 " +
              "CPU；停得长，客户端等。",
          },
        },
        {
          text: {
            en: "It loses what it says while the server sleeps",
            zh: "服务器睡着时说的话就丢了",
          },
          when: below("served", 1),
          because: {
            en: "The receive buffer keeps the bytes, as in chapter 1. They are late, not lost.",
            zh: "字节都在接收缓冲区里，和第 1 章一样。只会迟到，不会丢。",
          },
        },
      ],
      actions: [talk(100), open(1), until(atLeast("messages", 3))],
    },
    {
      kind: "check",
      question: { en: "And the CPU, with that pause?", zh: "有了这个停顿，CPU 用了多少？" },
      answers: [
        {
          text: { en: "Almost none", zh: "几乎没用" },
          when: below("cpuPercent", 20),
          because: {
            en: "{cpuPercent} percent. The price is paid by the clients now, in time.",
            zh: "{cpuPercent}%。如今是客户端在付账，用时间付。",
          },
        },
        {
          text: { en: "About half of one", zh: "用掉半个左右" },
          when: [atLeast("cpuPercent", 20), below("cpuPercent", 60)],
          because: {
            en: "A round takes microseconds, and the pause is a second. Compare these two.",
            zh: "问一轮只要几微秒，停一次是一秒。比比这两个数。",
          },
        },
        {
          text: { en: "As much as before", zh: "和之前一样多" },
          when: atLeast("cpuPercent", 60),
          because: {
            en: "A thread that sleeps by the clock uses as little as any other sleeper.",
            zh: "按钟点睡的线程，和别的睡法一样不费 CPU。",
          },
        },
      ],
    },
    {
      kind: "experiment",
      args: ["lab", "busy-poll"],
      text: {
        en: "The laboratory measures both ends of this bargain, CPU and waiting, and puts a " +
          "server beside them that pays neither.",
        zh: "实验室把这笔交易的两头都量一量：CPU 和等待时间。旁边再放一个两样都不用付的服务器。",
      },
    },
    {
      kind: "read",
      text: {
        en: "Is polling ever right? Where a microsecond of waking up is too long, and a whole " +
          "processor is cheap: DPDK asks network cards in a loop, trading systems do it, and a " +
          "spin lock waits a moment like this.\n\nEverybody else wants a thread that sleeps " +
          "until any of its sockets is ready. The kernel knows when that is; somebody only has " +
          "to ask it about all of them in one call. That call came with BSD in 1983: `select`.",
        zh: "轮询就没有用武之地吗？有：醒来的那一微秒都嫌慢、又不在乎搭上一整个处理器的地方。" +
          "DPDK 这样循环着问网卡，证券交易系统这样做，自旋锁也这样等上一小会儿。\n\n别人想要的" +
          "是：线程睡着，任何一个套接字就绪了就醒。什么时候就绪，内核一清二楚，只差一个能一次问" +
          "遍所有套接字的调用。1983 年，这个调用随 BSD 来了：`select`。",
      },
    },
  ],
  tryIt: [
    {
      command: "playground serve nonblocking",
      says: {
        en: "In the first terminal; look at its CPU in `top`, with no client at all.",
        zh: "在第一个终端里运行；一个客户端也没有时，用 `top` 看看它的 CPU。",
      },
    },
    {
      command: "playground serve nonblocking --pause 10",
      says: { en: "Now with a pause of 10 ms.", zh: "再看停 10 毫秒的。" },
    },
    {
      command: "playground flood --conns 10 --duration 3s",
      says: {
        en: "In the second terminal: compare the round trips with and without the pause.",
        zh: "在第二个终端里运行：比较有停顿和没有停顿时的往返时间。",
      },
    },
    {
      command: "playground lab empty-recv",
      says: {
        en: "Would block, 0 bytes, a reset: what `recv` can say, and when.",
        zh: "“会阻塞”、0 字节、连接重置：`recv` 会说些什么，又在什么时候说。",
      },
    },
  ],
};
