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
  UNTIL_CPU_IS_MEASURED,
} from "./stage.ts";

/** Functions that can stop in the middle: coroutines by yield. */
export const coroutine: Chapter = {
  id: "coroutine",
  title: { en: "What a coroutine is", zh: "什么是协程" },
  minutes: 9,
  steps: [
    {
      kind: "read",
      text: {
        en: "Event loops are fast, and their code is hard to read. “Receive the name, then the " +
          "password, then answer” is three lines in a blocking server. In a loop it becomes a " +
          "state machine: after each piece the function must return to the loop, and somewhere " +
          "it is written down how far the client has come.\n\nA thread has a better notebook " +
          "for that: its stack. Could a function keep its stack, and still give up the " +
          "processor?",
        zh: "事件循环很快，代码却难读。“收用户名，再收口令，然后应答”，在阻塞服务器里就是三" +
          "行。在循环里，它成了一台状态机：每收到一段，函数都得返回循环，还要在别处记下这个客户" +
          "端谈到哪儿了。\n\n线程有个更好的记事本：栈。能不能让一个函数留着自己的栈，又把处理器" +
          "让出来？",
      },
    },
    {
      kind: "read",
      text: {
        en: "It can, and then it is called a coroutine. Melvin Conway coined the word in 1958; " +
          "his paper of 1963 builds a compiler of parts that hand the work to and fro.\n\nAn ordinary function " +
          "has one entrance, and when it returns, its variables are gone. A coroutine can stop " +
          "in the middle, with all its variables, and go on later from exactly there. `yield` " +
          "is where it stops.",
        zh: "能，这样的函数叫协程。1958 年，Melvin Conway 造了这个词；他 1963 年的论文用它来" +
          "写编译器，几个部分把活儿递来递去。\n\n普通函数只有一个入口，返回之后变量就没了。协程可以停在半路，变量全都" +
          "留着，以后再从那里接着走。停的地方，写作 `yield`。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "Two coroutines take turns. Each prints a line, sleeps a little, and yields. There " +
          "is one thread.",
        zh: "两个协程轮流运行：各打印一行，睡一小会儿，然后 `yield`。线程只有一个。",
      },
      actions: [{ do: "run", args: ["demo", "yield", "--rounds", "3", "--pause", "200ms"] }],
    },
    {
      kind: "explain",
      text: {
        en: "In JavaScript and Python such a function is a generator. Calling it runs nothing: " +
          "it returns an object that holds the suspended frame, on the heap instead of on the " +
          "stack. Each `next()` runs it up to the next `yield`.\n\nSo a switch is a function " +
          "call and a return, all of it in the program. The kernel is not asked, and does not " +
          "know.",
        zh: "在 JavaScript 和 Python 里，这样的函数叫生成器。调用它并不会执行什么，只返回一个" +
          "对象，里面装着那个挂起的栈帧，放在堆上，不在栈上。每次 `next()` 让它跑到下一个 " +
          "`yield`。\n\n所以一次切换不过是一次函数调用加一次返回，全在程序自己手里。内核没被惊" +
          "动，也不知情。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "Now a server made of them: a coroutine for each client, and one that accepts. The " +
          "course opens three clients, which talk.",
        zh: "现在用协程来写服务器：每个客户端一个协程，另有一个专管接受。课程打开三个说话的客" +
          "户端。",
      },
      actions: [serve("coroutine"), talk(300), open(3), until(atLeast("served", 3))],
    },
    {
      kind: "observe",
      at: "code",
      text: {
        en: "Read `serveClient`. It is the loop of the blocking server: receive, answer, " +
          "again. Only where that one would wait, this one says `yield`, and tries again in its " +
          "next turn. The state of the client is simply the place in the code.",
        zh: "读一读 `serveClient`：还是阻塞服务器的那个循环，收、答、再来。只是在本来要等待的" +
          "地方，它写 `yield`，下一轮再试。客户端的状态，就是代码停在哪一行。",
      },
    },
    {
      kind: "predict",
      question: {
        en: "The handler now sleeps two seconds before each answer. One thread, three clients: " +
          "how many sleep at the same time?",
        zh: "现在处理函数每次应答前睡两秒。一个线程，三个客户端，同时在睡的有几个？",
      },
      answers: [
        {
          text: { en: "All three", zh: "三个都在睡" },
          when: atLeast("asleep", 3),
          because: {
            en: "{asleep}. To sleep, a coroutine notes the time and yields until then. Its " +
              "code reads like that of a thread which sleeps.",
            zh: "{asleep} 个。协程要睡，就记下时间，不到点就一直 `yield`。代码读起来，却和线程" +
              "睡觉一模一样。",
          },
        },
        {
          text: {
            en: "One: the thread can only wait for one thing",
            zh: "一个：线程一次只能等一件事",
          },
          when: atMost("asleep", 1),
          because: {
            en:
              "The thread does not wait at all. It asks each coroutine in turn whether its time has come.",
            zh: "线程根本没在等。它挨个问每个协程：你的时间到了吗？",
          },
        },
        {
          text: { en: "Two", zh: "两个" },
          when: exactly("asleep", 2),
          because: {
            en: "Nothing limits it to two: another coroutine is only another object.",
            zh: "没有什么把它限制在两个：多一个协程，无非多一个对象。",
          },
        },
      ],
      actions: [sleep(2_000), until(atLeast("asleep", 3))],
    },
    {
      kind: "predict",
      question: {
        en: "Now all clients fall silent, and nothing is left to do. How many rounds does the " +
          "scheduler make in a second?",
        zh: "现在客户端全都不说话，什么事也没有了。调度器每秒会转多少轮？",
      },
      answers: [
        {
          text: { en: "None: all coroutines are suspended", zh: "不转：所有协程都挂起了" },
          when: below("returnsPerSecond", 10),
          because: {
            en: "They are suspended, and are resumed again at once, to see whether they can go on.",
            zh: "是挂起了，可马上又被唤起来，看看能不能接着走。",
          },
        },
        {
          text: { en: "A few, for the bookkeeping", zh: "转几轮：总有些记账的事" },
          when: [atLeast("returnsPerSecond", 10), below("returnsPerSecond", 1_000)],
          because: {
            en: "The bookkeeping is next to nothing. The questions are what costs.",
            zh: "记账几乎不花什么，花在一遍遍地问上。",
          },
        },
        {
          text: { en: "As many as it can", zh: "能转多少转多少" },
          when: atLeast("returnsPerSecond", 1_000),
          because: {
            en: "{returns} rounds in {seconds} seconds, and {cpuPercent} percent of a " +
              "processor. This scheduler only knows whose turn it is. It does not know what anybody " +
              "waits for, so it resumes all of them, again and again: the polling of chapter 4 in " +
              "better clothes.",
            zh: "{seconds} 秒转了 {returns} 轮，用掉一个处理器的 {cpuPercent}%。这个调度器只知" +
              "道轮到谁，不知道谁在等什么，只好把大家一遍遍地唤起来。这还是第 4 章的轮询，只是换了" +
              "身好看的衣服。",
          },
        },
      ],
      actions: [sleep(0), SILENCE, UNTIL_CPU_IS_MEASURED],
    },
    {
      kind: "check",
      question: {
        en: "How many lanes, and so threads, have served the three clients?",
        zh: "有几条泳道（也就是几个线程）服务过这三个客户端？",
      },
      answers: [
        {
          text: { en: "One", zh: "一条" },
          when: atMost("lanes", 1),
          because: {
            en:
              "{lanes}. Coroutines run one at a time, and only switch where they say so. So two of them never change the same data at the same moment, and need no locks.",
            zh:
              "{lanes} 条。协程一次只运行一个，而且只在自己写明的地方切换。所以不会有两个同时改同一份数据，也就不用加锁。",
          },
        },
        {
          text: { en: "Three", zh: "三条" },
          when: above("lanes", 2),
          because: {
            en: "A coroutine is an object, not a thread. The system sees only one thread.",
            zh: "协程是对象，不是线程。系统眼里只有一个线程。",
          },
        },
        {
          text: {
            en: "Two: one for the clients, one for the scheduler",
            zh: "两条：客户端一条，调度器一条",
          },
          when: exactly("lanes", 2),
          because: {
            en:
              "The scheduler is a loop in the same thread. While a coroutine runs, the scheduler does not.",
            zh: "调度器就是同一个线程里的一个循环。协程在跑的时候，它就没在跑。",
          },
        },
      ],
    },
    {
      kind: "predict",
      question: {
        en: "The clients talk again, and the handler computes for 400 ms for each message. " +
          "What is the longest that a client is without an answer?",
        zh: "客户端又说起话来，处理函数每条消息要计算 400 毫秒。一个客户端最久要多长时间得不到" +
          "应答？",
      },
      answers: [
        {
          text: {
            en: "Some 400 ms: each has a coroutine to itself",
            zh: "400 毫秒左右：每个客户端有自己的协程",
          },
          when: below("longestWaitMs", 800),
          because: {
            en:
              "With a thread each it could be so, if there are processors enough. Coroutines share one.",
            zh: "每个客户端一个线程、处理器又够用，才会这样。协程共用一个线程。",
          },
        },
        {
          text: {
            en: "Some 900 ms: the scheduler interrupts those that take long",
            zh: "900 毫秒左右：谁占得久，调度器就打断谁",
          },
          when: [atLeast("longestWaitMs", 800), below("longestWaitMs", 1_000)],
          because: {
            en:
              "It cannot interrupt anybody. This is cooperative multitasking: a coroutine gives up the thread when it likes.",
            zh: "它谁也打断不了。这是协作式多任务：什么时候让出线程，协程自己说了算。",
          },
        },
        {
          text: {
            en: "A second and more: all three, one after another",
            zh: "一秒以上：三个挨着来",
          },
          when: atLeast("longestWaitMs", 1_000),
          because: {
            en: "{longestWaitMs} ms, three computations in a row and more. Coroutines divide " +
              "the waiting, not the work.",
            zh: "{longestWaitMs} 毫秒，三次计算排成一串还不止。协程能把等待凑到一起，却不能把" +
              "活儿分开干。",
          },
        },
      ],
      actions: [burn(400), talk(300), until(atLeast("longestWaitMs", 1_200)), SILENCE],
    },
    {
      kind: "experiment",
      args: ["lab", "switch-cost"],
      text: {
        en: "What does a switch cost? The laboratory lets coroutines, threads and processes " +
          "hand the turn to and fro, and counts.",
        zh: "切换一次要多少？实验室让协程、线程、进程各自把控制权递来递去，数一数次数。",
      },
    },
    {
      kind: "read",
      text: {
        en: "The first half of the promise is kept: code that reads from top to bottom, and " +
          "switches for some tens of nanoseconds. Lua and Python were among the first popular " +
          "languages to have it; today it is in JavaScript, C#, Kotlin, Rust and C++.\n\nThe " +
          "second half is missing: a scheduler that knows what each one waits for, so that it " +
          "can sleep. The next two chapters build it.",
        zh: "承诺兑现了一半：代码能从上往下读，一次切换只要几十纳秒。流行的语言里，Lua 和 " +
          "Python 较早有了协程，如今 JavaScript、C#、Kotlin、Rust、C++ 也都有。\n\n还差另一半：" +
          "调度器得知道谁在等什么，才敢放心去睡。接下来两章就来补上。",
      },
    },
  ],
  tryIt: [
    {
      command: "playground demo yield",
      says: { en: "The two that take turns.", zh: "那两个轮流的协程。" },
    },
    {
      command: "playground serve coroutine",
      says: {
        en: "Look at its CPU in `top`, with no client at all; then with `--pause 10`.",
        zh: "一个客户端也没有时，用 `top` 看看它的 CPU，再加上 `--pause 10` 看看。",
      },
    },
    {
      command: "playground flood --conns 200 --duration 3s",
      says: {
        en: "In the second terminal: two hundred coroutines.",
        zh: "在第二个终端里运行：两百个协程。",
      },
    },
  ],
};
