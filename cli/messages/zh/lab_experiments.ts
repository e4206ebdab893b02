import { zhLabProcesses } from "./lab_processes.ts";
import { zhStagesExperiments } from "./lab_stages.ts";
import { zhLabWorkers } from "./lab_workers.ts";
import { padEnd } from "../../columns.ts";
import type { LabTexts } from "../../messages.ts";
import { zhLabCompletions } from "./lab_completions.ts";
import { count, didYouMean } from "./words.ts";
import { zhLabMulticore } from "./lab_multicore.ts";

/** A figure, filled with spaces at its start to `width` characters. */
function column(value: number, width: number): string {
  return count(value).padStart(width);
}

/** A ratio: with a decimal below ten, as a whole number above. */
function times(factor: number): string {
  return `${factor < 10 ? factor.toFixed(1) : count(Math.round(factor))} 倍`;
}

/** What people read of the experiments in Chinese. */
export const zhLab: LabTexts = {
  unknown: (typed: string, nearest: string | null) =>
    `没有 ${typed} 这个实验${didYouMean(nearest)}` +
    "（playground lab 会列出所有实验）",
  howToRun: "运行一个：playground lab <名称>；全部运行：playground lab all",

  verdicts: {
    holds: "说法成立。",
    doesNotHold: (reason: string) => `说法不成立：${reason}。`,
    notRun: (reason: string) => `无法运行：${reason}。`,
  },

  needs: {
    systemCalls: "需要操作系统自己的调用，只有 x86-64 或 arm64 上的 Linux 才有",
    descriptors: (wanted: number, limit: number) =>
      `需要 ${count(wanted)} 个文件描述符，而上限是 ${count(limit)}；请先运行 ulimit -n ${wanted}`,
    ioUring: {
      absent: "它需要 io_uring，而这个内核没有",
      forbidden: "它需要 io_uring，而这个系统禁止使用，容器常常如此",
      "too-old": "它需要 Linux 6.1 或更新内核的 io_uring",
      unlockable: "它需要的锁定内存超过了上限（ulimit -l）",
    },
    server: (model: string, reason: string) => `playground serve ${model} 无法服务：${reason}`,
    answer: (sent: string, answer: string) =>
      `服务器对 ${JSON.stringify(sent)} 的应答是 ${JSON.stringify(answer)}`,
    time: (maxMs: number) => `${maxMs / 1_000} 秒后仍未结束`,
  },

  experiments: {
    "one-at-a-time": {
      claim: "阻塞服务器一次服务一个客户端；下一个照样能连接、能发送，" +
        "它发送的内容要等到以后才一次全部到达。",
      connected: (ms: number) => `正在服务一个客户端时，下一个用 ${ms.toFixed(1)} ms 就连上了`,
      silent: (messages: number, ms: number) =>
        `它发送 ${messages} 条消息，${ms} ms 内没有得到应答`,
      answeredMeanwhile: "第一个客户端还没服务完，下一个就得到了应答",
      answered: (ms: number) => `第一个离开 ${ms.toFixed(1)} ms 之后，它得到了应答`,
      received: (chunks: readonly string[]) => `服务器从它那里收到的是：${chunks.join("，")}`,
      lost: "下一个客户端没有收回自己发送的内容",
      inPieces: (recvs: number) => `发送的内容分成 ${recvs} 次到达`,
    },
    "backlog": {
      claim: "监听队列还有空位时，哪怕没有人接受，connect 也会成功；" +
        "没有空位时，connect 既不成功也不失败，而是等待。",
      row: (backlog: number, clients: number, connected: number) =>
        `backlog ${column(backlog, 2)}：${column(clients, 2)} 个客户端中，` +
        `立刻连上的有 ${column(connected, 2)} 个`,
      waiting: (clients: number) => `其余 ${clients} 个没有得到任何回音`,
      later: (ms: number) => `有了空位之后，它们再次尝试，${(ms / 1_000).toFixed(1)} 秒后连上了`,
      notConnected: "队列还有空位，connect 却没有成功",
      noLimit: "连上的客户端比队列容得下的还多",
      refused: "connect 没有等待，而是失败了",
      notLater: "有了空位，等待的客户端却没有连上",
    },
    "empty-recv": {
      claim: "recv 什么也没收到，当且仅当客户端已经关闭；连接被重置则是另一回事。",
      row: (deed: string, outcomes: readonly string[]) =>
        `${padEnd(deed, 19)} recv ${outcomes.join("，或者")}`,
      actions: {
        "is silent": "客户端沉默不语：",
        "sends nothing": "客户端发送 0 字节：",
        "sends hello": "客户端发送 hello：",
        "sends its last": "客户端宣告发送完：",
        "closes": "客户端关闭：",
        "resets": "客户端重置：",
      },
      outcomes: {
        "would block": "会阻塞",
        "bytes": "收到数据",
        "nothing": "什么也没收到",
        "reset": "失败：ECONNRESET",
      },
      nothingOtherwise: "客户端还没关闭，recv 就什么也没收到；或者已经关闭，却还收到了什么",
      resetOtherwise: "重置与别的情况无法区分",
    },
    "process-cost": {
      claim: "每个客户端一个进程，客户端少时没问题，多了代价就高：" +
        "它花的时间和内存都远多于协程。",
      time: "所有客户端同时到来，每个得到服务所需的时间：",
      memory: "每个客户端独占的内存：",
      label: (servants: string, clients: number) => `${String(clients).padStart(3)} ${servants}`,
      servants: {
        fork: "个 fork 出的进程",
        cat: "个 cat 进程",
        runtime: "个带运行时的进程",
        thread: "个新线程",
        kept: "个客户端，由留用的线程服务",
        coroutine: "个协程",
      },
      ms: (ms: number) => `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`,
      timeAndMemory: (seconds: number, memory: string) =>
        `${seconds.toFixed(seconds < 1 ? 2 : 1)} 秒和 ${memory} 内存`,
      meant: (clients: number, processes: string, coroutines: string) =>
        "这个说法指的是 fork 出的进程，它一开始就是父进程的副本：" +
        `${count(clients)} 个需要 ${processes}，同样多的协程需要 ${coroutines}`,
      runtime: (time: number, memory: number) =>
        "它指的不是带运行时的进程：那要先启动 JavaScript，每个花的时间是 fork 出的进程的 " +
        `${times(time)}，内存是 ${times(memory)}`,
      thread: (time: number, kept: string) =>
        "新线程也要启动一个 JavaScript 运行时，花的时间是 fork 出的进程的 " +
        `${times(time)}；留用的线程接手下一个客户端，${kept} 就服务上了`,
      fewTakeLong: "才几个进程，就要好几秒才能就位",
      notDearer: "进程的代价并不比协程高多少",
    },
    ...zhLabProcesses,
    "shared-descriptor": {
      claim: "父进程把连接交给子进程之后，要关闭自己的那一份；交给线程则不可以关闭。",
      row: (who: string, seen: string) => `${padEnd(who, 24)} ${seen}`,
      processKept: "子进程，保留自己那份：",
      processClosed: "子进程，关闭自己那份：",
      threadKept: "线程，不去动它：",
      threadClosed: "线程，关闭“自己那份”：",
      answeredAndEnded: "得到应答，流也结束了",
      endedWithParent: "得到应答，但直到父进程也关闭，流才结束",
      neverEnded: "得到应答，但流始终没有结束",
      notAnswered: (error: string) => `没有得到应答（${error}）`,
      silence: "没有错误",
      endedAllTheSame: "父进程保留着自己那份，客户端的流却照样结束了",
      notEnded: "只有子进程持有连接，客户端的流却没有结束",
      threadFailed: "连接留给了线程，线程却没能服务",
      threadServed: "连接已经关闭，线程却照样服务了客户端",
    },
    "busy-poll": {
      claim: "不停轮询套接字的循环，没人说话也会空耗 CPU；两轮之间停一停，CPU 空出来了，" +
        "每次应答却都迟了。",
      silent: (clients: number) => `${clients} 个客户端已连接，都不说话：`,
      row: (server: string, cpuShare: number, roundTripMs: number) =>
        `${padEnd(server, 26)} 占 ${(cpuShare * 100).toFixed(0).padStart(3)}% 的 CPU，` +
        `${roundTripMs.toFixed(2).padStart(5)} ms 后应答`,
      busy: "nonblocking：",
      paused: (pauseMs: number) => `nonblocking，停顿 ${pauseMs} ms：`,
      epoll: "epoll，两样都不会：",
      doesNotBurn: "轮询并没有空耗 CPU",
      burnsAllTheSame: "有了停顿，轮询照样空耗 CPU",
      notSlower: "有了停顿，应答并没有变迟",
    },
    "fd-limit": {
      claim: "select 最多只能用 1,024 个描述符，epoll 没有这个限制。",
      row: (server: string, served: number, clients: number) =>
        `${padEnd(`${server}：`, 25)} ${count(clients)} 个客户端中服务了 ${count(served)} 个`,
      refused: (descriptor: number) =>
        `select 拒绝的第一个客户端，描述符本该是 ${count(descriptor)}`,
      noLimit: "select 并没有停在描述符 1,024",
      epollLimited: "epoll 也没能服务全部客户端",
      systemLimited: "集合改大之后，select 仍没能服务全部客户端，可见限制出自系统本身",
    },
    "scan-cost": {
      claim: "select 的开销随空闲连接的数目增长，epoll 的开销只与活跃连接有关。",
      active: (active: number) => `${active} 个连接活跃，空闲的越来越多，循环一轮的耗时：`,
      label: (idle: number, call: string) => `空闲 ${column(idle, 6)}  ${call.padEnd(6)}`,
      turn: (us: number) => us < 10 ? `${us.toFixed(1)} µs` : `${count(Math.round(us))} µs`,
      growth: (idle: number, select: number, poll: number, epoll: number) =>
        `空闲连接增加到 ${count(idle)} 倍，耗时增加到：select ${times(select)}，` +
        `poll ${times(poll)}，epoll ${times(epoll)}`,
      doesNotGrow: (call: string) => `空闲连接多了，${call} 的耗时几乎没有增加`,
      grows: (call: string) => `空闲连接多了，${call} 的耗时也增加了`,
    },
    "lt-vs-et": {
      claim: "没有收完的数据，水平触发的 epoll 会再次报告，边缘触发的不会：" +
        "边缘触发的服务器若每个事件只收一次，就会停住；一直收到没有为止，就没有问题。",
      sent: (sentBytes: number, recvSizeBytes: number) =>
        `客户端发送 ${count(sentBytes)} 字节，一次 recv 收 ${count(recvSizeBytes)} 字节`,
      row: (mode: string, reports: number, receivedBytes: number, leftBytes: number) =>
        `${mode} ${column(reports, 2)} 个事件，` +
        `收到 ${column(receivedBytes, 6)} 字节，剩下 ${column(leftBytes, 5)} 字节`,
      level: "水平触发，每个事件收一次：",
      edge: "边缘触发，每个事件收一次：",
      drained: "边缘触发，收到会阻塞为止：",
      levelStalled: "水平触发时，还有数据的套接字没有再次报告",
      edgeReportedAgain: "边缘触发时，没有新数据到来，套接字却再次报告了",
      drainStalled: "边缘触发时，服务器每次都收完，却照样停住了",
    },
    ...zhLabWorkers,
    ...zhLabCompletions,
    "switch-cost": {
      claim: "协程之间的切换远比线程或进程之间的便宜，每秒切换一百万次也不成问题。",
      scheduler: "协程，调度器",
      greenlet: "协程，greenlet",
      thread: "线程",
      process: "进程",
      perSecond: (switches: number) => `每秒 ${count(Math.round(switches))} 次`,
      times: (threads: number, processes: number) =>
        `greenlet 的切换速度是线程的 ${times(threads)}，是进程的 ${times(processes)}`,
      noMillion: "协程没能在一秒内切换一百万次",
      notCheaper: "协程的切换并不比线程和进程快多少",
    },
    "cpu-hog": {
      claim: "一个协程埋头计算，其余的协程全都挨饿；线程和进程则不会。",
      hog: (ms: number, others: number) =>
        `一个客户端让 CPU 计算 ${ms} ms，另外 ${others} 个不断发送并等待回显：`,
      row: (workers: string, longestMs: number, answered: number) =>
        `${workers} 其间应答 ${column(answered, 3)} 次，` +
        `最长等了 ${longestMs.toFixed(longestMs < 10 ? 1 : 0)} ms`,
      coroutine: "协程：",
      thread: "线程：",
      process: "进程：",
      coroutinesLive: "一个协程在计算，其余的却照常进行",
      threadsStarve: "其余的线程或进程也不得不等待",
    },
    "io-bound": {
      claim: "处理函数在等待时，协程比阻塞服务器快；处理函数在计算时，协程毫无益处。",
      clients: (clients: number, ms: number) =>
        `${clients} 个客户端同时到来，每个需要 ${ms} ms；全部服务完需要`,
      row: (simulatedCost: string, blockingMs: number, coroutineMs: number) =>
        `${simulatedCost} 阻塞 ${blockingMs.toFixed(0).padStart(4)} ms，` +
        `协程 ${coroutineMs.toFixed(0).padStart(4)} ms`,
      waiting: "处理函数在等待：",
      computing: "处理函数在计算：",
      noGain: "处理函数在等待，协程却并没有快多少",
      gain: "处理函数在计算，协程却还是更快",
    },
    ...zhStagesExperiments,
    ...zhLabMulticore,
    "gevent-order": {
      claim: "用 greenlet 下载，开始的次序就是请求的次序，完成的次序则是另一个。",
      download: (number: number, ms: number) => `${number}（${ms} ms）`,
      started: (downloads: readonly string[]) => `开始的次序：${downloads.join("，")}`,
      finished: (downloads: readonly string[]) => `完成的次序：${downloads.join("，")}`,
      took: (ms: number, sumMs: number) =>
        `一起下载用了 ${ms.toFixed(0)} ms，逐个下载则要 ${sumMs} ms`,
      otherStart: "开始的次序并不是请求的次序",
      sameOrder: "完成的次序就是开始的次序",
      oneByOne: "用的时间与逐个下载一样长",
    },
  },
};
