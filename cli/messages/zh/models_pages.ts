import type { ModelTexts } from "../../messages.ts";
import { zhCoroutines } from "./models_coroutines.ts";
import { zhLoops } from "./models_loops.ts";
import { zhMulticore } from "./models_multicore.ts";
import { zhWorkers } from "./models_workers.ts";

/** What people read of the models in Chinese. */
export const zhModels: ModelTexts = {
  headings: {
    how: "工作原理",
    drawing: "谁在等谁",
    strengths: "优点",
    weaknesses: "缺点",
    tries: "试一试",
    handlers: "会等待的处理函数，以及彼此相遇的客户端",
  },

  handlers: {
    caller:
      "处理函数等待 promise 时，服务器不服务任何其他客户端。它一次只有一个客户端，所以谁也听不到" +
      "别人说的话。",
    process:
      "处理函数等待时，只耽误它自己的客户端。fork 出的子进程没有事件循环，所以需要事件循环的处理" +
      "函数会得到自己的运行时（process），或者被拒绝（prefork）。客户端对其他人说的话经过父进程，父进程" +
      "在等待时转发。",
    thread:
      "处理函数等待 promise 时，只耽误它自己的客户端：等待的是它的线程。客户端对其他人说的话经过监督" +
      "线程到达他们的线程，那些线程在等待接收或发送时就能听到。",
    loop:
      "处理函数等待 promise 时，循环照常服务所有其他客户端。在系统套接字上，循环会睡在系统调用里，听不到" +
      " promise 已经完成，所以处理函数是文件时，由另一个线程来做这个调用。客户端对其他人说的话立即放进" +
      "他们的发件箱，由循环发送。",
    loops:
      "处理函数等待 promise 时，它的循环照常服务所有其他客户端；workers 的进程没有事件循环，会拒绝这样" +
      "的处理函数。对其他循环的客户端说的话经过监督线程（workers 则经过父进程），像套接字一样唤醒循环。",
    sharedThread:
      "处理函数等待 promise 时，它的线程服务自己的其他客户端，循环也照常运行。对其他线程的客户端" +
      "说的话经过监督线程；没有人请求的应答与其他应答走同一条路，到循环或发送线程。",
    threads:
      "处理函数等待 promise 时，它的线程照常参加轮流，因为事件循环在运行。客户端对其他人说的话经过监督线程，到达" +
      "他们所绑定的线程，那些线程在跟随或领导时就能听到。",
    coroutine:
      "处理函数等待 promise 时，只有它的协程在等。所有客户端都在一个线程里：一个客户端对其他人说的" +
      "话立即放进他们的发件箱，由他们的协程发送。",
  },

  models: { ...zhWorkers, ...zhLoops, ...zhMulticore, ...zhCoroutines },
};
