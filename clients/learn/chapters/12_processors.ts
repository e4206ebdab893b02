import type { Chapter } from "../chapter.ts";
import { above, atLeast, atMost, below, exactly, open, serve, talk, until } from "./stage.ts";

/** Several processes and several loops on one port. */
export const processors: Chapter = {
  id: "processors",
  title: { en: "Many processors", zh: "用上多个处理器" },
  minutes: 10,
  steps: [
    {
      kind: "read",
      text: {
        en: "One loop is one thread, and one thread is one processor. Machines have eight, or " +
          "a hundred. To use them, a server needs several threads or processes, and then a " +
          "question arises that we have not had yet: a client comes to the one port. Who gets " +
          "it?\n\nThere are three answers. The first one to take it has it. The kernel draws " +
          "lots. Or somebody stands at the door, and decides.",
        zh: "一个循环就是一个线程，一个线程就是一个处理器。如今的机器有八个，甚至上百个处理" +
          "器。要用上它们，服务器就得有好几个线程或进程，于是冒出一个从没遇到过的问题：端口只有" +
          "一个，客户端来了，归谁？\n\n答案有三种：谁先抢到归谁，内核抽签决定，或者由把门的那个" +
          "来分派。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "The oldest answer first, `prefork`. The parent listens and forks two children " +
          "before any client comes. Then all of them sleep in `accept`, on the same listener.",
        zh: "先看最老的答案 `prefork`。父进程先监听，不等客户端来，就 fork 好两个子进程，然后" +
          "它们都睡在同一个监听套接字的 `accept` 里。",
      },
      actions: [serve("prefork", "--workers", "2"), talk(300)],
    },
    {
      kind: "predict",
      question: {
        en: "Three clients come to the two children, talk, and stay. How many get answers?",
        zh: "两个子进程，来了三个客户端，说着话，都不走。有几个得到应答？",
      },
      answers: [
        {
          text: { en: "Three: the parent forks another child", zh: "三个：父进程会再 fork 一个" },
          when: atLeast("served", 3),
          because: {
            en:
              "It forks another only when one has died. Apache's prefork does add children under load, up to a limit.",
            zh: "死了一个，它才补一个。Apache 的 prefork 倒是会随负载添加，但也有上限。",
          },
        },
        {
          text: { en: "Two; the third waits in the backlog", zh: "两个，第三个在监听队列里等" },
          when: exactly("served", 2),
          because: {
            en:
              "{served} are served, {backlog} waits in the backlog. Each child is the blocking server of chapter 1: as many clients as children.",
            zh:
              "{served} 个得到服务，{backlog} 个在监听队列里等。每个子进程都是第 1 章的阻塞服务器：有几个子进程，就服务几个客户端。",
          },
        },
        {
          text: {
            en: "One: the other child was woken for nothing",
            zh: "一个：另一个子进程白醒了一趟",
          },
          when: below("served", 2),
          because: {
            en: "Each `accept` takes another client out of the queue, so both children are busy.",
            zh: "每个 `accept` 从队列里取走的是不同的客户端，所以两个子进程都有事做。",
          },
        },
      ],
      actions: [open(3), until(atLeast("messages", 12))],
    },
    {
      kind: "explain",
      code: "accept",
      text: {
        en: "The fork is paid for beforehand, and a crash still costs one client. What happens " +
          "when all sleep in one `accept`, and a client comes? On early Unix, all of them woke " +
          "up and all but one went back to sleep: the thundering herd. So Apache and others put " +
          "a lock around `accept`.\n\nToday's kernels queue the sleepers and wake one. The lock " +
          "has become superfluous; its name has remained famous.",
        zh: "fork 的代价提前付清了，崩溃也还是只赔上一个客户端。大家都睡在同一个 `accept` 里，" +
          "来了一个客户端，会怎样？早年的 Unix 上，全部醒来，除了一个，又都睡回去，这就是惊群。" +
          "为此 Apache 等服务器在 `accept` 外面加了锁。\n\n如今的内核让睡着的排队，只唤醒一个。" +
          "锁已经多余，名声倒还在。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "Now each child runs an event loop instead of a blocking one: `workers`, the way " +
          "of nginx. The inherited listener is in each child's epoll. Two workers, and forty " +
          "clients.",
        zh: "现在让每个子进程跑事件循环，不再阻塞：这就是 `workers`，nginx 的做法。继承来的监" +
          "听套接字，在每个子进程的 epoll 里都有一份。两个工作进程，四十个客户端。",
      },
      actions: [
        serve("workers", "--workers", "2"),
        open(40),
        until(exactly("clients", 40), exactly("backlog", 0)),
      ],
    },
    {
      kind: "predict",
      question: {
        en: "All forty talk. How many of them get answers?",
        zh: "四十个都说起话来。有多少个得到应答？",
      },
      answers: [
        {
          text: { en: "Two, as before: one for each process", zh: "还是两个：一个进程一个" },
          when: atMost("served", 2),
          because: {
            en: "A blocked process serves one client. A loop serves all that it has.",
            zh: "阻塞着的进程只服务一个客户端。循环能服务它手里的全部。",
          },
        },
        {
          text: { en: "About twenty: half of them", zh: "二十个左右：一半" },
          when: [above("served", 2), below("served", 40)],
          because: {
            en:
              "Every client has been accepted by one of the two, and neither of them waits for a single client.",
            zh: "每个客户端都被两个中的一个接受了，而它们谁也不会为单独一个客户端等着。",
          },
        },
        {
          text: { en: "All forty", zh: "四十个全都得到" },
          when: atLeast("served", 40),
          because: {
            en:
              "{served} clients, {processes} processes with a client. A loop for each processor, and nothing shared but the listener: the standard form of a fast server.",
            zh:
              "{served} 个客户端，有客户端的进程 {processes} 个。每个处理器一个循环，除了监听套接字什么也不共享：高性能服务器的标准样式。",
          },
        },
      ],
      actions: [talk(300), until(atLeast("served", 40))],
    },
    {
      kind: "observe",
      at: "workers",
      text: {
        en: "The lanes are the worker processes, each with its pid and its clients. How many " +
          "each one got is chance: the quicker one takes the client. A client never changes its " +
          "worker.",
        zh: "泳道是各个工作进程，标着进程号和自己的客户端。谁分到几个全凭偶然：看谁手快。客户" +
          "端从此不会再换工作进程。",
      },
    },
    {
      kind: "experiment",
      args: ["lab", "thundering-herd"],
      text: {
        en: "With a listener in several epolls, the herd is back: a client makes it readable " +
          "for all. Since Linux 4.5 there is EPOLLEXCLUSIVE, which wakes as few as possible. " +
          "The laboratory counts who wakes up.",
        zh: "监听套接字进了好几个 epoll，惊群又回来了：来一个客户端，对大家都是可读。Linux 4.5 " +
          "起有了 EPOLLEXCLUSIVE，唤醒的尽量少。实验室数一数，醒来的有几个。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "The second answer: let the kernel draw lots. With SO_REUSEPORT (Linux 3.9), each " +
          "loop has a listener of its own on the same port. The kernel hashes the addresses and " +
          "ports of a connection, and the hash decides in whose queue it goes.",
        zh: "第二种答案：让内核抽签。有了 SO_REUSEPORT（Linux 3.9），每个循环在同一个端口上各" +
          "有一个监听套接字。内核对连接双方的地址和端口求哈希，由哈希值决定它进谁的队列。",
      },
      actions: [serve("reuseport", "--workers", "2")],
    },
    {
      kind: "predict",
      question: {
        en: "Forty clients come, all from this machine. Which of the two loops get clients?",
        zh: "来了四十个客户端，都出自本机。两个循环里，哪些会分到客户端？",
      },
      answers: [
        {
          text: { en: "One: all come from the same address", zh: "一个：大家来自同一个地址" },
          when: atMost("lanes", 1),
          because: {
            en: "The address is the same, the port is not. And the port goes into the hash, too.",
            zh: "地址相同，端口不同，而端口也参与求哈希。",
          },
        },
        {
          text: { en: "Both", zh: "两个都有" },
          when: exactly("lanes", 2),
          because: {
            en:
              "{lanes} lanes with clients. That all forty fall to one is as likely as that forty coins show the same side.",
            zh:
              "{lanes} 条泳道有客户端。四十个全落到一边的可能性，和抛四十次硬币全是同一面一样小。",
          },
        },
        {
          text: { en: "Both, and the main thread takes the rest", zh: "两个都有，主线程再兜底" },
          when: above("lanes", 2),
          because: {
            en: "The main thread has no listener. A client whose loop is busy waits for that loop.",
            zh: "主线程没有监听套接字。自己的循环忙，客户端就只能等它。",
          },
        },
      ],
      actions: [open(40), until(exactly("clients", 40), exactly("backlog", 0))],
    },
    {
      kind: "experiment",
      args: ["lab", "stuck-worker"],
      text: {
        en: "The hash is fair, and blind: it does not know which loop is busy. The laboratory " +
          "lets one worker compute, sends sixty clients, and counts those who wait. This is one " +
          "reason why `reuseport` is a switch of nginx, and not its default.",
        zh: "哈希公平，但是盲目：它不知道谁正忙。实验室让一个工作进程埋头计算，再派去六十个客" +
          "户端，数数有几个在等。nginx 只把 `reuseport` 做成开关，没有默认打开，这是原因之一。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "The third answer: a thread at the door. In `reactors`, one thread accepts and " +
          "hands each connection to one of the loops, in turn. memcached does so, and Netty " +
          "with its boss and workers.",
        zh: "第三种答案：让一个线程把门。`reactors` 里有个线程专管接受，把连接轮流交给各个循" +
          "环。memcached 这样做，Netty 的 boss 和 worker 也是。",
      },
      actions: [
        serve("reactors", "--workers", "2"),
        open(10),
        until(exactly("waiting", 10)),
        talk(300),
        until(atLeast("served", 10)),
      ],
    },
    {
      kind: "check",
      question: {
        en: "Ten clients, handed out in turn. How many lanes have clients?",
        zh: "十个客户端，轮流分派。有几条泳道分到了客户端？",
      },
      answers: [
        {
          text: { en: "Two: the loops, with five each", zh: "两条：两个循环各五个" },
          when: exactly("lanes", 2),
          because: {
            en:
              "{lanes}. Exactly in turn; with `--hand least-busy` it would be the loop with the fewest clients. The price: a hand-over and a wake-up for each connection.",
            zh:
              "{lanes} 条。轮流分派，不多不少；换成 `--hand least-busy`，就给客户端最少的循环。代价是每条连接都要转交一次、唤醒一次。",
          },
        },
        {
          text: { en: "Three: the one at the door as well", zh: "三条：把门的也算" },
          when: atLeast("lanes", 3),
          because: {
            en: "The one at the door accepts and passes on. It never touches a byte.",
            zh: "把门的只接受、只转交，一个字节也不碰。",
          },
        },
        {
          text: { en: "One: ten are too few to share", zh: "一条：十个太少，不值得分" },
          when: atMost("lanes", 1),
          because: {
            en: "In turn means in turn, from the second client on.",
            zh: "说轮流就是轮流，从第二个客户端就开始。",
          },
        },
      ],
    },
    {
      kind: "read",
      text: {
        en: "Which one? Workers on one listener, as with nginx, if requests are short. A " +
          "listener each, as with Envoy and many DNS servers, if connections come in masses. " +
          "One at the door, if placement matters. In all of them a connection stays where it " +
          "fell, so one busy client can still hold up its neighbours.\n\nGo and Tokio go " +
          "further: idle threads steal tasks from busy ones. That needs memory that all threads " +
          "share.",
        zh: "选哪种？请求都很短，就像 nginx 那样，几个工作进程共用一个监听套接字。连接来得铺天" +
          "盖地，就像 Envoy 和许多 DNS 服务器那样，各用各的。在意谁落到哪里，就设个把门的。无论" +
          "哪种，连接落在哪儿就一直在哪儿，一个忙碌的客户端照样会拖住邻居。\n\nGo 和 Tokio 走得" +
          "更远：闲着的线程从忙的那里偷任务。前提是所有线程共享内存。",
      },
    },
  ],
  tryIt: [
    {
      command: "playground serve workers --workers 4 --watch 0 --open",
      says: {
        en: "In the first terminal: a row for each worker.",
        zh: "在第一个终端里运行：每个工作进程一行。",
      },
    },
    {
      command: "playground flood --conns 200 --duration 3s",
      says: {
        en: "In the second terminal. Then the same with `serve reuseport` and `serve reactors`.",
        zh: "在第二个终端里运行。再换成 `serve reuseport` 和 `serve reactors` 各来一次。",
      },
    },
    {
      command: "playground lab accept-balance",
      says: {
        en: "A thousand clients, four workers: who gets how many.",
        zh: "一千个客户端，四个工作线程：谁分到多少。",
      },
    },
    {
      command: "playground lab lock-or-herd",
      says: {
        en: "Is the lock around `accept` worth anything today?",
        zh: "`accept` 外面那把锁，如今还值得吗？",
      },
    },
  ],
};
