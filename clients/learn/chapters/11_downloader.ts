import type { Action, Chapter } from "../chapter.ts";
import { above, atLeast, atMost, below, serve } from "./stage.ts";

/** Six pages that each take a second. */
const PAGES = ["1", "2", "3", "4", "5", "6"].map((page) => `http://{address}/page-${page}`);

/** Downloads all pages. */
function download(jobs: number): Action {
  return { do: "run", args: ["download", ...PAGES, "--jobs", String(jobs)] };
}

/** The other side: a client that waits for many servers. */
export const downloader: Chapter = {
  id: "downloader",
  title: { en: "The downloader", zh: "下载器" },
  minutes: 6,
  steps: [
    {
      kind: "read",
      text: {
        en: "So far the server had to wait for many clients. A downloader is the mirror image: " +
          "one client that waits for many answers. Hardly any time is spent computing; nearly " +
          "all of it passes between the question and the first byte.\n\nSo the same means help: " +
          "threads, a loop, or coroutines. With gevent it is a line: a greenlet for each URL, " +
          "and `joinall`.",
        zh: "前面都是服务器在等许多客户端。下载器是它的镜像：一个客户端，等许多应答。几乎不花" +
          "时间计算，时间都耗在提出请求到第一个字节之间。\n\n所以用得上同样的办法：线程、循环，" +
          "或者协程。用 gevent 只要一行：每个 URL 一个 greenlet，再 `joinall`。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "To have something to download, the course starts a web server of its own: gevent " +
          "with the HTTP handler, which waits a second before each answer. No network is " +
          "needed.",
        zh: "要有东西可下载，课程自己启动一个 Web 服务器：gevent 加上 HTTP 处理函数，每次应答" +
          "前等一秒。不需要网络。",
      },
      actions: [serve("gevent", "--handler", "http", "--sleep", "1s")],
    },
    {
      kind: "predict",
      question: {
        en:
          "Six pages, a second each, one after another (`--jobs 1`). Seen from the server: how many clients come?",
        zh: "六个页面，每个一秒，一个接一个地下载（`--jobs 1`）。从服务器看，来了几个客户端？",
      },
      answers: [
        {
          text: { en: "Six: a connection for each page", zh: "六个：每个页面一条连接" },
          when: atLeast("served", 6),
          because: {
            en:
              "That was HTTP/1.0. Since 1997, HTTP/1.1 keeps a connection open for the next request.",
            zh: "那是 HTTP/1.0。1997 年以来，HTTP/1.1 会把连接留着，给下一个请求用。",
          },
        },
        {
          text: { en: "One, which asks six times", zh: "一个，问了六次" },
          when: atMost("served", 1),
          because: {
            en:
              "{served} connection, {messages} requests, {seconds} seconds. The connection is kept alive, and saves the handshake. The waiting it does not save.",
            zh:
              "{served} 条连接，{messages} 个请求，{seconds} 秒。连接一直留着（keep-alive），省下了握手，却没省下等待。",
          },
        },
        {
          text: { en: "Two or three, which share the work", zh: "两三个，大家分着来" },
          when: [above("served", 1), below("served", 6)],
          because: {
            en: "With one job there is never more than one open question.",
            zh: "`--jobs 1` 时，任何时刻都只有一个没答的请求。",
          },
        },
      ],
      actions: [download(1)],
    },
    {
      kind: "observe",
      at: "lane:0",
      text: {
        en: "One bar, and in it six times the same: a request, a second of sleep, an answer. " +
          "Client and server take turns in waiting for each other.",
        zh: "只有一条横条，里面是同样的六遍：一个请求，睡一秒，一个应答。客户端和服务器你等" +
          "我，我等你。",
      },
    },
    {
      kind: "predict",
      question: {
        en: "Now all six at once (`--jobs 6`). How long does it take until the last page is there?",
        zh: "现在六个一起下载（`--jobs 6`）。到最后一个页面拿到手，要多久？",
      },
      answers: [
        {
          text: { en: "Hardly more than one second", zh: "比一秒多不了多少" },
          when: below("longestWaitMs", 2_500),
          because: {
            en:
              "No client was without an answer for more than {longestWaitMs} ms; with the start of the downloader it took {seconds} seconds. Six waits at the same time take as long as one.",
            zh:
              "客户端最久只等了 {longestWaitMs} 毫秒；连启动下载器在内，一共 {seconds} 秒。六次等待凑在一起，和一次一样久。",
          },
        },
        {
          text: { en: "Six seconds: the server has one thread", zh: "六秒：服务器只有一个线程" },
          when: above("longestWaitMs", 4_500),
          because: {
            en:
              "It has one thread, but no greenlet blocks that thread: six of them wait in it at the same time.",
            zh: "线程是只有一个，可没有哪个 greenlet 会堵住它：里面同时有六个在等。",
          },
        },
        {
          text: { en: "About half: some of the waiting overlaps", zh: "大约一半：有些等待能重叠" },
          when: [atLeast("longestWaitMs", 2_500), atMost("longestWaitMs", 4_500)],
          because: {
            en: "All of it overlaps. No page has to wait for another.",
            zh: "全都能重叠。哪个页面也不用等另一个。",
          },
        },
      ],
      actions: [download(6)],
    },
    {
      kind: "check",
      question: { en: "And how many connections did that take?", zh: "这一回用了几条连接？" },
      answers: [
        {
          text: { en: "One, for all six requests", zh: "一条，六个请求共用" },
          when: atMost("served", 1),
          because: {
            en:
              "HTTP/1.1 answers the requests of a connection in their order. HTTP/2 can do it: many streams in one connection.",
            zh: "HTTP/1.1 在一条连接上只能按顺序应答。HTTP/2 才行：一条连接里有许多条流。",
          },
        },
        {
          text: { en: "Two or three", zh: "两三条" },
          when: [above("served", 1), below("served", 6)],
          because: {
            en: "With fewer connections than requests, some requests would have had to wait.",
            zh: "连接比请求少，就总有请求得等着。",
          },
        },
        {
          text: { en: "Six", zh: "六条" },
          when: atLeast("served", 6),
          because: {
            en:
              "{served}. Browsers do the same, and for a long time allowed themselves six to each host.",
            zh: "{served} 条。浏览器也这样做，长期以来，对每个主机最多开六条。",
          },
        },
      ],
    },
    {
      kind: "explain",
      text: {
        en: "How many at once? As long as waiting dominates, more is better. Then something " +
          "else becomes the limit: the line, the other side's patience, its rate limits. So a " +
          "downloader has a pool, like the thread pool of chapter 3, but of greenlets: " +
          "`gevent.pool.Pool(6)`, here `--jobs`.\n\nAnd with many at once, failure becomes " +
          "normal. Each download needs its timeout and its retries, and must not take the " +
          "others with it.",
        zh: "一次下载几个？只要大头还是等待，多多益善。再往上，别的东西就成了限制：线路带宽，" +
          "对方的耐心，对方的限流。所以下载器要有个池，像第 3 章的线程池，只是池里是 greenlet：" +
          "`gevent.pool.Pool(6)`，在这里就是 `--jobs`。\n\n同时做的事一多，失败就成了常态。每个" +
          "下载都要有自己的超时和重试，不能连累别人。",
      },
    },
    {
      kind: "experiment",
      args: ["lab", "gevent-order"],
      text: {
        en: "Five downloads of different lengths are started in order. In which order do they " +
          "finish? The laboratory writes it down.",
        zh: "五个长短不一的下载按顺序开始。它们会按什么顺序完成？实验室把它记下来。",
      },
    },
    {
      kind: "read",
      text: {
        en: "Here the classic text ends, and so does its question: how does one thread serve, " +
          "or ask, many? The answer is a loop that waits for all, and coroutines that hide " +
          "it.\n\nThree questions are left. What about the other processors of the machine? Is " +
          "there a better call than “which one is ready”? And which of all these servers should " +
          "you take?",
        zh: "经典的教程讲到这里为止，它的问题也有了答案：一个线程怎样服务许多客户端，或者询问" +
          "许多服务器？靠一个等待所有人的循环，再用协程把它藏起来。\n\n还剩三个问题。机器上其余" +
          "的处理器怎么办？有没有比“哪个就绪了”更好的问法？这么多种服务器，到底该用哪一种？",
      },
    },
  ],
  tryIt: [
    {
      command: "playground serve gevent --handler http --sleep 1s",
      says: {
        en: "In the first terminal: pages that take a second.",
        zh: "在第一个终端里运行：每个页面要一秒。",
      },
    },
    {
      command:
        "playground download http://127.0.0.1:7788/a http://127.0.0.1:7788/b http://127.0.0.1:7788/c --jobs 3",
      says: {
        en: "In the second terminal; then with `--jobs 1`.",
        zh: "在第二个终端里运行；再换成 `--jobs 1` 试试。",
      },
    },
    {
      command: "playground serve epoll --handler http --root .",
      says: {
        en: "A server for the files of this directory; download some with `--dir`.",
        zh: "提供当前目录里的文件；加上 `--dir` 下载几个。",
      },
    },
  ],
};
