import type { Chapter } from "../chapter.ts";
import {
  above,
  atLeast,
  atMost,
  below,
  burn,
  open,
  serve,
  SILENCE,
  sleep,
  talk,
  until,
} from "./stage.ts";

/** A hub, and calls that switch by themselves. */
export const gevent: Chapter = {
  id: "gevent",
  title: { en: "gevent", zh: "gevent" },
  minutes: 8,
  steps: [
    {
      kind: "read",
      text: {
        en: "gevent puts the switch where the waiting is. Its `recv`, `send`, `accept` and " +
          "`sleep` try first; if they would have to wait, they tell the hub what for, and " +
          "switch to it. The hub is the main greenlet with an event loop in it.\n\nIn Python, " +
          "`monkey.patch_all()` even replaces the standard library's own functions. Old " +
          "blocking programs then run a thousand clients in one thread, and do not know it.",
        zh: "gevent 把切换放在等待发生的地方。它的 `recv`、`send`、`accept`、`sleep` 先试一" +
          "试；要等的话，就告诉 hub 在等什么，然后切换过去。hub 就是肚子里装着事件循环的主 " +
          "greenlet。\n\n在 Python 里，`monkey.patch_all()` 甚至把标准库自己的函数都换掉。旧日" +
          "的阻塞程序从此在一个线程里服务上千客户端，自己还蒙在鼓里。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "First a riddle: three greenlets, each of which prints three lines. They were " +
          "spawned together. In which order do the lines come?",
        zh: "先出个谜：三个 greenlet 一起启动，各打印三行。这些行会按什么次序出现？",
      },
      actions: [{ do: "run", args: ["demo", "gevent", "--rounds", "3"] }],
    },
    {
      kind: "explain",
      text: {
        en: "One after another, each to its end. `spawn` only puts a greenlet on the hub's " +
          "list. And a greenlet that never waits never switches: there is no clock that takes " +
          "the thread away from it. This surprises everybody who comes from threads.",
        zh: "一个接一个，各自跑到底。`spawn` 只是把 greenlet 放进 hub 的名单；从不等待的 " +
          "greenlet，也就从不切换，没有哪个时钟来抢它的线程。用惯线程的人，头一回都会吃一惊。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "The same three, with one change: after each line, `sleep(200)`. Watch the order " +
          "now.",
        zh: "还是这三个，只改一处：每打印一行，就 `sleep(200)`。再看次序。",
      },
      actions: [{ do: "run", args: ["demo", "gevent-sleep", "--rounds", "3", "--pause", "200ms"] }],
    },
    {
      kind: "explain",
      text: {
        en: "They take turns, and all nine lines took three pauses instead of nine. `sleep` " +
          "told the hub the time and switched; the hub went to the next one. A hub keeps two " +
          "things: the sockets that greenlets wait for, in epoll, and the times, in a heap. Its " +
          "wait ends with whatever comes first.",
        zh: "轮着来了，而且九行只用了三次停顿的时间，不是九次。`sleep` 把时间告诉 hub，然后切" +
          "换；hub 转到下一个。hub 手里有两样东西：greenlet 在等的套接字，放在 epoll 里；到期时" +
          "间，放在堆里。它等的时候，哪个先到就为哪个醒。",
      },
    },
    {
      kind: "do",
      by: "reader",
      text: {
        en: "Now the server: start it, and open five clients that talk.",
        zh: "现在看服务器。启动它，再打开五个说话的客户端。",
      },
      actions: [serve("gevent"), talk(400), open(5), until(atLeast("served", 5))],
    },
    {
      kind: "observe",
      at: "code",
      text: {
        en: "Read `serveClient`, and compare it with that of chapter 1: the same loop, which " +
          "receives, answers, and receives again. What is new is `yield*`, which JavaScript " +
          "demands where a function may be suspended. In Python, even that is missing.",
        zh: "读读 `serveClient`，和第 1 章的比一比：还是那个循环，收、答、再收。多出来的是 " +
          "`yield*`，那是 JavaScript 的要求，标明函数可能在这里挂起。在 Python 里，连这个都不用写。",
      },
    },
    {
      kind: "predict",
      question: {
        en: "The handler waits a second before each answer, as for a database. How many of the " +
          "five wait at the same time, in this one thread?",
        zh: "处理函数每次应答前等一秒，好比在等数据库。在这一个线程里，五个客户端同时在等的有" +
          "几个？",
      },
      answers: [
        {
          text: { en: "All five", zh: "五个都在等" },
          when: atLeast("asleep", 5),
          because: {
            en:
              "{asleep} at the same time. This is what coroutines are for: programs that mostly wait.",
            zh: "同时有 {asleep} 个。协程就是为此而生的：多半时间都在等的程序。",
          },
        },
        {
          text: { en: "One", zh: "一个" },
          when: atMost("asleep", 1),
          because: {
            en: "So it would be with a `sleep` that blocks the thread, as in the blocking server.",
            zh: "除非 `sleep` 堵住线程，就像在阻塞服务器里那样。",
          },
        },
        {
          text: { en: "Some of them", zh: "一部分" },
          when: [above("asleep", 1), below("asleep", 5)],
          because: {
            en: "Each sleep is an entry in the hub's heap, and the heap has room.",
            zh: "每次睡眠只是 hub 那个堆里的一项，堆里有的是地方。",
          },
        },
      ],
      actions: [sleep(1_000), until(atLeast("asleep", 5))],
    },
    {
      kind: "predict",
      question: {
        en: "Now the handler computes for 300 ms instead. How long does the hub take to answer?",
        zh: "现在处理函数改成计算 300 毫秒。hub 要多久才答话？",
      },
      answers: [
        {
          text: {
            en: "A few milliseconds: the hub switches between them",
            zh: "几毫秒：hub 在它们之间切换",
          },
          when: below("loopLatencyMs", 50),
          because: {
            en:
              "The hub runs only when a greenlet switches to it. A greenlet that computes does not.",
            zh: "有 greenlet 切换过来，hub 才能运行。埋头计算的 greenlet 不会切换。",
          },
        },
        {
          text: {
            en: "50 to 200 ms: each gets a slice of time",
            zh: "50 到 200 毫秒：每个都分到一片时间",
          },
          when: [atLeast("loopLatencyMs", 50), below("loopLatencyMs", 200)],
          because: {
            en: "Time slices are the kernel's, and it gives them to threads.",
            zh: "时间片是内核的东西，只发给线程。",
          },
        },
        {
          text: { en: "300 ms, or several times that", zh: "300 毫秒，或者它的好几倍" },
          when: atLeast("loopLatencyMs", 200),
          because: {
            en:
              "{loopLatencyMs} ms. The log says which greenlet it was: “held up all others”. Waiting is shared, computing is not.",
            zh:
              "{loopLatencyMs} 毫秒。日志里写着是哪个 greenlet 拖住了别人。等待可以凑到一起，计算不行。",
          },
        },
      ],
      actions: [burn(300), until(atLeast("loopLatencyMs", 200), atLeast("messages", 3)), SILENCE],
    },
    {
      kind: "observe",
      at: "log",
      text: {
        en: "The hub has measured how long each greenlet kept the thread, and names the worst. " +
          "In production, this is the most useful line that an event loop can write. Node has " +
          "`monitorEventLoopDelay` for it, and asyncio its debug mode.",
        zh: "每个 greenlet 占了线程多久，hub 都量着，并点出最严重的那个。在生产环境里，事件循" +
          "环能写出的日志，没有哪一行比这更有用。Node 有 `monitorEventLoopDelay`，asyncio 有调" +
          "试模式，都是为了它。",
      },
    },
    {
      kind: "check",
      question: {
        en: "How many threads served the five clients in all this?",
        zh: "这一番下来，有几个线程服务过这五个客户端？",
      },
      answers: [
        {
          text: { en: "Five", zh: "五个" },
          when: atLeast("lanes", 5),
          because: {
            en: "There are five greenlets. A greenlet is a generator and a few fields.",
            zh: "greenlet 倒有五个。一个 greenlet 不过是一个生成器，外加几个字段。",
          },
        },
        {
          text: { en: "One", zh: "一个" },
          when: atMost("lanes", 1),
          because: {
            en: "{lanes} lane. For more processors, run several such processes: chapter 12.",
            zh: "{lanes} 条泳道。想用上更多处理器，就多跑几个这样的进程：第 12 章。",
          },
        },
        {
          text: { en: "Two: one waits, one computes", zh: "两个：一个等，一个算" },
          when: [above("lanes", 1), below("lanes", 5)],
          because: {
            en: "If one could wait while the other computes, the hub would have answered at once.",
            zh: "真能一个等一个算的话，hub 刚才就会马上答话。",
          },
        },
      ],
    },
    {
      kind: "experiment",
      args: ["lab", "io-bound"],
      text: {
        en: "Six clients, 50 ms each: once the handlers wait, once they compute. The " +
          "laboratory compares coroutines with the blocking server of chapter 1.",
        zh: "六个客户端，每个 50 毫秒：一次是等，一次是算。实验室拿协程和第 1 章的阻塞服务器来" +
          "比。",
      },
    },
    {
      kind: "read",
      text: {
        en: "`async` and `await` are the same idea, built into the language: `await` is the " +
          "place where a function may be suspended, and the event loop is the hub. Go went " +
          "furthest: goroutines have growing stacks, the runtime has epoll, spreads them over " +
          "all processors, and even interrupts those that compute.\n\nAll of them give you back " +
          "the code of chapter 1. That is what the ten chapters were for.",
        zh: "`async` 和 `await` 是同一个想法，只是长进了语言里：`await` 处可以挂起，事件循环就" +
          "是 hub。走得最远的是 Go：goroutine 的栈会自己长，运行时里有 epoll，把它们铺到所有处" +
          "理器上，连埋头计算的也能打断。\n\n它们把第 1 章的代码又还给了你。绕这十章，为的就是" +
          "这个。",
      },
    },
  ],
  tryIt: [
    {
      command: "playground demo gevent-sleep --pause 200ms",
      says: { en: "Greenlets that sleep at the same time.", zh: "同时在睡的 greenlet。" },
    },
    {
      command: "playground serve gevent --cpu 50",
      says: {
        en: "In the first terminal; the log names the greenlet that holds up the others.",
        zh: "在第一个终端里运行，日志会点出拖住别人的 greenlet。",
      },
    },
    {
      command: "playground flood --conns 20 --duration 3s",
      says: { en: "In the second terminal.", zh: "在第二个终端里运行。" },
    },
  ],
};
