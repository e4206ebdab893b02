import type { Chapter } from "../chapter.ts";
import {
  above,
  atLeast,
  atMost,
  below,
  exactly,
  open,
  READ,
  READ_NOTHING,
  serve,
  talk,
  until,
} from "./stage.ts";

/** A queue of messages for each client, and what a loop must do for clients that do not read. */
export const selectQueue: Chapter = {
  id: "select-queue",
  title: { en: "select with write queues", zh: "select 加写队列" },
  minutes: 8,
  steps: [
    {
      kind: "read",
      text: {
        en: "`send` does not send. It copies bytes into the socket's send buffer, and the " +
          "kernel sends them when it may. If the client does not read, its receive buffer " +
          "fills, TCP tells the other side to stop, and then our send buffer fills as " +
          "well.\n\nA blocking `send` would now sleep, and a loop must never sleep for one " +
          "client. A nonblocking one takes a part, or says EAGAIN. The rest is ours to keep.",
        zh: "`send` 并没有把数据发出去。它只是把字节拷进套接字的发送缓冲区，什么时候发，由内核" +
          "看情况决定。客户端若不收，它的接收缓冲区会满，TCP 通知这边停下，接着我们的发送缓冲区" +
          "也满了。\n\n这时，阻塞的 `send` 会睡下去，而循环绝不能为一个客户端睡着。非阻塞的 " +
          "`send` 能收下多少算多少，或者干脆说 EAGAIN。剩下的，得我们自己存着。",
      },
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "The course starts the server of the last chapter once more, and opens three " +
          "clients that talk. All is well.",
        zh: "课程再启动一次上一章的服务器，打开三个说话的客户端。一切正常。",
      },
      actions: [serve("select"), talk(300), open(3), until(atLeast("served", 3))],
    },
    {
      kind: "read",
      text: {
        en: "In a moment the clients will keep sending, but read nothing: a video player that " +
          "was paused, a phone in a tunnel, or somebody who means harm. They send large pieces, " +
          "so the buffers fill in a moment.",
        zh: "过一会儿，这些客户端会变成另一种样子：只管发，一点也不收。可能是暂停了的播放器，" +
          "进了隧道的手机，也可能是存心捣乱。它们一发就是一大块，缓冲区转眼就满。",
      },
    },
    {
      kind: "predict",
      question: {
        en: "Now none of the three reads its answers, and all keep sending. What does the " +
          "server do with them?",
        zh: "现在三个客户端都不收应答，还一个劲地发。服务器会拿它们怎么办？",
      },
      answers: [
        {
          text: { en: "It receives on and on, and its memory grows", zh: "照收不误，内存越涨越大" },
          when: [atLeast("clients", 3), below("blocked", 1)],
          because: {
            en: "A server without a limit does that, until it is killed for lack of memory. A " +
              "client that sends fast enough can do that to it.",
            zh: "没有上限的服务器才会这样，直到内存耗尽被杀掉。谁发得够快，谁就办得到。",
          },
        },
        {
          text: { en: "It stops receiving from them", zh: "不再接收它们的数据" },
          when: [atLeast("clients", 3), atLeast("blocked", 1)],
          because: {
            en: "{blocked} clients are blocked: they are owed answers that their sockets do " +
              "not take. So they leave the set for reading. TCP passes the pressure on, and in the " +
              "end the client itself cannot send. This is backpressure.",
            zh: "{blocked} 个客户端“等待可写”：欠它们的应答，它们的套接字收不下。于是它们退出" +
              "等着读的集合，TCP 把压力一路传回去，最后客户端自己也发不动了。这就是反压。",
          },
        },
        {
          text: { en: "It throws them out", zh: "把它们赶走" },
          when: below("clients", 3),
          because: {
            en: "Some servers do, Redis for one: a subscriber that is too slow is disconnected " +
              "(`client-output-buffer-limit`). This one waits.",
            zh: "有的服务器会，比如 Redis：订阅者收得太慢就断开" +
              "（`client-output-buffer-limit`）。这个服务器选择等。",
          },
        },
      ],
      actions: [READ_NOTHING, talk(10), until(atLeast("blocked", 3))],
    },
    {
      kind: "observe",
      at: "clients",
      text: {
        en: "All three are now waiting to write, and `select` watches them for that alone. The " +
          "loop itself sleeps soundly, and would serve at once any client that reads. That is " +
          "the whole art: a slow client costs a little memory, and nobody's time.",
        zh: "三个客户端现在都是“等待可写”，`select` 也只等它们可写。循环自己睡得好好的，要是来" +
          "个肯收的客户端，它马上就能服务。诀窍就在这里：慢客户端只占一点内存，不占别人的时间。",
      },
    },
    {
      kind: "do",
      by: "reader",
      text: {
        en: "Let them read again. The buffers empty themselves, the sockets become writable, " +
          "the rest of each answer leaves, and the conversation goes on. Nothing was lost.",
        zh: "让它们重新收数据吧。缓冲区一空，套接字就变得可写，剩下的应答发出去，对话接着进" +
          "行，什么也没丢。",
      },
      actions: [READ, talk(300), until(exactly("blocked", 0))],
    },
    {
      kind: "do",
      by: "course",
      text: {
        en: "That server kept one unfinished answer for each client, and received no more " +
          "meanwhile. Its sister gives each client a queue. The course starts it and opens one " +
          "client, which will soon talk fast.",
        zh: "刚才那个服务器，给每个客户端只存一份没发完的应答，存着的时候就不再收。它的姊妹则" +
          "给每个客户端一个队列。课程启动它，打开一个客户端，它马上要飞快地说话。",
      },
      actions: [serve("select-queue"), open(1), until(exactly("waiting", 1))],
    },
    {
      kind: "explain",
      code: "wait",
      text: {
        en: "What arrives goes into the client's queue. When `select` reports the client as " +
          "writable, the queue is worked off: handler, `send`, next message.\n\n“Writable” " +
          "means that the send buffer has room, and that is nearly always so. Therefore a " +
          "client is in the set for writing only while its queue is not empty. Forget that, and " +
          "`select` returns at once, for ever: a loop at 100 percent CPU.",
        zh: "收到的消息，先放进这个客户端的队列；`select` 报告这个客户端可写，再来处理队列：处" +
          "理函数、`send`、下一条。\n\n“可写”的意思是发送缓冲区有空位，而这几乎总是成立的。因" +
          "此，只有队列不空时，才把客户端放进等着写的集合。忘了这一条，`select` 次次立刻返回，" +
          "循环空转，CPU 100%。",
      },
    },
    {
      kind: "predict",
      question: {
        en: "The client sends a message every twenty milliseconds. How many times does " +
          "`select` return for each message?",
        zh: "这个客户端每二十毫秒发一条消息。每条消息，`select` 要返回几次？",
      },
      answers: [
        {
          text: {
            en: "Once, as with the server of the last chapter",
            zh: "一次，和上一章的服务器一样",
          },
          when: below("returns", "messages", 1.6),
          because: {
            en: "That server answered in the same turn in which it received. This one only " +
              "puts the message into the queue.",
            zh: "那个服务器收到就答，都在同一轮里。这个只是先把消息放进队列。",
          },
        },
        {
          text: { en: "Twice: once to receive, once to answer", zh: "两次：一次收，一次答" },
          when: [atLeast("returns", "messages", 1.6), atMost("returns", "messages", 4)],
          because: {
            en: "{returns} returns for {messages} messages. Receiving and answering are " +
              "separate steps now.",
            zh: "{messages} 条消息，返回了 {returns} 次。收和答，如今是分开的两步。",
          },
        },
        {
          text: {
            en: "All the time: a client can nearly always be written to",
            zh: "不停地返回：客户端几乎总是可写的",
          },
          when: above("returns", "messages", 4),
          because: {
            en: "That is the mistake just described, and this server does not make it.",
            zh: "那正是刚才说的错误，这个服务器没有犯。",
          },
        },
      ],
      actions: [talk(20), until(atLeast("messages", 60))],
    },
    {
      kind: "check",
      question: {
        en: "And where was the server's own thread in the meantime?",
        zh: "这段时间里，服务器自己的线程大部分时间在哪里？",
      },
      answers: [
        {
          text: { en: "In `select`, asleep", zh: "在 `select` 里睡着" },
          when: above("waitShare", 50),
          because: {
            en: "{waitShare} percent of the time. Even fifty messages a second are nothing: " +
              "each takes some microseconds.",
            zh: "{waitShare}% 的时间在睡。每秒五十条消息根本不算什么：一条只要几微秒。",
          },
        },
        {
          text: { en: "In the handler", zh: "在处理函数里" },
          when: [atMost("waitShare", 50), atLeast("handleShare", "recvShare")],
          because: { en: "An echo has nearly nothing to do.", zh: "回显几乎没有什么要做的。" },
        },
        {
          text: { en: "In `recv`", zh: "在 `recv` 里" },
          when: [atMost("waitShare", 50), below("handleShare", "recvShare")],
          because: {
            en: "This `recv` never waits: it is called when bytes are there, and takes them.",
            zh: "这个 `recv` 从不等待：有字节才调用它，取走就完。",
          },
        },
      ],
    },
    {
      kind: "explain",
      code: "send",
      text: {
        en: "How long may a queue become? Here 64 kB for each client; then the client leaves " +
          "the set for reading, until the queue has shrunk. A queue does not make a server " +
          "faster. It smooths a burst, and if the load stays too high, it only makes everybody " +
          "wait longer.\n\nSo every queue needs a limit, and a decision: what happens to the " +
          "one that finds it full? Wait, refuse, or drop.",
        zh: "队列可以有多长？这里每个客户端 64 kB，满了就退出等着读的集合，等队列缩短了再回" +
          "来。队列不会让服务器变快。它能抹平一阵高峰；要是负载一直过高，它只会让人人等得更久。" +
          "\n\n所以每个队列都要有上限，还要拿个主意：碰上队列满了怎么办？等、拒绝，还是丢掉。",
      },
    },
    {
      kind: "experiment",
      args: ["lab", "overload"],
      text: {
        en: "The laboratory puts twice the bearable load on a server, once with a short queue " +
          "and once with an endless one. Count who gets an answer in time.",
        zh: "实验室给服务器加上两倍于承受能力的负载，一次用很短的队列，一次用没有尽头的队列。" +
          "数一数，有多少客户端及时得到了应答。",
      },
    },
    {
      kind: "read",
      text: {
        en: "You will find this server in all event loops: `socket.write()` of Node returns " +
          "false when its queue is long, and `drain` says that it is empty again; nginx, Redis " +
          "and Netty have the same queue and the same two sets.\n\nOne debt is left from " +
          "chapter 5: the scan. It is time for epoll.",
        zh: "各种事件循环里都有这个服务器的影子：Node 的 `socket.write()` 在队列太长时返回 " +
          "false，空了就发 `drain` 事件；nginx、Redis、Netty 里是同样的队列、同样的两个集合。" +
          "\n\n第 5 章还留着一笔账没还：扫描。该 epoll 上场了。",
      },
    },
  ],
  tryIt: [
    {
      command: "playground serve select-queue",
      says: {
        en: "In the first terminal; it listens on port 9999.",
        zh: "在第一个终端里运行，它监听 9999 端口。",
      },
    },
    {
      command: "playground flood --port 9999 --no-wait --conns 10 --duration 2s",
      says: {
        en: "In the second terminal: senders that do not wait for their answers.",
        zh: "在第二个终端里运行：不等应答就一直发的客户端。",
      },
    },
    {
      command: "playground explain select-queue",
      says: { en: "Its page, in short.", zh: "关于它的简短讲解。" },
    },
  ],
};
