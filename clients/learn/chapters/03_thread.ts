import type { Chapter } from "../chapter.ts";
import {
  above,
  atLeast,
  atMost,
  below,
  close,
  exactly,
  halfClose,
  open,
  serve,
  SILENCE,
  talk,
  until,
} from "./stage.ts";

/** A thread per client, and a pool of threads. */
export const thread: Chapter = {
  id: "thread",
  title: { en: "A thread per client", zh: "每个客户端一个线程" },
  minutes: 8,
  steps: [
    {
      kind: "read",
      text: {
        en: "A process has everything of its own: memory, descriptors, a life. Most of that a " +
          "client does not need. It needs a place where the code can stop and go on, and that " +
          "is a stack.\n\nA thread is just that: a stack and the registers, within a process. " +
          "All threads share the memory and the descriptors, and the kernel switches between " +
          "them as it does between processes.",
        zh: "进程什么都是自己的：内存、描述符、生死。这些，一个客户端多半用不上。它要的只是一" +
          "个能停下来、又能接着走的地方，也就是一个栈。\n\n线程正是如此：进程里的一个栈，加上一" +
          "组寄存器。内存和描述符大家共用，由内核在线程之间切换，就像在进程之间切换一样。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "The course starts a server with a thread for each client. The main thread only " +
          "accepts.",
        zh: "课程启动一个服务器，每个客户端一个线程。主线程只管接受连接。",
      },
      actions: [serve("thread"), talk(300)],
    },
    {
      kind: "predict",
      question: {
        en: "Three clients come and talk. What will the picture show?",
        zh: "来了三个客户端，都在说话。图上会看到什么？",
      },
      answers: [
        {
          text: { en: "Three lanes, each with a process number", zh: "三条泳道，各有一个进程号" },
          when: above("processes", 0),
          because: {
            en: "For a new process number somebody must call `fork`. Nobody does: threads live " +
              "inside the process that there is.",
            zh: "要有新的进程号，就得有谁调用 `fork`。这里没有：线程都活在原有的进程里。",
          },
        },
        {
          text: { en: "Three lanes, and no new process", zh: "三条泳道，没有新的进程" },
          when: [atMost("processes", 0), atLeast("lanes", 3)],
          because: {
            en: "{lanes} lanes, {processes} new processes. One process now sleeps in several " +
              "`recv` calls at once, one for each thread.",
            zh: "{lanes} 条泳道，{processes} 个新进程。同一个进程，如今能同时睡在好几个 `recv` " +
              "里，每个线程一个。",
          },
        },
        {
          text: {
            en: "One lane: a process does one thing at a time",
            zh: "一条泳道：一个进程一次只做一件事",
          },
          when: [atMost("processes", 0), below("lanes", 3)],
          because: {
            en: "It is threads that do one thing at a time. A process may have many of them.",
            zh: "一次只做一件事的是线程。一个进程可以有许多线程。",
          },
        },
      ],
      actions: [open(3), until(atLeast("served", 3), exactly("backlog", 0), exactly("queued", 0))],
    },
    {
      kind: "observe",
      at: "workers",
      text: {
        en: "Each of these lanes is a thread. The picture is that of chapter 2, but look at " +
          "what is missing: nobody closes a copy of the connection, and there is no `wait`. The " +
          "main thread, on top, has handed the descriptor to the thread and gone back to " +
          "`accept`.",
        zh: "这些泳道各是一个线程。图和第 2 章的一样，但少了两样东西：没有谁要关掉自己那份连" +
          "接，也不用 `wait`。最上面的主线程把描述符交给线程，就回去 `accept` 了。",
      },
    },
    {
      kind: "experiment",
      args: ["lab", "shared-descriptor"],
      text: {
        en: "In chapter 2 the parent had to close its copy of the connection. With threads it " +
          "must not: they share one table of descriptors, so there is no copy to close. The " +
          "laboratory tries it both ways, and both ways wrong.",
        zh: "第 2 章里，父进程必须关掉自己那份连接；换成线程，却千万不能关：大家共用一张描述符" +
          "表，根本没有“自己那份”。实验室把两种情形的对与错都试一遍。",
      },
    },
    {
      kind: "predict",
      question: {
        en: "The three clients leave, and three others come. How many threads will have served " +
          "these six?",
        zh: "三个客户端走了，又来三个。这六个客户端，总共由几个线程服务过？",
      },
      answers: [
        {
          text: {
            en: "Three: each thread takes another client",
            zh: "三个：每个线程接着服务下一个",
          },
          when: atMost("lanes", 3),
          because: {
            en: "{lanes} threads. A thread is expensive to start, so this server keeps those " +
              "whose client has left, as MySQL does with its `thread_cache_size`.",
            zh: "{lanes} 个线程。启动一个线程不便宜，所以客户端走了，这个服务器就把线程留下来" +
              "等下一个，MySQL 的 `thread_cache_size` 也是这个意思。",
          },
        },
        {
          text: {
            en: "Six: each thread ends with its client, as in chapter 2",
            zh: "六个：客户端一走线程就结束，和第 2 章一样",
          },
          when: atLeast("lanes", 6),
          because: {
            en: "You can have that with `--keep 0`. Processes end so that nothing is left of a " +
              "client; threads share their memory anyway, so there is less reason.",
            zh: "加上 `--keep 0` 就会这样。进程结束，是为了不留下客户端的任何痕迹；线程的内存" +
              "本来就是共用的，没有多少理由非结束不可。",
          },
        },
        {
          text: { en: "Four or five: it depends on who is quick", zh: "四五个：看谁腾得快" },
          when: [above("lanes", 3), below("lanes", 6)],
          because: {
            en: "This can happen when newcomers arrive before the threads have noticed that " +
              "theirs have left.",
            zh: "线程还没发觉自己的客户端走了，新客户端就来了，便会这样。",
          },
        },
      ],
      actions: [
        close(3),
        until(exactly("clients", 0)),
        open(3),
        until(atLeast("clients", 3), atLeast("served", 3), exactly("queued", 0)),
      ],
    },
    {
      kind: "explain",
      code: "recv",
      text: {
        en: "What does a thread cost? Linux reserves 8 MB of addresses for its stack, but " +
          "gives real memory only to the pages that are touched, so a thread in C takes some " +
          "tens of kilobytes, the kernel's part included. Switching to it means entering the " +
          "kernel, and caches that have grown cold.\n\nHere a thread costs more: each has a " +
          "JavaScript heap of its own, about 10 MB.",
        zh: "一个线程要花多少？Linux 给它的栈预留 8 MB 地址，但碰到哪一页才真给哪一页，所以 C " +
          "写的线程连内核那部分在内，不过几十 kB。切换到它要进一趟内核，缓存也往往凉了。\n\n这" +
          "里的线程更贵：每个都有一个自己的 JavaScript 堆，大约 10 MB。",
      },
    },
    {
      kind: "read",
      text: {
        en: "Shared memory is the strength of threads, and their danger. Two of them may " +
          "change the same list at the same time, and so need locks; locks bring waiting, and " +
          "two locks taken in a different order bring deadlock. One wild pointer takes down all " +
          "clients, not one.\n\nThe cost limits the number. So, many servers turn it round: a " +
          "fixed number of threads, and clients that queue for them. This is a thread pool.",
        zh: "共享内存是线程的长处，也是它的险处。两个线程可能同时改同一个列表，于是要加锁；有" +
          "锁就有等待，两把锁先后次序不一还会死锁。一个野指针带走的不是一个客户端，而是全部。" +
          "\n\n代价又限制了数目。所以许多服务器反过来做：线程数固定，让客户端来排队。这就是线程" +
          "池。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "The course now starts a pool of two threads. Both exist already, and wait for work.",
        zh: "课程现在启动一个只有两个线程的线程池。两个线程都已经在了，等着活干。",
      },
      actions: [serve("threadpool", "--threads", "2"), talk(300)],
    },
    {
      kind: "predict",
      question: {
        en: "Three clients come to the two threads. They talk, and stay. How many get answers?",
        zh: "两个线程，来了三个客户端，一直说话，都不走。有几个能得到应答？",
      },
      answers: [
        {
          text: {
            en: "All three: two threads share three clients",
            zh: "三个：两个线程分担三个客户端",
          },
          when: atLeast("served", 3),
          because: {
            en: "To share, a thread would have to leave a client in the middle. In a blocking " +
              "`recv` it cannot.",
            zh: "要分担，线程得中途放下一个客户端。它停在阻塞的 `recv` 里，放不下。",
          },
        },
        {
          text: {
            en: "Two: the third waits until one of them leaves",
            zh: "两个：第三个要等其中一个离开",
          },
          when: exactly("served", 2),
          because: {
            en: "{served} clients are served, {queued} is accepted and stands in the queue. A " +
              "thread of a pool belongs to a client, however little that client says.",
            zh: "{served} 个得到服务，{queued} 个已被接受，排在队里。池里的线程归一个客户端所" +
              "有，不管它话有多少。",
          },
        },
        {
          text: { en: "One: the other thread is kept in reserve", zh: "一个：另一个线程留作备用" },
          when: below("served", 2),
          because: {
            en: "Nothing is gained by a thread in reserve: an idle thread costs the same as " +
              "one that waits for a client.",
            zh: "留一个备用没有好处：闲着的线程和等客户端的线程花费一样。",
          },
        },
      ],
      actions: [open(3), until(atLeast("messages", 12))],
    },
    {
      kind: "observe",
      at: "queue",
      text: {
        en: "This one is accepted, and waits for a thread: the queue of the pool. The queue is " +
          "short on purpose. When it is full, the main thread stops accepting, and everybody " +
          "else waits in the backlog below. So a rush of clients makes clients wait, and does " +
          "not fill the memory.",
        zh: "这一个已经被接受，正在等线程：这是线程池的队列。队列是有意做短的。它满了，主线程" +
          "就不再接受，后来的都在下面的监听队列里等。所以客户端蜂拥而至，只会让客户端等待，不会" +
          "撑爆内存。",
      },
    },
    {
      kind: "check",
      question: {
        en: "In the pool, how many threads (lanes) have had a client so far?",
        zh: "在这个线程池里，到目前为止有几个线程（泳道）服务过客户端？",
      },
      answers: [
        {
          text: { en: "One", zh: "一个" },
          when: atMost("lanes", 1),
          because: {
            en: "One thread alone could not have answered two clients that both stay.",
            zh: "两个客户端都不走，一个线程不可能都应答。",
          },
        },
        {
          text: { en: "Two", zh: "两个" },
          when: exactly("lanes", 2),
          because: {
            en: "{lanes}, as `--threads 2` says, and it stays so for a thousand clients.",
            zh: "{lanes} 个，正如 `--threads 2` 所说；来一千个客户端也还是这么多。",
          },
        },
        {
          text: { en: "Three", zh: "三个" },
          when: atLeast("lanes", 3),
          because: {
            en: "A pool does not grow for a client that waits. That is its point.",
            zh: "线程池不会因为有客户端在等就变大，它的意义正在于此。",
          },
        },
      ],
    },
    {
      kind: "predict",
      question: {
        en: "Now all three say that they have nothing more to send. What happens to the third, " +
          "which has been waiting with its messages in the buffer?",
        zh: "现在三个客户端都声明不再发送。第三个一直在等，它的消息还在缓冲区里，它会怎样？",
      },
      answers: [
        {
          text: {
            en: "A thread becomes free, takes it, and answers",
            zh: "有线程腾出来，接过它，给它应答",
          },
          when: [atLeast("messages", 1), atMost("lanes", 2)],
          because: {
            en: "The thread received what had piled up, answered, and saw the end. In a pool, " +
              "the wait for a thread is part of every answer's time.",
            zh: "线程取走攒下的消息，答完，也看到了结束。用线程池时，等线程的时间要算进每次应" +
              "答的时间里。",
          },
        },
        {
          text: {
            en: "Nothing: it came too late, and ends without an answer",
            zh: "不怎样：它来得太晚，没有应答就结束了",
          },
          when: below("messages", 1),
          because: {
            en:
              "Its bytes are with the kernel, and its connection is in the queue. Neither goes away.",
            zh: "它的字节在内核手里，它的连接在队列里，哪样都不会消失。",
          },
        },
        {
          text: { en: "A third thread is started for it", zh: "为它新启动第三个线程" },
          when: [atLeast("messages", 1), above("lanes", 2)],
          because: {
            en: "The pool has as many threads as in the beginning, come what may.",
            zh: "无论如何，池里的线程还是一开始的那么多。",
          },
        },
      ],
      actions: [SILENCE, halfClose(3), until(exactly("clients", 0))],
    },
    {
      kind: "read",
      text: {
        en: "Pools suit clients that come, get one thing done, and go. Java's web servers were " +
          "built on them for twenty years. They are wrong for clients that stay and are silent: " +
          "as many of those as there are threads, and the server stands still, with an idle " +
          "CPU. A chat is the worst case.\n\nRemember the question behind it: must a client " +
          "that says nothing occupy a thread?",
        zh: "线程池适合来了就办事、办完就走的客户端，Java 的 Web 服务器靠它过了二十年。客户端" +
          "若赖着不走又不说话，就不合适了：这样的客户端只要和线程一样多，服务器就停摆，CPU 却闲" +
          "着。聊天是最糟的情形。\n\n记住背后的问题：一个不说话的客户端，凭什么占着一个线程？",
      },
    },
  ],
  tryIt: [
    {
      command: "playground serve threadpool --threads 2",
      says: { en: "In the first terminal.", zh: "在第一个终端里运行。" },
    },
    {
      command: "playground flood --conns 3 --duration 3s",
      says: {
        en: "In the second terminal: two are served, and the flood says how many wait.",
        zh: "在第二个终端里运行：两个得到服务，flood 会说还有几个在等。",
      },
    },
    {
      command: "playground serve thread --spare 20 --sleep 100",
      says: {
        en: "Twenty threads, started ahead, whose handlers sleep. Flood it with `--conns 20`.",
        zh: "预先启动二十个线程，处理函数都要睡一会儿。用 `--conns 20` 冲击它。",
      },
    },
    {
      command: "playground lab process-cost",
      says: {
        en: "What a process, a thread and a coroutine cost.",
        zh: "进程、线程、协程各要花多少。",
      },
    },
  ],
};
