import type { LabTexts } from "../messages.ts";

/** Groups thousands, as Chinese does. */
function count(value: number): string {
  return value.toLocaleString("zh-CN");
}

/** What people read of the experiments in Chinese. */
export const zhLab: LabTexts = {
  unknown: (typed: string, nearest: string) =>
    `没有 ${typed} 这个实验；是不是想用 ${nearest}？（playground lab 会列出所有实验）`,
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
    time: (mostMs: number) => `${mostMs / 1_000} 秒后仍未结束`,
  },

  experiments: {
    "backlog": {
      claim: "监听队列还有空位时，哪怕没有人接受，connect 也会成功；" +
        "没有空位时，connect 既不成功也不失败，而是等待。",
      row: (backlog: number, clients: number, connected: number) =>
        `backlog ${String(backlog).padStart(2)}：${String(clients).padStart(2)} 个客户端中，` +
        `立刻连上的有 ${String(connected).padStart(2)} 个`,
      waiting: (clients: number) => `其余 ${clients} 个没有得到任何回音`,
      later: (ms: number) =>
        `前面的被接受之后，等待的客户端再次尝试，${(ms / 1_000).toFixed(1)} 秒后连上了`,
      notConnected: "队列还有空位，connect 却没有成功",
      noLimit: "连上的客户端比队列容得下的还多",
      refused: "connect 没有等待，而是失败了",
      notLater: "有了空位，等待的客户端却没有连上",
    },
    "empty-recv": {
      claim: "recv 什么也没收到，当且仅当客户端已经关闭；连接被重置则是另一回事。",
      row: (deed: string, outcomes: readonly string[]) => `${deed} recv ${outcomes.join("，或者")}`,
      deeds: {
        "is silent": "客户端沉默不语：  ",
        "sends nothing": "客户端发送 0 字节：",
        "sends hello": "客户端发送 hello： ",
        "sends its last": "客户端宣告发送完：",
        "closes": "客户端关闭：      ",
        "resets": "客户端重置：      ",
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
    "shared-descriptor": {
      claim: "父进程把连接交给子进程之后，要关闭自己的那一份；交给线程则不可以关闭。",
      row: (who: string, seen: string) => `${who} ${seen}`,
      processKept: "交给子进程，保留自己那份：    ",
      processClosed: "交给子进程，关闭自己那份：    ",
      threadKept: "交给线程：                    ",
      threadClosed: "交给线程，关闭“自己那份”：    ",
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
    "scan-cost": {
      claim: "select 的开销随空闲连接的数目增长，epoll 的开销只与活跃连接有关。",
      active: (active: number) => `${active} 个连接活跃，空闲的越来越多；循环一轮需要`,
      label: (idle: number, call: string) => `空闲 ${count(idle).padStart(6)}  ${call.padEnd(6)}`,
      turn: (us: number) => us < 10 ? `${us.toFixed(1)} µs` : `${count(Math.round(us))} µs`,
      growth: (select: number, poll: number, epoll: number) =>
        `空闲连接增加到 1,000 倍，select 的耗时是原来的 ${select.toFixed(1)} 倍，` +
        `poll 是 ${poll.toFixed(1)} 倍，epoll 是 ${epoll.toFixed(1)} 倍`,
      doesNotGrow: (call: string) => `空闲连接多了，${call} 的耗时几乎没有增加`,
      grows: (call: string) => `空闲连接多了，${call} 的耗时也增加了`,
    },
    "lt-vs-et": {
      claim: "没有收完的数据，水平触发的 epoll 会再次报告，边缘触发的不会：" +
        "边缘触发的服务器若每个事件只收一次，就会停住；一直收到没有为止，就没有问题。",
      sent: (sentBytes: number, recvSizeBytes: number) =>
        `客户端发送 ${count(sentBytes)} 字节，一次 recv 收 ${count(recvSizeBytes)} 字节`,
      row: (mode: string, reports: number, receivedBytes: number, leftBytes: number) =>
        `${mode} ${count(reports).padStart(2)} 个事件，` +
        `收到 ${count(receivedBytes).padStart(6)} 字节，剩下 ${count(leftBytes)} 字节`,
      level: "水平触发，每个事件收一次：  ",
      edge: "边缘触发，每个事件收一次：  ",
      drained: "边缘触发，收到会阻塞为止：  ",
      levelStalled: "水平触发时，还有数据的套接字没有再次报告",
      edgeReportedAgain: "边缘触发时，没有新数据到来，套接字却再次报告了",
      drainStalled: "边缘触发时，服务器每次都收完，却照样停住了",
    },
  },
};
