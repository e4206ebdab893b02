import type { Chapter } from "../chapter.ts";
import {
  above,
  atLeast,
  atMost,
  below,
  close,
  exactly,
  open,
  serve,
  sleep,
  talk,
  until,
} from "./stage.ts";

/** A process per client, forked. */
export const process: Chapter = {
  id: "process",
  title: { en: "A process per client", zh: "每个客户端一个进程" },
  minutes: 8,
  steps: [
    {
      kind: "read",
      text: {
        en: "One thread waits for one client. So let us have as many as there are clients! " +
          "Unix has had the means since its first years: `fork` makes a second process out of " +
          "the one that calls it, and both go on from the same line.\n\nThe parent accepts, " +
          "forks, and accepts the next. The child serves its one client with the code of the " +
          "blocking server, and exits.",
        zh: "一个线程只能等一个客户端。那就让它们一样多！办法 Unix 早年就有" +
          "了：`fork` 把调用它的进程变成两个，两个都从同一行接着往下走。\n\n父进程接受连接、" +
          "fork，再接受下一个。子进程用阻塞服务器的那段代码服务自己的客户端，完了就退出。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en:
          "The course starts the server. At present there is only the parent, and it sleeps in `accept`.",
        zh: "课程启动这个服务器。眼下只有父进程，它睡在 `accept` 里。",
      },
      actions: [serve("process"), talk(300)],
    },
    {
      kind: "predict",
      question: {
        en: "Three clients come, and all of them talk. Who answers them?",
        zh: "来了三个客户端，都在说话。谁来应答它们？",
      },
      answers: [
        {
          text: { en: "One child, which takes the three in turn", zh: "一个子进程，轮流应答三个" },
          when: [atLeast("processes", 1), below("processes", 3)],
          because: {
            en: "A child inherits one connection, the one that was just accepted, and it never " +
              "calls `accept`. It has no way to get a second client.",
            zh: "子进程只继承到一个连接，就是刚接受的那个，而且它从不调用 `accept`，没有办法得" +
              "到第二个客户端。",
          },
        },
        {
          text: { en: "Three children, one for each client", zh: "三个子进程，每个客户端一个" },
          when: atLeast("processes", 3),
          because: {
            en: "{processes} processes served {served} clients. Each sleeps in a `recv` of its " +
              "own, so nobody waits for anyone else.",
            zh: "{processes} 个进程服务了 {served} 个客户端。每个进程睡在自己的 `recv` 里，谁" +
              "也不用等谁。",
          },
        },
        {
          text: {
            en: "The parent, which has three new helpers for the bytes",
            zh: "父进程，另有三个帮手替它搬字节",
          },
          when: below("processes", 1),
          because: {
            en: "The parent closes its copy of each connection at once. From then on, it " +
              "cannot touch a byte of that client.",
            zh: "父进程 fork 之后，立刻关掉自己手里的那份连接。从此，那个客户端的字节它一个也" +
              "碰不到。",
          },
        },
      ],
      actions: [open(3), until(atLeast("served", 3), exactly("backlog", 0))],
    },
    {
      kind: "observe",
      at: "workers",
      text: {
        en: "Three new lanes, and each carries the number of its process, its pid. The same " +
          "picture as in chapter 1, three times: wait in `recv`, answer, wait. Your system's " +
          "own tools see them as well: `ps` lists them as children of the server.",
        zh: "多了三条泳道，每条都标着进程号（pid）。还是第 1 章的那幅图，只是有了三份：在 " +
          "`recv` 里等，应答，再等。系统自己的工具也看得见它们：用 `ps` 一查，都是服务器的子进" +
          "程。",
      },
    },
    {
      kind: "explain",
      code: "accept",
      text: {
        en: "After `fork`, both processes hold the connection: the descriptor was copied, but " +
          "both copies mean one socket. So each closes what it does not need. The child closes " +
          "the listener, or the port would stay in use as long as it lives. The parent closes " +
          "the connection; otherwise the client would never see the end, since a socket closes " +
          "with its last descriptor.\n\nForgetting this second `close` is the classic bug of " +
          "forking servers.",
        zh: "fork 之后，两个进程都握着这个连接：描述符复制了一份，指的却是同一个套接字。所以各" +
          "自要关掉用不着的。子进程关监听套接字，不然它活一天，端口就被占一天。父进程关连接，不" +
          "然客户端永远等不到结束，因为最后一个描述符关了，套接字才真正关闭。\n\n忘了后面这个 " +
          "`close`，是 fork 服务器最经典的 bug。",
      },
    },
    {
      kind: "predict",
      question: {
        en: "The handler now sleeps two seconds before each answer, as it would for a slow " +
          "database. How many of the three clients are asleep at the same time?",
        zh: "现在让处理函数在每次应答前睡两秒，就像在等一个很慢的数据库。三个客户端里，同时在" +
          "睡的有几个？",
      },
      answers: [
        {
          text: {
            en: "One: the next may begin when the first is done",
            zh: "一个：前一个做完，后一个才能开始",
          },
          when: atMost("asleep", 1),
          because: {
            en: "So it would be in chapter 1, where one thread does everything. Here a " +
              "sleeping child holds up nobody but its own client.",
            zh: "第 1 章里会是这样，因为什么都靠一个线程。在这里，一个子进程睡着，只耽误它自己" +
              "的客户端。",
          },
        },
        {
          text: {
            en: "Two: one has to stay awake for the clients that come",
            zh: "两个：总得留一个醒着，好接待新来的",
          },
          when: exactly("asleep", 2),
          because: {
            en: "Newcomers are the parent's business, and the parent sleeps in `accept`, not " +
              "in a handler.",
            zh: "接待新来的是父进程的事，而父进程睡在 `accept` 里，不在处理函数里。",
          },
        },
        {
          text: { en: "All three", zh: "三个都在睡" },
          when: atLeast("asleep", 3),
          because: {
            en: "{asleep} children sleep at the same time, and the system does not mind: a " +
              "process that sleeps costs memory, and no CPU.",
            zh: "{asleep} 个子进程同时在睡，系统毫不在意：睡着的进程只占内存，不占 CPU。",
          },
        },
      ],
      actions: [sleep(2_000), until(atLeast("asleep", 3))],
    },
    {
      kind: "predict",
      question: {
        en: "The three clients leave, and three others come. How many processes will have " +
          "served these six?",
        zh: "这三个客户端走了，又来三个。这六个客户端，总共由几个进程服务过？",
      },
      answers: [
        {
          text: {
            en: "Six: each child exits together with its client",
            zh: "六个：客户端一走，它的子进程也就退出",
          },
          when: atLeast("processes", 6),
          because: {
            en: "{processes} processes, and three of their lanes have ended. The kernel has " +
              "cleaned up after them: memory, descriptors, locks, all of it. Nothing can leak from " +
              "one client to the next.",
            zh: "一共 {processes} 个进程，其中三条泳道已经结束。善后由内核包办：内存、描述符、" +
              "锁，统统收回。前一个客户端留下的任何东西，都漏不到后一个那里。",
          },
        },
        {
          text: {
            en: "Three: the children take the next clients",
            zh: "三个：原来的子进程接着服务新来的",
          },
          when: atMost("processes", 3),
          because: {
            en: "A child that went back to `accept` would do that. This has been built, of " +
              "course: it is called prefork, and chapter 12 has it.",
            zh: "子进程要是回去 `accept`，就会这样。这种做法当然也有，叫做 prefork，第 12 章会" +
              "讲到。",
          },
        },
        {
          text: {
            en: "Four or five: only as many new ones as are missing",
            zh: "四五个：缺几个才补几个",
          },
          when: [above("processes", 3), below("processes", 6)],
          because: {
            en: "Nobody counts which children are idle. This server knows one rule: fork for " +
              "each client.",
            zh: "没有谁去数哪些子进程空着。这个服务器只认一条规矩：来一个客户端，就 fork 一次。",
          },
        },
      ],
      actions: [
        sleep(0),
        close(3),
        until(exactly("clients", 0)),
        open(3),
        until(atLeast("clients", 3), atLeast("served", 3), exactly("backlog", 0)),
      ],
    },
    {
      kind: "explain",
      text: {
        en: "A process that has ended is not quite gone. Its exit status stays with the kernel " +
          "until the parent asks for it with `wait`; until then it is a zombie, a line in the " +
          "process table without memory. A server that never waits collects zombies until no " +
          "number is left.\n\nThe kernel sends SIGCHLD when a child ends. This server has a " +
          "handler for it, so the signal interrupts `accept`. One signal may stand for several children, so the parent waits in a loop.",
        zh: "进程结束了，还不算彻底消失。它的退出状态由内核留着，等父进程用 `wait` 来问；在那" +
          "之前它是僵尸进程，没有内存，只在进程表里占一行。服务器若从不 `wait`，僵尸就越积越" +
          "多，直到进程号用完。\n\n子进程结束时，内核给父进程发 SIGCHLD；这个服务器装了处理函数，`accept` 便被打断。一" +
          "个信号可能代表好几个子进程，所以父进程要循环着 `wait`。",
      },
    },
    {
      kind: "predict",
      question: {
        en: "The server takes about 100 MB, most of it the JavaScript engine, and a child " +
          "begins as a copy of it. Twenty more clients come. How much memory does each add?",
        zh: "这个服务器占 100 MB 左右，多半是 JavaScript 引擎，而子进程一开始就是它的副本。再" +
          "来二十个客户端，每个要添多少内存？",
      },
      answers: [
        {
          text: { en: "About 100 MB: a copy is a copy", zh: "100 MB 左右：副本就是副本" },
          when: atLeast("memoryPerClientKb", 50_000),
          because: {
            en: "The first versions of `fork` did copy everything. Later ones put the copying " +
              "off until somebody writes.",
            zh: "最早的 `fork` 确实是全部复制。后来的 Unix 都学会了拖延：不到非复制不可，就不" +
              "复制。",
          },
        },
        {
          text: {
            en: "About half of it: the code is shared, the data is copied",
            zh: "一半左右：代码共享，数据要复制",
          },
          when: [above("memoryPerClientKb", 8_000), below("memoryPerClientKb", 50_000)],
          because: {
            en: "Data is shared, too, as long as nobody writes to it.",
            zh: "数据也是共享的，只要没有人去写。",
          },
        },
        {
          text: {
            en: "A few megabytes at most: nearly everything is shared",
            zh: "至多几 MB：几乎全是共享的",
          },
          when: atMost("memoryPerClientKb", 8_000),
          because: {
            en: "About {memoryPerClientKb} kB each. `fork` copies only the page tables, and " +
              "marks the pages read-only. The first one to write to a page gets a copy of it: copy " +
              "on write.",
            zh: "每个大约 {memoryPerClientKb} kB。`fork` 只复制页表，并把页面都标成只读；谁先" +
              "去写某一页，谁才得到那一页的副本。这就是写时复制。",
          },
        },
      ],
      actions: [
        open(20),
        until(
          atLeast("clients", 23),
          atLeast("served", 23),
          exactly("backlog", 0),
          atLeast("messages", 150),
        ),
      ],
    },
    {
      kind: "experiment",
      args: ["lab", "copy-on-write"],
      text: {
        en: "The laboratory watches copy on write at work. A child reads 32 MB of its parent " +
          "and owns next to nothing of it. Then it writes 2,000 bytes, each in another page, " +
          "and owns 2,000 pages.",
        zh: "实验室来看写时复制的现场：子进程把父进程的 32 MB 读了一遍，自己名下几乎没多出什" +
          "么；再写 2000 个字节，每个写在不同的页上，名下就多了 2000 页。",
      },
    },
    {
      kind: "check",
      question: {
        en: "Twenty-three clients are connected. How many processes serve them?",
        zh: "现在连着二十三个客户端。有多少个进程在服务它们？",
      },
      answers: [
        {
          text: { en: "Twenty-three", zh: "二十三个" },
          when: [atLeast("processes", 23), atMost("processes", 26)],
          because: {
            en: "{processes}. With ten thousand clients it would be ten thousand: page tables, " +
              "kernel stacks, a scheduler with ten thousand candidates. That is the price of this " +
              "model.",
            zh: "{processes} 个。要是一万个客户端，就是一万个进程：一万份页表和内核栈，调度器" +
              "面对一万个候选者。这就是这个模型的代价。",
          },
        },
        {
          text: { en: "About as many as the machine has processors", zh: "大约和处理器一样多" },
          when: below("processes", 12),
          because: {
            en: "That is the right number for work that computes. This server does not know it.",
            zh: "对于埋头计算的活，那才是合适的数目。这个服务器并不懂这个道理。",
          },
        },
        {
          text: { en: "More, since each client needs two", zh: "还要多：一个客户端要两个进程" },
          when: [above("processes", 26)],
          because: {
            en: "Nothing here needs a second process: the child receives and sends by itself.",
            zh: "没有什么事需要第二个进程：收发都由子进程自己来做。",
          },
        },
        {
          text: {
            en: "Fewer, because some children serve several",
            zh: "少一些：有的子进程兼顾好几个客户端",
          },
          when: [atLeast("processes", 12), below("processes", 23)],
          because: {
            en: "A child in `recv` is as deaf to others as the server of chapter 1.",
            zh: "等在 `recv` 里的子进程，和第 1 章的服务器一样，听不见别的客户端。",
          },
        },
      ],
    },
    {
      kind: "read",
      text: {
        en: "Separate processes remain the strongest wall there is. When a child crashes, one " +
          "client notices. PostgreSQL still gives each connection a process, and `sshd` too. " +
          "Apache began with forked children, made in advance.\n\nThe limit is the number. " +
          "Hundreds of clients are fine. For thousands that say little, each is a heavy way to " +
          "remember one thing: where in the conversation a client is.",
        zh: "独立的进程至今仍是最结实的隔墙：一个子进程崩溃，只有一个客户端察觉。PostgreSQL 直" +
          "到今天还是每个连接一个进程，`sshd` 也是；Apache 起家时用的是预先 fork 好的子进程。" +
          "\n\n限制在于数目。几百个客户端没有问题。若是成千上万、话又不多的客户端，用一整个进程" +
          "去记住一件事——这个客户端说到哪儿了——就太重了。",
      },
    },
  ],
  tryIt: [
    {
      command: "playground serve process --sockets libc --watch 0 --open",
      says: {
        en: "In the first terminal; its page opens in your browser.",
        zh: "在第一个终端里运行，页面会在浏览器里打开。",
      },
    },
    {
      command: "playground flood --conns 20 --duration 3s",
      says: {
        en:
          "In the second terminal: twenty clients at once. Meanwhile `ps -ef` lists the children.",
        zh: "在第二个终端里运行：二十个客户端一起来。这时用 `ps -ef` 可以看到子进程。",
      },
    },
    {
      command: "playground serve process --exec cat",
      says: {
        en:
          "Any program can be the child: `cat` knows nothing of sockets, and is an echo server. This is how inetd worked.",
        zh:
          "任何程序都能当子进程：`cat` 对套接字一无所知，照样成了回显服务器。当年的 inetd 就是这样做的。",
      },
    },
    {
      command: "playground lab zombies",
      says: {
        en: "What a zombie has left, and why it cannot be killed.",
        zh: "僵尸进程还剩下什么，又为什么杀不死。",
      },
    },
  ],
};
