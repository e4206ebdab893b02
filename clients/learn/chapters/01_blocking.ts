import type { Chapter } from "../chapter.ts";
import {
  above,
  atLeast,
  atMost,
  below,
  exactly,
  halfClose,
  open,
  serve,
  SILENCE,
  talk,
  until,
} from "./stage.ts";

/** One process that serves one client at a time. */
export const blocking: Chapter = {
  id: "blocking",
  title: { en: "One process", zh: "一个进程" },
  minutes: 7,
  steps: [
    {
      kind: "read",
      text: {
        en: "Four calls make a server. `listen` opens a port. `accept` takes the next client. " +
          "`recv` takes the bytes that it sent, and `send` returns the answer.\n\nThe shortest " +
          "server makes these calls one after another, in one thread. Each call blocks: it " +
          "returns when there is something to return, and until then the thread sleeps. Our " +
          "server is an echo server. Whatever a client sends comes back.",
        zh: "写服务器，先要认识四个调用：`listen` 打开端口，`accept` 接来下一个客户端，`recv` " +
          "取走它发来的字节，`send` 把应答发回去。\n\n最短的服务器只有一个线程，把这几个调用挨" +
          "个做一遍。每个调用都是阻塞的：有了结果才返回，没有结果，线程就睡在里面。我们用的是回" +
          "显服务器：客户端发来什么，就原样发回什么。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "The course now starts this server for you. It is a real one: a process of its " +
          "own, with a real port, on this machine. Nobody has connected yet, so it sleeps in " +
          "`accept`.",
        zh: "课程现在替你启动这个服务器。它是真的：一个独立的进程，占着本机一个真实的端口。眼" +
          "下还没有人连接，所以它睡在 `accept` 里。",
      },
      actions: [serve("blocking"), talk(300)],
    },
    {
      kind: "do",
      by: "reader",
      text: {
        en: "Now open a client. It says “hello” about three times a second, and the server " +
          "returns each “hello”.",
        zh: "现在请你打开一个客户端。它每秒大约说三次“hello”，服务器每次都原样答回去。",
      },
      actions: [open(1), until(atLeast("served", 1))],
    },
    {
      kind: "observe",
      at: "lane:0",
      text: {
        en: "This lane is the server's own thread. The narrow marks are messages: `recv` " +
          "returns, the handler runs, `send` leaves. All of it takes some microseconds. The " +
          "long stretches between them are one call, `recv`, in which the thread sleeps and " +
          "uses no CPU at all.",
        zh: "这条泳道就是服务器自己的线程。那些细小的标记是一条条消息：`recv` 返回，处理函数运" +
          "行，`send` 发出，总共不过几微秒。标记之间长长的一段是同一个调用 `recv`：线程睡在里" +
          "面，一点 CPU 也不用。",
      },
    },
    {
      kind: "explain",
      code: "recv",
      text: {
        en: "Look at the marked line. There is no waiting loop and no callback: the program " +
          "simply stops in `recv`. The kernel has put the thread on the wait queue of this one " +
          "socket. When a segment arrives, the kernel puts the bytes into the socket's receive " +
          "buffer, wakes the thread, and `recv` returns.\n\nThis is the charm of blocking " +
          "calls. The code tells the story of one client, from top to bottom.",
        zh: "看标出的这一行：没有轮询，也没有回调，程序就停在 `recv` 里。内核把线程挂到这一个" +
          "套接字的等待队列上；数据到了，内核把字节放进套接字的接收缓冲区，唤醒线程，`recv` 这" +
          "才返回。\n\n阻塞调用的好处就在这里：代码从上往下读，讲的就是一个客户端从头到尾的故" +
          "事。",
      },
    },
    {
      kind: "predict",
      question: {
        en: "The first client goes on talking. Two more connect, and start talking as well. " +
          "What do the two get?",
        zh: "第一个客户端还在说话。这时又来了两个，也开始说话。后来的这两个会怎样？",
      },
      answers: [
        {
          text: {
            en: "Answers: the server takes the three in turn",
            zh: "得到应答：服务器轮流照顾三个客户端",
          },
          when: atLeast("served", 2),
          because: {
            en: "For that the server would have to return to `accept` between two messages. It " +
              "does not: it is in the loop of one client until that client leaves.",
            zh: "那样的话，服务器得在两条消息之间回到 `accept`。它回不去：第一个客户端不走，它" +
              "就出不了这个客户端的循环。",
          },
        },
        {
          text: {
            en: "Silence: they connect, they may send, but nobody answers",
            zh: "沉默：能连上，也能发，就是没人应答",
          },
          when: [below("served", 2), atLeast("backlog", 1)],
          because: {
            en: "The server received {messages} messages, and answered {served} client. " +
              "{backlog} more are connected, and wait for an `accept` that does not come.",
            zh: "这段时间里服务器收了 {messages} 条消息，只应答了 {served} 个客户端；另有 " +
              "{backlog} 个已经连上，却等不来那个 `accept`。",
          },
        },
        {
          text: {
            en: "An error: the server is busy, so the connection is refused",
            zh: "报错：服务器正忙，连接被拒绝",
          },
          when: [below("served", 2), below("backlog", 1)],
          because: {
            en: "A connection is refused when nobody listens on the port. Here somebody " +
              "listens, and a busy listener is still a listener.",
            zh: "没有人在端口上监听，连接才会被拒绝。这里有人监听，再忙也算监听。",
          },
        },
      ],
      actions: [open(2), until(atLeast("messages", 6))],
    },
    {
      kind: "observe",
      at: "backlog",
      text: {
        en: "Here they are, at the bottom: the backlog. Each of the two bars is a connection " +
          "that is complete, as far as the client can see. `connect` has returned, `send` " +
          "succeeds. Only the answer is missing.",
        zh: "它们在最下面，也就是监听队列（backlog）里。两条横条各是一个连接，在客户端看来已经" +
          "完好无缺：`connect` 返回了，`send` 也成功了，缺的只是应答。",
      },
    },
    {
      kind: "explain",
      code: "accept",
      text: {
        en: "The kernel shakes hands by itself; the program need not be there. Finished " +
          "connections stand in the backlog, the listener's accept queue, and `accept` only takes the first " +
          "one out. The second argument of `listen` limits that queue, and on Linux " +
          "`net.core.somaxconn` limits it too (4,096 today, 128 for many years).\n\nWhen the " +
          "queue is full, Linux drops what would open another connection. The client gets no " +
          "error: its `connect` waits, while its kernel tries again, later and later.",
        zh:
          "三次握手由内核独自完成，用不着程序在场。握完手的连接排进监听队列（内核里叫全连接队列），" +
          "`accept` 只是从队首取一个出来。队列有多长，由 `listen` 的第二个参数限定，Linux 上还" +
          "受 `net.core.somaxconn` 限制（如今默认 4096，过去许多年是 128）。\n\n队列满了，Linux " +
          "就把新的连接请求丢掉。客户端收不到错误：它的 `connect` 一直等着，由它那边的内核一次" +
          "比一次更晚地重试。",
      },
    },
    {
      kind: "check",
      question: {
        en: "Two clients were waiting for the server all that time. What was the server itself " +
          "doing, most of the time?",
        zh: "这段时间，有两个客户端一直在等服务器。那么服务器自己大部分时间在做什么？",
      },
      answers: [
        {
          text: {
            en: "It slept in `recv`, waiting for the first client",
            zh: "睡在 `recv` 里，等第一个客户端说话",
          },
          when: above("recvShare", 50),
          because: {
            en: "{recvShare} percent of the time it was in `recv`. It was idle, and yet it " +
              "could not serve anyone else: it waits for one socket, and is deaf to all others.",
            zh: "有 {recvShare}% 的时间它都在 `recv` 里。它明明闲着，却谁也服务不了：它只等一" +
              "个套接字，别的一概听不见。",
          },
        },
        {
          text: { en: "It worked for the first client", zh: "忙着为第一个客户端干活" },
          when: [atMost("recvShare", 50), atMost("acceptShare", 50)],
          because: {
            en: "An echo takes microseconds. A lane that was really at work would show hardly " +
              "any `recv`.",
            zh: "回显一次只要几微秒。真在干活的话，泳道里几乎看不到 `recv`。",
          },
        },
        {
          text: {
            en: "It slept in `accept`, waiting for clients",
            zh: "睡在 `accept` 里，等客户端来",
          },
          when: [atMost("recvShare", 50), above("acceptShare", 50)],
          because: {
            en: "A server in `accept` would have taken the two at once. They were standing in " +
              "the queue.",
            zh: "要是在 `accept` 里，那两个早就被接走了：它们就排在队列里。",
          },
        },
      ],
    },
    {
      kind: "read",
      text: {
        en: "This is the trouble of the whole course in one picture: waiting blocks. The " +
          "server is not slow and the machine is not busy. One thread can wait in one call, and " +
          "one call waits for one client.\n\nThere are two ways out. Have more threads of " +
          "control, one for each client: chapters 2 and 3. Or have one call that waits for all " +
          "clients at once: chapters 5 to 7.",
        zh: "整门课要解决的麻烦，全在这张图里：等待会堵住一切。服务器并不慢，机器也不忙；只是" +
          "一个线程只能等在一个调用里，一个调用只等一个客户端。\n\n出路有两条。要么多几条执行" +
          "流，每个客户端一条：第 2、3 章。要么换一个能同时等所有客户端的调用：第 5 到 7 章。",
      },
    },
    {
      kind: "predict",
      question: {
        en: "All this time the two have been sending “hello” into the silence. Now all three " +
          "clients announce that they have nothing more to send (a half-close), and listen. " +
          "What becomes of the hellos of the two?",
        zh: "那两个客户端一直对着沉默发“hello”。现在三个客户端都声明不再发送（半关闭），只留着" +
          "耳朵听。那两个客户端先前发的“hello”会怎样？",
      },
      answers: [
        {
          text: {
            en: "They are lost: nobody was there to receive them",
            zh: "丢了：发的时候根本没人在收",
          },
          when: below("served", 2),
          because: {
            en: "TCP would then be of little use. What the client has sent and the server's " +
              "kernel has confirmed stays in the receive buffer, accepted or not.",
            zh: "那 TCP 就没什么用了。客户端发出的、服务器的内核已经确认的数据，都留在接收缓冲" +
              "区里，连接有没有被 `accept` 过都一样。",
          },
        },
        {
          text: {
            en: "They arrive one by one, and each gets its answer",
            zh: "一条一条送到，每条各得一次应答",
          },
          when: [atLeast("served", 2), above("messages", 5)],
          because: {
            en: "TCP has no messages, so it cannot hand them out one by one. `recv` takes what " +
              "lies in the buffer.",
            zh: "TCP 里没有“条”这回事，也就没法一条条地交付。缓冲区里有多少，`recv` 就取多少。",
          },
        },
        {
          text: {
            en: "They arrive all at once, in one piece for each client",
            zh: "一下子全到，每个客户端的连成一整块",
          },
          when: [atLeast("served", 2), atMost("messages", 5)],
          because: {
            en: "A dozen hellos and more, and only {messages} receives: the kernel kept the " +
              "bytes, and one `recv` took all of a client's. TCP is a stream of bytes. Where a " +
              "message ends is for the program to say.",
            zh: "攒了十几个“hello”，却只收了 {messages} 次：字节都由内核保管着，一次 `recv` 就" +
              "把一个客户端的全部取走。TCP 是字节流，一条消息到哪里为止，要由程序自己约定。",
          },
        },
      ],
      actions: [SILENCE, halfClose(3), until(exactly("clients", 0))],
    },
    {
      kind: "explain",
      code: "recv",
      text: {
        en: "After the last byte, `recv` returns 0. That is not “nothing yet”, for which it " +
          "would have slept; it means that the client will never send again. This is how the " +
          "loop ended three times in a row, and `accept` got its turn.\n\nA client that " +
          "vanishes without a word (cable pulled, machine off) sends no end. Then a blocking " +
          "server waits for ever, unless it sets a timeout.",
        zh: "最后一个字节之后，`recv` 返回 0。这不是“暂时没有”，暂时没有它会接着睡；0 的意思是" +
          "客户端再也不会发了。刚才循环正是这样接连结束三次，`accept` 才轮得到。\n\n要是客户端" +
          "一声不响就消失了（网线拔了，机器断电），就不会有这个结束。阻塞服务器若不设超时，会永" +
          "远等下去。",
      },
    },
    {
      kind: "experiment",
      args: ["lab", "one-at-a-time"],
      text: {
        en: "The laboratory tests what you have just seen, with figures: how fast the second " +
          "client connects, how long it hears nothing, and in how many pieces its messages " +
          "arrive.",
        zh: "实验室用数字检验你刚才看到的事：第二个客户端多快连上，多久听不到应答，它的消息分" +
          "成几块到达。",
      },
    },
    {
      kind: "read",
      text: {
        en: "Is such a server good for anything? Yes, when there is only ever one client: a " +
          "debug console, a test, a tool that asks another tool on the same machine. And it " +
          "lives on inside bigger ones. In the next two chapters, each process and each thread " +
          "will run exactly this code.",
        zh: "这样的服务器有用吗？有，只要客户端从来只有一个：调试控制台、测试程序，或是同一台" +
          "机器上一个工具去问另一个工具。它也活在更大的服务器里：接下来两章，每个进程、每个线程" +
          "里跑的正是这段代码。",
      },
    },
  ],
  tryIt: [
    {
      command: "playground serve blocking",
      says: {
        en: "In the first terminal. The log names each client that it accepts.",
        zh: "在第一个终端里运行。日志会写出接受了谁。",
      },
    },
    {
      command: "playground connect",
      says: {
        en:
          "In the second terminal: type a line. Open a third one and do the same, then end the second with Ctrl-D.",
        zh: "在第二个终端里运行，键入一行。再开第三个终端照做一遍，然后在第二个里按 Ctrl-D 结" +
          "束。",
      },
    },
    {
      command: "playground lab backlog",
      says: {
        en: "What happens when the queue of the listener is full.",
        zh: "看看监听队列满了会怎样。",
      },
    },
  ],
};
