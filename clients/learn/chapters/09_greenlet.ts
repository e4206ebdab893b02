import type { Chapter } from "../chapter.ts";
import {
  above,
  atLeast,
  atMost,
  below,
  exactly,
  open,
  serve,
  talk,
  until,
  UNTIL_CPU_IS_MEASURED,
} from "./stage.ts";

/** Coroutines with names, and a main one that waits for all sockets. */
export const greenlet: Chapter = {
  id: "greenlet",
  title: { en: "greenlet", zh: "greenlet" },
  minutes: 7,
  steps: [
    {
      kind: "read",
      text: {
        en: "`yield` says “not me, somebody else”. Who, it does not say; that is left to a " +
          "scheduler which knows nothing.\n\nA greenlet says who. It is a coroutine with a name " +
          "and one operation: `g.switch()` suspends the one that runs and resumes `g`. The idea " +
          "comes from Stackless Python, of which greenlet is a piece that works in the ordinary " +
          "Python.",
        zh: "`yield` 说的是“别找我，换别人”。换谁，它不说，留给那个什么都不知道的调度器。" +
          "\n\ngreenlet 会指名道姓。它是有名字的协程，操作只有一个：`g.switch()` 挂起正在运行的" +
          "那个，让 `g` 接着走。这个想法出自 Stackless Python，greenlet 就是从那里拆出来、能装" +
          "在普通 Python 上的一块。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "Two greenlets, A and B, that switch to each other by name. There is no scheduler " +
          "anywhere.",
        zh: "两个 greenlet，A 和 B，点着名切换到对方。哪儿都没有调度器。",
      },
      actions: [{ do: "run", args: ["demo", "greenlet", "--rounds", "3", "--pause", "200ms"] }],
    },
    {
      kind: "explain",
      text: {
        en: "In Python, a greenlet can switch from any depth: ten functions down, in a library " +
          "that knows nothing of it. To do that, it copies its piece of the C stack to the " +
          "heap, and back when it is resumed. Such coroutines are called stackful.\n\nA " +
          "JavaScript generator has one frame only. So here each function on the way says " +
          "`yield*`, and you see in the code where a switch may happen.",
        zh: "在 Python 里，greenlet 从多深的地方都能切换：往下十层，身在一个对此一无所知的库里" +
          "也行。办法是把自己那一截 C 栈拷到堆上，轮到它时再拷回来。这种协程叫有栈协程。" +
          "\n\nJavaScript 的生成器只有一个栈帧，所以这里沿途的每个函数都要写 `yield*`。好处是，" +
          "哪里可能切换，一看代码就知道。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "Now the server. Each client has a greenlet. The main greenlet is the loop: it " +
          "waits in `epoll_wait`. The course opens three clients, which are silent.",
        zh: "再看服务器。每个客户端一个 greenlet，主 greenlet 就是循环，等在 `epoll_wait` 里。" +
          "课程打开三个客户端，都不说话。",
      },
      actions: [serve("greenlet"), open(3), until(exactly("waiting", 3))],
    },
    {
      kind: "explain",
      code: "wait",
      text: {
        en: "A greenlet that finds nothing to receive switches to the main one. The main one " +
          "sleeps until sockets are ready, looks up whose they are, and switches there. When a " +
          "greenlet has ended, its parent goes on, which is the main one as well.\n\nSo the " +
          "table “socket → greenlet” is all that is left of the state machine.",
        zh: "greenlet 发现没有可收的，就切换到主 greenlet。主 greenlet 睡到有套接字就绪，查出" +
          "是谁的，再切换过去。greenlet 结束后，由它的父 greenlet 接着走，那也是主 greenlet。" +
          "\n\n当初那台状态机，如今只剩下一张“套接字 → greenlet”的表。",
      },
    },
    {
      kind: "predict",
      question: {
        en:
          "While everybody was silent, the scheduler of chapter 8 went round and round. And the main greenlet of this server?",
        zh: "大家都不说话时，第 8 章的调度器一轮一轮转个不停。这个服务器的主 greenlet 呢？",
      },
      answers: [
        {
          text: {
            en: "It does the same: somebody must resume the greenlets",
            zh: "一样：总得有谁去唤起 greenlet",
          },
          when: atLeast("returnsPerSecond", 1_000),
          because: {
            en: "Somebody must, but only when there is a reason, and epoll knows the reason.",
            zh: "是得有谁去唤，但有了由头才唤，而由头 epoll 知道。",
          },
        },
        {
          text: {
            en: "It looks after them some hundred times a second",
            zh: "每秒去照看它们几百次",
          },
          when: [atLeast("returnsPerSecond", 10), below("returnsPerSecond", 1_000)],
          because: {
            en:
              "It would be a pause, as in chapter 4, with a pause's disadvantages. Here nothing goes by the clock.",
            zh: "那就又是第 4 章的停顿，连同停顿的毛病。这里什么都不靠钟点。",
          },
        },
        {
          text: { en: "It sleeps, and resumes nobody", zh: "睡着，谁也不唤" },
          when: below("returnsPerSecond", 10),
          because: {
            en:
              "{returns} returns in {seconds} seconds, {cpuPercent} percent of a processor. All greenlets are suspended, and the thread sleeps in `epoll_wait`: coroutines and readiness, put together.",
            zh:
              "{seconds} 秒里返回 {returns} 次，只用掉一个处理器的 {cpuPercent}%。greenlet 全都挂起，线程睡在 `epoll_wait` 里：协程和就绪通知，终于走到了一起。",
          },
        },
      ],
      actions: [UNTIL_CPU_IS_MEASURED],
    },
    {
      kind: "predict",
      question: {
        en:
          "The three talk, each a few times a second. To how many greenlets does the main one switch for each return of `epoll_wait`, on average?",
        zh:
          "三个客户端说起话来，每秒各几次。`epoll_wait` 每返回一次，主 greenlet 平均要切换到几个 greenlet？",
      },
      answers: [
        {
          text: { en: "To all three, since any of them might go on", zh: "三个：哪个都可能接着走" },
          when: above("readyPerReturn", 2.5),
          because: {
            en: "That was the scheduler by `yield`. Two of the three would be resumed in vain.",
            zh: "那是用 `yield` 的调度器，三个里有两个是白唤的。",
          },
        },
        {
          text: {
            en: "Mostly to one: the one whose socket is ready",
            zh: "多半是一个：套接字就绪的那个",
          },
          when: below("readyPerReturn", 1.5),
          because: {
            en:
              "{readyPerReturn}. Each return of `epoll_wait` names those that can go on, and no greenlet is resumed in vain.",
            zh:
              "{readyPerReturn} 个。`epoll_wait` 每次返回都点名谁能接着走，没有一个 greenlet 是白唤的。",
          },
        },
        {
          text: {
            en: "To two: the ready one, and the one after it",
            zh: "两个：就绪的那个，和排在它后面的",
          },
          when: [atLeast("readyPerReturn", 1.5), atMost("readyPerReturn", 2.5)],
          because: {
            en: "There is no “after it”. Greenlets stand in a table, not in a row.",
            zh: "没有什么“后面的”。greenlet 在表里，不排队。",
          },
        },
      ],
      actions: [talk(500), until(atLeast("messages", 12))],
    },
    {
      kind: "observe",
      at: "lane:0",
      text: {
        en: "One lane, asleep in `epoll_wait` for most of the time, with short marks when a " +
          "client speaks. From outside nobody can tell this server from epoll's. The difference " +
          "is for those who read its code.",
        zh: "一条泳道，多半时间睡在 `epoll_wait` 里，客户端说话时才有一道短短的标记。从外面" +
          "看，它和 epoll 服务器分不出来。区别在读代码的人那里。",
      },
    },
    {
      kind: "check",
      question: {
        en: "How many sockets has `epoll_wait` looked at in vain?",
        zh: "`epoll_wait` 白看了多少个套接字？",
      },
      answers: [
        {
          text: { en: "Hardly any", zh: "几乎没有" },
          when: atMost("inVain", 10),
          because: {
            en:
              "{inVain}. The main greenlet inherits this from epoll, and passes it on to the greenlets.",
            zh: "{inVain} 个。主 greenlet 从 epoll 那里得了这个好处，又传给了各个 greenlet。",
          },
        },
        {
          text: { en: "One or two for each message", zh: "每条消息一两个" },
          when: [above("inVain", 10), atMost("inVain", "messages", 3)],
          because: {
            en: "In `select` there would be one for each silent client, and for each return.",
            zh: "换成 `select`，每次返回，每个没说话的客户端都要白看一次。",
          },
        },
        {
          text: { en: "Far more than there were messages", zh: "比消息多得多" },
          when: [above("inVain", 10), above("inVain", "messages", 3)],
          because: {
            en: "That would be polling, or `select` with many clients.",
            zh: "那是轮询，或者客户端很多时的 `select`。",
          },
        },
      ],
    },
    {
      kind: "predict",
      question: {
        en: "Every place that could wait needs its switch. Suppose someone forgets one: a " +
          "greenlet calls something that blocks the whole thread for two seconds. What do the " +
          "others notice?",
        zh: "凡是可能等待的地方都要写切换。假如有人漏了一处：某个 greenlet 调用了会把整个线程" +
          "堵住两秒的东西。别的 greenlet 会怎样？",
      },
      answers: [
        {
          text: { en: "Nothing: each has a stack of its own", zh: "不受影响：各有各的栈" },
          when: below("loopLatencyMs", 200),
          because: {
            en: "A stack of one's own is not a processor of one's own.",
            zh: "有自己的栈，不等于有自己的处理器。",
          },
        },
        {
          text: {
            en: "A short delay, until the main greenlet takes over",
            zh: "耽搁一小会儿，等主 greenlet 接手",
          },
          when: [atLeast("loopLatencyMs", 200), below("loopLatencyMs", 1_000)],
          because: {
            en: "The main greenlet cannot take over. It goes on only when somebody switches to it.",
            zh: "主 greenlet 接不了手。有谁切换给它，它才能走。",
          },
        },
        {
          text: { en: "All stand still for those two seconds", zh: "全都停住，停足这两秒" },
          when: atLeast("loopLatencyMs", 1_000),
          because: {
            en:
              "The loop took {loopLatencyMs} ms to answer. One forgotten switch, one `sleep` of the wrong library, and everybody waits.",
            zh:
              "循环过了 {loopLatencyMs} 毫秒才答话。漏写一处切换，或者用错一个库的 `sleep`，大家就都得等。",
          },
        },
      ],
      actions: [{ do: "block", ms: 2_000 }, until(atLeast("loopLatencyMs", 1_700))],
    },
    {
      kind: "experiment",
      args: ["lab", "cpu-hog"],
      text: {
        en: "One coroutine computes and never switches. The laboratory measures what becomes " +
          "of the others, and puts threads and processes beside it.",
        zh: "一个协程埋头计算，从不切换。实验室测一测别的协程怎样，再把线程和进程放在旁边比。",
      },
    },
    {
      kind: "read",
      text: {
        en: "Greenlets are exact, and demanding: each `recv` in your code must know whom to " +
          "switch to. Now, it is always the same one, the main greenlet. So the switch could be " +
          "put into `recv` itself, once and for all, and nobody would have to write it again. " +
          "This is gevent.",
        zh: "greenlet 精确，也苛刻：写 `recv` 的人，得知道该切换给谁。可是想想看，要切换给的永" +
          "远是同一个，主 greenlet。那就把切换写进 `recv` 里，一劳永逸，谁也不用再写。这就是 " +
          "gevent。",
      },
    },
  ],
  tryIt: [
    { command: "playground demo greenlet", says: { en: "A and B.", zh: "A 和 B。" } },
    {
      command: "playground serve greenlet --sockets libc --stats",
      says: {
        en: "In the first terminal; Ctrl-C shows the wake-ups.",
        zh: "在第一个终端里运行，按 Ctrl-C 可以看到醒来多少次。",
      },
    },
    {
      command: "playground flood --conns 1000 --duration 3s",
      says: { en: "In the second terminal.", zh: "在第二个终端里运行。" },
    },
  ],
};
