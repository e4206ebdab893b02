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

/** One call that waits for all sockets, and for the keyboard. */
export const select: Chapter = {
  id: "select",
  title: { en: "select", zh: "select" },
  minutes: 9,
  steps: [
    {
      kind: "read",
      text: {
        en: "You hand `select` a set of descriptors and go to sleep. The kernel wakes you when " +
          "at least one of them is ready, and leaves in the set only those that are.\n\n“Ready " +
          "to read” means: the next `recv` will not block, because there are bytes, or an end, " +
          "or an error. For a listener it means that a client is in the queue. So one call " +
          "waits for everybody, and the calls after it never wait.",
        zh: "把一组描述符交给 `select`，然后去睡。其中至少一个就绪时，内核把你唤醒，并且只把就" +
          "绪的留在集合里。\n\n“可读就绪”的意思是：下一次 `recv` 不会阻塞，因为有字节，或者有结" +
          "束，或者有错误可取。对监听套接字来说，就是队列里有客户端。于是一个调用等着所有人，后" +
          "面的调用就都不用等了。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "The course starts the echo server of `select`, opens three clients, and lets them " +
          "be silent.",
        zh: "课程启动用 `select` 写的回显服务器，打开三个客户端，先让它们都不说话。",
      },
      actions: [serve("select"), open(3), until(exactly("waiting", 3))],
    },
    {
      kind: "observe",
      at: "lane:0",
      text: {
        en: "One lane, and it sleeps in `select`. All three clients wait on it, at the same " +
          "time. Compare chapter 4: the same single thread, but it makes no round in vain. It " +
          "uses next to no CPU.",
        zh: "只有一条泳道，睡在 `select` 里。三个客户端同时都由它等着。和第 4 章比一比：同样是" +
          "一个线程，如今却不再空转，几乎不用 CPU。",
      },
    },
    {
      kind: "predict",
      question: {
        en: "Now the three talk. Who answers them?",
        zh: "现在三个客户端都说起话来。谁来应答它们？",
      },
      answers: [
        {
          text: {
            en: "One thread answers the first; the others wait",
            zh: "一个线程，只应答第一个，别的等着",
          },
          when: [atMost("lanes", 1), below("served", 2)],
          because: {
            en: "That was the blocking server. It waits for one socket; this one waits for all.",
            zh: "那是阻塞服务器，它只等一个套接字。这个等所有的。",
          },
        },
        {
          text: { en: "One thread answers all three", zh: "一个线程，三个都应答" },
          when: [atMost("lanes", 1), atLeast("served", 2)],
          because: {
            en: "{lanes} lane, {served} clients. `select` names the clients that are ready, " +
              "and each takes the loop some microseconds.",
            zh: "{lanes} 条泳道，{served} 个客户端。`select` 报出谁就绪，循环几微秒就打发一" +
              "个。",
          },
        },
        {
          text: { en: "Three threads, one for each", zh: "三个线程，每个客户端一个" },
          when: above("lanes", 1),
          because: {
            en: "Nothing in this code starts a thread. It is one `while` loop.",
            zh: "这段代码里没有哪一处启动线程，就是一个 `while` 循环。",
          },
        },
      ],
      actions: [talk(500), until(atLeast("served", 3))],
    },
    {
      kind: "do",
      by: "course",
      slow: 100,
      text: {
        en: "Now they talk faster, and the picture is a hundred times slower. Follow the " +
          "server's own lane: `select` returns, then come `recv`, the handler, `send`, and then " +
          "`select` again. The marked line of the code goes along.",
        zh: "现在让它们说得快些，图则放慢一百倍。盯着服务器自己的泳道：`select` 返回，接着是 " +
          "`recv`、处理函数、`send`，然后又回到 `select`。代码里标出的行也跟着走。",
      },
      actions: [talk(50), until(atLeast("messages", 60))],
    },
    {
      kind: "explain",
      code: "wait",
      text: {
        en: "This is an event loop, and its form has not changed since: wait; for each one " +
          "that is ready, do what can be done at once; wait again. The keyboard is among the " +
          "inputs, since to Unix it is a descriptor like any other. Type a line at the terminal " +
          "of this server, and it stops.\n\nNote that the loop asks only for what it wants: a " +
          "client that is owed an answer goes into the set for writing, and not into the one " +
          "for reading.",
        zh: "这就是事件循环，几十年来样子没变过：等；把就绪的挨个处理，只做眼下能做的；再等。" +
          "键盘也在输入之列，因为对 Unix 来说，它和别的描述符没有两样：在这个服务器的终端里键入" +
          "一行，它就停了。\n\n注意，循环只关心自己要的：还欠着谁的应答，就把谁放进等着写的集" +
          "合，而不放进等着读的集合。",
      },
    },
    {
      kind: "predict",
      question: {
        en: "Mostly one client is ready when `select` returns. At how many sockets does the " +
          "kernel look, on average, to find it?",
        zh: "`select` 返回时，多半只有一个客户端就绪。为了找到它，内核平均要看几个套接字？",
      },
      answers: [
        {
          text: { en: "At all of them, and at the listener too", zh: "全部，监听套接字也算在内" },
          when: atLeast("scannedPerReturn", 3.5),
          because: {
            en: "{scannedPerReturn} for each return: the three clients and the listener, and " +
              "one more where there is a keyboard. Ready was {readyPerReturn} of them, on average.",
            zh: "每次返回看 {scannedPerReturn} 个：三个客户端加上监听套接字，有键盘的话再多一" +
              "个。其中就绪的平均是 {readyPerReturn} 个。",
          },
        },
        {
          text: {
            en: "At one: the kernel knows where the bytes came in",
            zh: "一个：字节从哪儿进来的，内核知道",
          },
          when: below("scannedPerReturn", 1.5),
          because: {
            en: "It does know. But `select` does not remember its callers: each call brings " +
              "the whole set anew, and each call goes through it.",
            zh: "内核确实知道。但 `select` 不记得谁来问过：每次调用都带来一整个集合，每次都得" +
              "从头看到尾。",
          },
        },
        {
          text: {
            en: "At about half of them, for it stops at the first that is ready",
            zh: "一半左右：找到第一个就绪的就停",
          },
          when: [atLeast("scannedPerReturn", 1.5), below("scannedPerReturn", 3.5)],
          because: {
            en: "It does not stop. It must say of every one whether it is ready, or the others " +
              "would starve.",
            zh: "它不会停。每一个是否就绪它都得说清楚，不然后面的就饿着了。",
          },
        },
      ],
      actions: [talk(500), until(atLeast("messages", 8))],
    },
    {
      kind: "observe",
      at: "scan",
      text: {
        en: "Here is the scan: one cell for each descriptor. At each return, `select` sweeps " +
          "over all of them, and lights those that are ready. Everything else was looked at in " +
          "vain, and the running total stands beside it.",
        zh: "这就是扫描：每个描述符一格。每次返回，`select` 都要扫过所有的格子，点亮就绪的那" +
          "些。其余的都白看了，旁边是白看的累计次数。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "Sixty more clients come. From now on each says something once in ten seconds, so " +
          "nearly all are silent, nearly all the time.",
        zh: "又来了六十个客户端。从现在起，每个十秒才说一句，所以几乎所有客户端几乎一直闷着。",
      },
      actions: [talk(10_000), open(60), until(atLeast("waiting", 60))],
    },
    {
      kind: "predict",
      question: {
        en: "How many sockets does `select` look at now, for each return?",
        zh: "现在 `select` 每次返回，要看多少个套接字？",
      },
      answers: [
        {
          text: {
            en: "As few as before: silent clients cost nothing",
            zh: "还是那么几个：不说话的不花代价",
          },
          when: below("scannedPerReturn", 15),
          because: {
            en: "That is the promise of epoll, two chapters on.",
            zh: "那是 epoll 的承诺，再过两章就讲到。",
          },
        },
        {
          text: {
            en: "About twenty: it skips those that have been silent for long",
            zh: "二十个左右：久不说话的就跳过",
          },
          when: [atLeast("scannedPerReturn", 15), below("scannedPerReturn", 50)],
          because: {
            en:
              "It would have to remember who was silent. `select` remembers nothing from one call to the next.",
            zh: "要跳过，先得记住谁没说话。`select` 从这次到下次，什么都不记。",
          },
        },
        {
          text: { en: "More than sixty", zh: "六十多个" },
          when: atLeast("scannedPerReturn", 50),
          because: {
            en: "{scannedPerReturn} sockets for {readyPerReturn} that is ready; {inVain} looks " +
              "in vain in these few seconds. The cost of a return grows with all clients, not with " +
              "those that speak.",
            zh: "看 {scannedPerReturn} 个，就绪的平均 {readyPerReturn} 个；短短几秒里白看了 " +
              "{inVain} 次。一次返回的代价，随全部客户端增长，而不是随说话的客户端增长。",
          },
        },
      ],
      actions: [until(atLeast("messages", 12))],
    },
    {
      kind: "check",
      question: {
        en: "Of a hundred sockets that `select` looked at in that time, how many were ready?",
        zh: "这段时间里，`select` 每看一百个套接字，有几个是就绪的？",
      },
      answers: [
        {
          text: { en: "More than fifty: it seldom looks in vain", zh: "五十多个：很少白看" },
          when: atMost("scannedPerReturn", "readyPerReturn", 2),
          because: {
            en: "That takes a load under which nearly all clients speak at once. Then, indeed, " +
              "`select` wastes little.",
            zh: "那得负载高到几乎人人同时开口。真到那时，`select` 倒也浪费不了多少。",
          },
        },
        {
          text: { en: "Five to fifty", zh: "五个到五十个" },
          when: [
            above("scannedPerReturn", "readyPerReturn", 2),
            below("scannedPerReturn", "readyPerReturn", 20),
          ],
          because: {
            en: "For ten in a hundred, six of these sixty would have to speak at the same " +
              "moment.",
            zh: "要一百个里有十个，这六十个客户端就得有六个在同一刻开口。",
          },
        },
        {
          text: { en: "Fewer than five", zh: "不到五个" },
          when: [
            above("scannedPerReturn", "readyPerReturn", 2),
            atLeast("scannedPerReturn", "readyPerReturn", 20),
          ],
          because: {
            en: "{scannedPerReturn} looked at, {readyPerReturn} ready. With ten thousand " +
              "clients it would be ten thousand for one. This is the wall that servers ran into in " +
              "the nineties.",
            zh: "看 {scannedPerReturn} 个，就绪 {readyPerReturn} 个。要是一万个客户端，就是看" +
              "一万个，找出一个。九十年代的服务器，撞上的就是这堵墙。",
          },
        },
      ],
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "And what of the handler, which may take its time? The course starts the server " +
          "again, with four clients that talk.",
        zh: "那么处理函数呢？它要是慢条斯理的怎么办？课程重新启动服务器，打开四个说话的客户端。",
      },
      actions: [serve("select"), talk(300), open(4), until(atLeast("served", 4))],
    },
    {
      kind: "predict",
      question: {
        en: "From now on, the handler sleeps two seconds before each answer. In chapter 1 that " +
          "would stop everything. How many clients are asleep at the same time here?",
        zh: "从现在起，处理函数每次应答前睡两秒。换作第 1 章，一切都会停下。在这里，同时在睡的" +
          "客户端有几个？",
      },
      answers: [
        {
          text: { en: "All four", zh: "四个都在睡" },
          when: atLeast("asleep", 4),
          because: {
            en: "{asleep} sleep, and the thread is still there for everybody. The last " +
              "argument of `select` is a timeout: the loop wakes up for the next byte or for the " +
              "next due time, whichever comes first.",
            zh: "{asleep} 个客户端在睡，线程却随叫随到。`select` 最后一个参数是超时：下一个字" +
              "节和下一个到期时间，哪个先到就为哪个醒来。",
          },
        },
        {
          text: {
            en: "One: there is only one thread, and it sleeps",
            zh: "一个：线程只有一个，它睡着呢",
          },
          when: atMost("asleep", 1),
          because: {
            en: "If the handler called `sleep()`, it would be so. In a loop, a handler must " +
              "not block: it says when to go on, and returns.",
            zh: "处理函数要是直接调用 `sleep()`，就会这样。在事件循环里，处理函数不许阻塞：说" +
              "好什么时候接着做，然后返回。",
          },
        },
        {
          text: { en: "Two or three: those that came first", zh: "两三个：看谁先来" },
          when: [above("asleep", 1), below("asleep", 4)],
          because: {
            en:
              "A sleeping client here is an entry in a list of times. There is room for all of them.",
            zh: "在这里，睡着的客户端只是时间表里的一项，多少项都放得下。",
          },
        },
      ],
      actions: [sleep(2_000), until(atLeast("asleep", 4))],
    },
    {
      kind: "predict",
      question: {
        en: "Now the handler computes for 400 ms, instead of sleeping. How long does it take " +
          "until the loop looks at its sockets again?",
        zh: "现在处理函数不睡了，改成埋头计算 400 毫秒。循环要多久才能再看一眼它的套接字？",
      },
      answers: [
        {
          text: {
            en: "Not noticeably longer: the system switches to the next client",
            zh: "和平时差不多：系统会切换到下一个客户端",
          },
          when: below("loopLatencyMs", 50),
          because: {
            en:
              "The system switches between threads. It does not know of clients, and here there is one thread.",
            zh: "系统切换的是线程，它不知道什么客户端，而这里只有一个线程。",
          },
        },
        {
          text: {
            en: "A part of the 400 ms: the loop interrupts the handler",
            zh: "400 毫秒的一部分：循环会打断处理函数",
          },
          when: [atLeast("loopLatencyMs", 50), below("loopLatencyMs", 250)],
          because: {
            en:
              "Nothing can interrupt it. The handler is a function that the loop has called, and the loop waits for it to return.",
            zh: "没有谁能打断它。处理函数是循环调用的一个函数，循环得等它返回。",
          },
        },
        {
          text: {
            en: "400 ms, and a multiple of it when several clients are ready",
            zh: "400 毫秒；好几个客户端就绪时，还要翻几倍",
          },
          when: atLeast("loopLatencyMs", 250),
          because: {
            en: "{loopLatencyMs} ms. All ready clients are served before the loop returns to " +
              "`select`. One slow handler holds up everybody: the first commandment of every event " +
              "loop, from Redis to Node.",
            zh: "{loopLatencyMs} 毫秒。循环要把就绪的客户端都服务完，才回到 `select`。一个处理" +
              "函数慢了，大家都得等：从 Redis 到 Node，这是所有事件循环的第一戒律。",
          },
        },
      ],
      actions: [burn(400), until(atLeast("loopLatencyMs", 250), atLeast("messages", 2)), SILENCE],
    },
    {
      kind: "experiment",
      args: ["lab", "fd-limit"],
      text: {
        en: "Another limit: the set is an array of bits, whose size is fixed when the C " +
          "library is built, FD_SETSIZE, 1,024 with glibc. A larger descriptor would be written " +
          "past the end of the array. (`poll`, from 1986, takes a list of any length, but walks " +
          "along all of it, too.)\n\nThe laboratory goes there: with more than a thousand " +
          "descriptors, `select` has to refuse clients, and epoll serves them all.",
        zh: "还有一个限制：集合是个位数组，大小在编译 C 库时就定死了，即 FD_SETSIZE，glibc 里" +
          "是 1024。描述符再大，就会写到数组外面去。（1986 年的 `poll` 改用长短不限的列表，但照" +
          "样要从头走到尾。）\n\n实验室去碰这个极限：描述符超过一千，`select` 只好拒绝客户端，" +
          "而 epoll 全都服务得了。",
      },
    },
    {
      kind: "read",
      text: {
        en: "Use `select` where few descriptors are watched and the code should run anywhere: " +
          "every system has it. For a long time IRC ran on it, and much else of the early " +
          "Internet.\n\nIts successors changed one thing only: who keeps the list. But first a " +
          "question on which this chapter was silent: what if a client only sends, and does not " +
          "want to receive?",
        zh: "要看的描述符不多，又希望代码到处都能跑，就用 `select`：哪个系统都有它。早年的 IRC " +
          "聊天，还有互联网上的许多服务，长期都靠它撑着。\n\n后来者其实只改了一件事：名单由谁保" +
          "管。不过，先要回答一个这一章没提的问题：要是客户端只顾着发，不肯收呢？",
      },
    },
  ],
  tryIt: [
    {
      command: "playground serve select",
      says: {
        en: "In the first terminal. Type a line and press Enter, and it stops.",
        zh: "在第一个终端里运行。键入一行再按回车，它就停了。",
      },
    },
    {
      command: "playground flood --conns 500 --rate 1 --duration 5s",
      says: {
        en: "In the second terminal: five hundred clients that seldom speak.",
        zh: "在第二个终端里运行：五百个难得说句话的客户端。",
      },
    },
    {
      command: "playground serve select --stats",
      says: {
        en: "With `--stats`, Ctrl-C shows how many sockets each wake-up looked at.",
        zh: "加上 `--stats`，按 Ctrl-C 可以看到每次醒来要看多少个套接字。",
      },
    },
  ],
};
