import type { Chapter } from "../chapter.ts";
import { above, atLeast, atMost, below, exactly, open, serve, talk, until } from "./stage.ts";

/** Longer than the receives of this chapter, so that each message takes ten of them. */
const FORTY_BYTES = "forty bytes of text, taken four by four.";
const SMALL_RECEIVES = ["--recv-size", "4"];

/** The interest list in the kernel, and its two triggers. */
export const epoll: Chapter = {
  id: "epoll",
  title: { en: "epoll, level and edge", zh: "epoll：水平触发与边缘触发" },
  minutes: 10,
  steps: [
    {
      kind: "read",
      text: {
        en: "In 1999, Dan Kegel asked why a machine that is fast enough for ten thousand " +
          "clients cannot serve them: the C10k problem. Much of the answer was the scan. With " +
          "ten thousand sockets, `select` and `poll` look at ten thousand entries to find " +
          "three.\n\nThe remedy is to remember. The program says once which sockets it is " +
          "interested in, and the kernel keeps that list: FreeBSD's kqueue in 2000, Linux's " +
          "epoll in 2002.",
        zh: "1999 年，Dan Kegel 提出一个问题：机器明明快得足以应付一万个客户端，为什么就是服务" +
          "不了？这就是 C10k 问题。症结多半在扫描：一万个套接字，`select` 和 `poll` 要看一万" +
          "项，才找出三个就绪的。\n\n办法是记住。对哪些套接字感兴趣，程序只说一次，名单由内核保" +
          "管：2000 年有了 FreeBSD 的 kqueue，2002 年有了 Linux 的 epoll。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "The course starts the server of epoll, and brings the same crowd as at `select`: " +
          "sixty clients, each of which says something once in ten seconds.",
        zh: "课程启动 epoll 服务器，来的还是 `select` 那时的一群：六十个客户端，每个十秒才说一" +
          "句。",
      },
      actions: [serve("epoll"), talk(10_000), open(60), until(exactly("waiting", 60))],
    },
    {
      kind: "explain",
      code: "wait",
      text: {
        en: "Three calls in place of one. `epoll_create1` makes the list, `epoll_ctl` adds, " +
          "changes or removes a socket, and `epoll_wait` sleeps until some are ready and brings " +
          "only those.\n\nHow can it, without a scan? Adding a socket hangs a callback into " +
          "that socket's wait queue. When a packet arrives, the callback puts the socket on the " +
          "ready list. The work is done at arrival, once for each event.",
        zh: "一个调用变成三个：`epoll_create1` 建名单，`epoll_ctl` 往里添、改、删套接字，" +
          "`epoll_wait` 睡到有就绪的为止，而且只带回就绪的。\n\n不扫描，怎么办到的？添加套接字" +
          "时，内核在它的等待队列上挂了一个回调。数据包一到，回调就把这个套接字放进就绪链表。活" +
          "在数据到达时就做了，一次到达只做一次。",
      },
    },
    {
      kind: "predict",
      question: {
        en: "How many sockets does `epoll_wait` look at now, for each return?",
        zh: "现在 `epoll_wait` 每次返回，要看多少个套接字？",
      },
      answers: [
        {
          text: { en: "About sixty: somebody has to look", zh: "六十个左右：总得有谁去看一遍" },
          when: atLeast("scannedPerReturn", 40),
          because: {
            en: "Somebody looks, but only where something has happened: the callback, at the " +
              "moment of arrival.",
            zh: "是有谁在看，不过只看有动静的那个：数据到达的那一刻，由回调去看。",
          },
        },
        {
          text: { en: "About ten: it walks down a tree", zh: "十个左右：沿着一棵树往下找" },
          when: [atLeast("scannedPerReturn", 5), below("scannedPerReturn", 40)],
          because: {
            en: "There is a tree, a red-black one. It serves `epoll_ctl`, which must find a " +
              "descriptor in the list. To wait needs no search.",
            zh: "确实有一棵红黑树，不过是给 `epoll_ctl` 用的，它要在名单里找描述符。等待用不着" +
              "查找。",
          },
        },
        {
          text: { en: "Mostly one: the one that is ready", zh: "多半是一个：就绪的那个" },
          when: below("scannedPerReturn", 5),
          because: {
            en: "{scannedPerReturn} on average, and {inVain} looks in vain. (Sometimes two " +
              "speak at the same moment, and come in one return.) With `select` it was more than " +
              "sixty.",
            zh: "平均 {scannedPerReturn} 个，白看了 {inVain} 次。（偶尔有两个同时开口，就在一" +
              "次返回里一起带来。）用 `select` 时是六十多个。",
          },
        },
      ],
      actions: [until(atLeast("messages", 12))],
    },
    {
      kind: "observe",
      at: "scan",
      text: {
        en: "The same cells as at `select`, one for each descriptor. But nothing sweeps over " +
          "them: only the ready ones light up. The sixty silent clients cost some memory in the " +
          "kernel, and no time.",
        zh: "和 `select` 一样，每个描述符一格，但没有什么来回扫过：只有就绪的亮起来。六十个闷" +
          "声不响的客户端只占内核一点内存，不花时间。",
      },
    },
    {
      kind: "experiment",
      args: ["lab", "scan-cost"],
      text: {
        en: "From ten to ten thousand silent connections: the laboratory measures one turn of " +
          "`select`, `poll` and epoll.",
        zh: "安静的连接从十个加到一万个，实验室测量 `select`、`poll` 和 epoll 转一轮各要多久。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "One question is left: when is a socket put on the ready list? There are two " +
          "answers.\n\nLevel-triggered: a socket is reported as long as it is ready. " +
          "Edge-triggered (EPOLLET): it is reported when it becomes ready, that is, when " +
          "something new arrives. The words are those of electronics: a signal that is high, " +
          "and a signal that rises.\n\nTo see the difference, the next two servers receive four " +
          "bytes at a time. The first is level-triggered.",
        zh: "还剩一个问题：套接字什么时候才算数，该报告一次？答案有两种。\n\n水平触发：只要就" +
          "绪，就一直报告。边缘触发（EPOLLET）：变成就绪的那一刻，也就是有新数据到达时，报告一" +
          "次。两个词来自电子学：一个看信号是不是高电平，一个看信号有没有跳变。\n\n为了看清差" +
          "别，接下来的两个服务器每次只收四个字节。先看水平触发的。",
      },
      actions: [
        serve("epoll", "--trigger", "level", ...SMALL_RECEIVES),
        open(1),
        until(exactly("waiting", 1)),
      ],
    },
    {
      kind: "predict",
      question: {
        en: "The client sends 40 bytes at a time, and the server calls `recv` once for each " +
          "report, for 4 bytes. How often is the socket reported for one message?",
        zh: "客户端每次发 40 个字节，服务器每得到一次报告就 `recv` 一次，取 4 个字节。一条消" +
          "息，套接字会被报告几次？",
      },
      answers: [
        {
          text: {
            en: "Once, and the other 36 bytes wait for the next message",
            zh: "一次，其余 36 个字节要等下一条消息来才报告",
          },
          when: below("returns", "messages", 0.5),
          because: {
            en: "That is the trap of the other trigger.",
            zh: "那是另一种触发方式的陷阱。",
          },
        },
        {
          text: {
            en: "Ten times: as long as there is something left",
            zh: "十次：只要还有剩的就接着报告",
          },
          when: atLeast("returns", "messages", 0.8),
          because: {
            en: "{returns} returns for {messages} receives: one for each. Level-triggered " +
              "epoll forgives. What you leave behind, it reports again.",
            zh: "收了 {messages} 次，返回了 {returns} 次：收一次报告一次。水平触发很宽容：你落" +
              "下的，它会再提醒你。",
          },
        },
        {
          text: { en: "About six times: some reports are merged", zh: "六次左右：有些报告会合并" },
          when: [atLeast("returns", "messages", 0.5), below("returns", "messages", 0.8)],
          because: {
            en: "Reports for different sockets come together in one return. Here there is only " +
              "one socket.",
            zh: "不同套接字的报告可以并在同一次返回里，而这里只有一个套接字。",
          },
        },
      ],
      actions: [talk(50, FORTY_BYTES), until(atLeast("messages", 300))],
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "Now the edge-triggered one. Everything else is the same.",
        zh: "再看边缘触发的，其他都一样。",
      },
      actions: [
        serve("epoll", "--trigger", "edge", ...SMALL_RECEIVES),
        open(1),
        until(exactly("waiting", 1)),
      ],
    },
    {
      kind: "predict",
      question: {
        en: "The same client sends the same 40 bytes. This server calls `recv` again and " +
          "again, until it says EAGAIN. How often is the socket reported now?",
        zh: "同样的客户端，同样的 40 个字节。这个服务器会反复 `recv`，直到它说 EAGAIN。现在一" +
          "条消息报告几次？",
      },
      answers: [
        {
          text: { en: "Ten times as well: the bytes decide", zh: "也是十次：由字节数决定" },
          when: atLeast("returns", "messages", 0.8),
          because: {
            en: "The bytes lie in the buffer all the time, and that is no news. Only an " +
              "arrival is.",
            zh: "字节一直躺在缓冲区里，这不算新闻。有新数据到达才算。",
          },
        },
        {
          text: { en: "Every second time", zh: "隔一次报告一次" },
          when: [atLeast("returns", "messages", 0.5), below("returns", "messages", 0.8)],
          because: { en: "There is no such middle way.", zh: "没有这种折中的办法。" },
        },
        {
          text: { en: "Once", zh: "一次" },
          when: below("returns", "messages", 0.5),
          because: {
            en: "{returns} returns for {messages} receives. The message arrived once, so there " +
              "was one edge. All else is the server's own diligence.",
            zh: "收了 {messages} 次，只返回了 {returns} 次。消息到达一次，就只有一次边缘，其余" +
              "全靠服务器自己勤快。",
          },
        },
      ],
      actions: [talk(50, FORTY_BYTES), until(atLeast("messages", 300))],
    },
    {
      kind: "explain",
      code: "recv",
      text: {
        en: "Here is the rule of edge-triggered loops: drain. Receive until EAGAIN, and send " +
          "until EAGAIN; then the next bytes, or the next room, will be an edge. Stop early, " +
          "and the rest lies there unseen, perhaps for ever: the client waits for your answer, " +
          "and you wait for its next byte.\n\nDraining has a danger of its own. A client that " +
          "sends as fast as you receive keeps you in this loop, and all others starve. Careful " +
          "servers set a limit, and come back.",
        zh: "边缘触发的循环，铁律只有一条：取干净。收就收到 EAGAIN，发就发到 EAGAIN，这样下一" +
          "批字节、下一块空位才会是一次新的边缘。半途停下，剩下的就没人看见了，也许永远看不见：" +
          "客户端等你应答，你等它的下一个字节。\n\n取干净也有它的危险。有个客户端发得和你收得一" +
          "样快，你就陷在这个循环里，别的客户端全都饿着。稳妥的服务器会设个上限，先去照顾别人，" +
          "再回来。",
      },
    },
    {
      kind: "check",
      question: {
        en: "In this last run, how many of the sockets that `epoll_wait` looked at were not ready?",
        zh: "在刚才这次运行里，`epoll_wait` 看过的套接字，有多少是没有就绪的？",
      },
      answers: [
        {
          text: { en: "None, or hardly any", zh: "没有，或几乎没有" },
          when: atMost("inVain", 20),
          because: {
            en:
              "{inVain} in {returns} returns. What is on the ready list is ready; at most it was closed meanwhile.",
            zh:
              "返回 {returns} 次，白看 {inVain} 次。进了就绪链表的，就是就绪的；顶多是这当口刚好关闭了。",
          },
        },
        {
          text: {
            en: "About one for each return: the listener",
            zh: "每次返回一个左右：监听套接字",
          },
          when: [above("inVain", 20), atMost("inVain", "returns", 1.5)],
          because: {
            en: "The listener is in the list, too, and it is quiet. So nobody looks at it.",
            zh: "监听套接字也在名单里，但它没动静，也就没人去看它。",
          },
        },
        {
          text: { en: "Several for each return", zh: "每次返回都有好几个" },
          when: [above("inVain", 20), above("inVain", "returns", 1.5)],
          because: { en: "That was `select`.", zh: "那是 `select`。" },
        },
      ],
    },
    {
      kind: "experiment",
      args: ["lab", "lt-vs-et"],
      text: {
        en: "The laboratory makes the mistake on purpose: edge-triggered, with one `recv` for " +
          "each report. See how many bytes are left.",
        zh: "实验室故意犯一次错：边缘触发，每次报告只 `recv` 一次。看看剩下多少字节没人收。",
      },
    },
    {
      kind: "read",
      text: {
        en: "Who uses which? nginx watches its connections edge-triggered, and so does Go's " +
          "runtime. Redis, libevent (so memcached) and libuv (so Node) stay level-triggered, " +
          "which is easier to get right. Edge saves reports and `epoll_ctl` calls; level saves " +
          "you from bugs.\n\nWhat epoll does not change: one thread, and a handler that " +
          "computes holds up everybody. And the code has been turned inside out: each client's " +
          "story is cut into pieces. The next chapters put it together again.",
        zh: "谁用哪一种？nginx 对连接用边缘触发，Go 的运行时也是。Redis、libevent（memcached " +
          "用它）和 libuv（Node 用它）都用水平触发，更不容易写错。边缘触发省报告、省 " +
          "`epoll_ctl`；水平触发省 bug。\n\nepoll 没有改变的是：线程只有一个，处理函数埋头计" +
          "算，大家都得等。还有，代码被翻了个面：一个客户端的故事给切成了一段一段。接下来几章，" +
          "就来把它重新接起来。",
      },
    },
  ],
  tryIt: [
    {
      command: "playground serve epoll --sockets libc --stats",
      says: {
        en: "In the first terminal. Ctrl-C shows the cost: wake-ups, system calls, CPU.",
        zh: "在第一个终端里运行。按 Ctrl-C 可以看到代价：醒来几次、系统调用几次、CPU 多少。",
      },
    },
    {
      command: "playground flood --conns 1000 --rate 1 --duration 5s",
      says: {
        en:
          "In the second terminal: a thousand clients that seldom speak. Do the same with `serve poll --stats`.",
        zh: "在第二个终端里运行：一千个难得说句话的客户端。再用 `serve poll --stats` 照做一遍。",
      },
    },
    {
      command: "playground serve epoll --sockets libc --oneshot",
      says: {
        en:
          "EPOLLONESHOT: reported once, and then not until the loop asks again. For several threads on one list.",
        zh: "EPOLLONESHOT：只报告一次，循环再次要求之前不再报告。多个线程共用一份名单时要用它。",
      },
    },
  ],
};
