import { zhServeWatchFlags } from "./watch.ts";
import { count, didYouMean } from "./words.ts";

/** The help of the command, in Chinese. */
export const zhServeCommand = {
  summary: "按某个模型为 TCP 客户端提供服务",
  usage: "serve <模型> [选项]",
  flags: {
    port: "监听的端口，0 表示任选一个空闲端口（默认 7788，select-queue 为 9999）",
    backlog: "监听队列的长度，即最多有多少个客户端可以排队等待接受",
    handler:
      "如何处理收到的字节：echo、discard、upper、bytes、star、prime、chat、kv（可用 redis-cli 连接）、" +
      "http，或一个文件，如 ./mine.js",
    db: "kv：保存数据的 SQLite 文件，或 :memory:（不给则用临时文件，服务器停止后删除）",
    root: "http：提供哪个目录里的文件（不给则任何路径都应答 hello）",
    sleep: "每次应答前先等这么久，好比在等数据库",
    cpu: "每条消息消耗这么多 CPU 时间",
    recvSize: "一次最多接收多少字节（默认 16384，libc 为 65536）",
    maxClients: "客户端超过这个数就拒绝",
    idleTimeout: "客户端沉默这么久（且没有待应答的内容）就断开；0 表示永不",
    grace: "按下 Ctrl-C 后，给客户端多少时间收尾",
    quiet: "不打印客户端日志",
    verbose: "发送也记入日志，并且每秒最多打印 1,000 行",
    trigger: "epoll：以边缘触发还是水平触发的方式报告就绪",
    pause: "nonblocking、coroutine：两轮之间睡眠多久",
    spare: "thread、process：预先备好多少个",
    keep: "thread：客户端离开后，最多留几个线程等下一个客户端；0 表示每个客户端都用新线程" +
      "（默认：同时忙过多少个就留多少个）",
    exec: "process：用来服务客户端的程序，与 inetd 相同",
    sockets: "用 Deno 自己的套接字，还是经由 C 库直接使用系统调用（libc 仅限 Linux）",
    oneshot: "epoll：每个客户端只报告一次，重新要求之后才再报告（EPOLLONESHOT）",
    threads: "threadpool：有多少个线程，也就是能同时服务多少个客户端",
    workers: "有多个工作者的模型（从 prefork 到 pipeline）：有多少个（默认与处理器一样多）",
    accept:
      "prefork、prethread：全都在 accept 里等，或凭锁一次一个；prefork 还可由父进程接受后转交",
    hand: "reactors：下一个客户端交给哪个循环，轮流，还是给客户端最少的那个",
    wake: "workers：客户端到来时唤醒所有在等的进程，还是尽量少唤醒（EPOLLEXCLUSIVE）",
    queue: "pipeline：最多有这么多条消息等待处理函数；再多一条，就拒绝那个客户端",
    fdSetsize: "select、select-queue 配合 --sockets libc：只监视小于这个数的描述符",
    stats: "停止时另外打印开销：唤醒次数、系统调用、CPU、内存",
    ...zhServeWatchFlags,
  },
  examples: [
    "playground serve select",
    "playground serve thread --spare 20 --sleep 100",
    'playground serve process --exec "cat"',
  ],
};

/** What a server says, in Chinese. */
export const zhServe = {
  listening: (address: string, model: string, sockets: string, pid: number) =>
    `正在监听 ${address}（模型 ${model}，套接字 ${sockets}，pid ${pid}）`,
  waiting: "等待客户端",
  accepted: (address: string) => `客户端 ${address} 已连接`,
  received: (address: string, shown: string, sizeBytes: number) =>
    `收到 ${address} 发来的 ${shown}（${count(sizeBytes)} 字节）`,
  sent: (address: string, sizeBytes: number) => `向 ${address} 发送了 ${count(sizeBytes)} 字节`,
  sentText: (address: string, shown: string, sizeBytes: number) =>
    `向 ${address} 发送了 ${shown}（${count(sizeBytes)} 字节）`,
  reset: (address: string) => `${address} 重置了连接`,
  dismissed: (address: string) => `${address} 沉默时间超过 --idle-timeout：结束其连接`,
  wasCutOff: (address: string) => `${address} 尚未收完就被切断：其连接已被重置`,
  closed: (address: string) => `${address} 已关闭连接`,
  refused: (address: string) => `拒绝了 ${address}：客户端数已达到 --max-clients`,
  more: (lines: number) => `……还有 ${count(lines)} 行，没有人及时读取，已略去`,
  busy: (active: number, messagesPerSecond: number, accepted: number, closed: number) =>
    `已连接 ${count(active)} 个，每秒 ${count(messagesPerSecond)} 条消息` +
    (accepted > 0 ? `，新来 ${count(accepted)} 个` : "") +
    (closed > 0 ? `，离开 ${count(closed)} 个` : ""),
  unread: (lines: number) => `最后 ${count(lines)} 行没有人读取`,
  outOfDescriptors: (limit: string) =>
    `没有文件描述符可供新客户端使用了（上限为 ${limit}），等有空闲的再继续接受；` +
    "可用 ulimit -n 提高上限",
  tooManyProcesses: "系统不允许再有更多进程：在有进程结束之前，新来的客户端会被断开；" +
    "可以用 ulimit -u 提高上限",
  tooManyThreads: "系统不允许再有更多线程：客户端要等到有空闲的线程，其余的线程稍后再试着启动；" +
    "可以用 ulimit -u 提高上限",
  workersMissing: (workers: number, wanted: number) =>
    `系统不允许再有更多进程：${wanted} 个工作进程中只有 ${workers} 个提供服务，其余的稍后再试；` +
    "可以用 ulimit -u 提高上限",
  clientsLimited: (max: number, limit: string) =>
    `文件描述符上限为 ${limit}，这个模型最多只能同时服务 ${count(max)} 个客户端，` +
    "后来的要等一等；可用 ulimit -n 提高上限",
  workersLimited: (wanted: number, max: number, limit: string) =>
    `文件描述符上限为 ${limit}，只能有 ${count(max)} 个工作线程，而不是 ${count(wanted)} 个；` +
    "可用 ulimit -n 提高上限",
  workerFailed: (worker: number, reason: string) =>
    `工作线程 ${worker} 出错，它的客户端随之断开，由另一个接替：${reason}`,
  notOnSockets: {
    pipeline: "pipeline 需要 --sockets libc：Deno 的连接离不开接受它的线程，" +
      "所以不能另有一个阶段来发送（offload 有负责计算的线程）",
    prefork:
      "prefork 需要 --sockets libc：子进程通过 fork(2) 继承监听套接字，而 Deno 的套接字别的进程用不了",
    workers:
      "workers 需要 --sockets libc：工作进程通过 fork(2) 继承监听套接字，而 Deno 的套接字别的进程用不了",
    prethread: "prethread 需要 --sockets libc：Deno 的监听套接字只属于打开它的线程，" +
      "两个线程无法在同一个上 accept（reuseport 让每个线程各有一个）",
    reuseport: "reuseport 需要 SO_REUSEPORT，Windows 没有",
    "leader-followers": "leader-followers 需要 --sockets libc：Deno 的连接只属于接受它的线程，" +
      "别的线程无法服务它（在 reuseport 里，每个循环自己接受连接）",
    reactors: "reactors 需要 --sockets libc：Deno 的连接只属于接受它的线程，" +
      "不能交给另一个线程（在 reuseport 里，每个循环自己接受连接）",
    uring:
      "uring 只能用 --sockets libc：Deno 的套接字在内部等待就绪，看不到 io_uring；请去掉 --sockets",
  },
  backlogLimited: (wanted: number, max: number) =>
    `监听队列的长度是 ${max} 而不是 ${wanted}：系统最多只允许这么多（net.core.somaxconn）`,
  limitTooLow: (model: string, limit: number, min: number) =>
    `${model} 至少需要 ${min} 个文件描述符，而现在的上限是 ${limit}；` +
    `请用 “ulimit -n ${min}” 提高上限`,
  noIoUring: {
    absent: "uring 需要 io_uring，而这个内核没有它（ENOSYS）：请改用 epoll",
    forbidden:
      "uring 需要 io_uring，而这个系统禁止使用它（EPERM），容器常常如此：请用 seccomp 配置或 " +
      "kernel.io_uring_disabled=0 放行，或改用 epoll",
    "too-old": "uring 需要 Linux 6.1 或更新内核的 io_uring（EINVAL）：请改用 epoll",
    unlockable:
      "uring 得不到环所需的内存（ENOMEM）：请提高可锁定内存的上限（ulimit -l），或改用 epoll",
  },
  beyondFdSetSize: (descriptor: number, fdSetSize: number) =>
    `拒绝了一个客户端：它的描述符是 ${descriptor}，而 select 只能监视小于 ${fdSetSize}（FD_SETSIZE）的描述符；` +
    "可用 --fd-setsize 提高这个数，或改用 poll 或 epoll",
  heldUp: (who: string, heldMs: number, untold: number) =>
    `${who} 占住线程 ${count(heldMs)} 毫秒，其他协程都得等` +
    (untold > 0 ? `（此前还有 ${count(untold)} 次这样的情况）` : ""),
  acceptFailed: (reason: string) => `接受连接失败，正在重试：${reason}`,
  clientFailed: (address: string, reason: string) => `放弃了 ${address}：${reason}`,
  childKilled: (pid: number, address: string, signal: string) =>
    `服务 ${address} 的子进程 ${pid} 被信号 ${signal} 终止`,
  childFailed: (pid: number, address: string, code: number) =>
    `服务 ${address} 的子进程 ${pid} 退出，退出状态为 ${code}`,
  workerEnded: (
    pid: number,
    how: { readonly signal: string | null; readonly code: number },
    peers: readonly string[],
    clients: number,
  ) =>
    `工作进程 ${pid} ${
      how.signal === null ? `退出，退出状态为 ${how.code}` : `被信号 ${how.signal} 终止`
    }` + (clients === 0 ? "" : `，断开的客户端有 ${peers.join("、")}`) +
    (clients > peers.length ? `，以及另外 ${count(clients - peers.length)} 个` : ""),
  stopping: (clients: number, seconds: string) =>
    `正在停止：${count(clients)} 个客户端还有 ${seconds} 秒收尾（再按一次 Ctrl-C 立即停止）`,
  cutOff: (clients: number) => `模型没有按时停止，强行断开了 ${count(clients)} 个客户端`,
  totals: (t: {
    accepted: number;
    refused: number;
    shed: number;
    resets: number;
    received: string;
    sent: string;
    seconds: string;
  }) =>
    `运行 ${t.seconds} 秒后停止：服务了 ${count(t.accepted)} 个客户端` +
    (t.refused > 0 ? `，拒绝了 ${count(t.refused)} 个` : "") +
    (t.shed > 0 ? `，队列已满而拒绝 ${count(t.shed)} 个` : "") +
    (t.resets > 0 ? `，${count(t.resets)} 个连接被重置` : "") +
    `，接收 ${t.received}，发送 ${t.sent}`,
  wakeUps: (wakeUps: number, ready: number, scanned: number) =>
    `唤醒      ${count(wakeUps)} 次，每次平均查看 ${scanned.toFixed(1)} 个，其中就绪 ${
      ready.toFixed(1)
    } 个`,
  systemCalls: (calls: number, perMessage: number) =>
    `系统调用  ${count(calls)} 次，每条消息 ${perMessage.toFixed(2)} 次`,
  switches: (voluntary: number, involuntary: number) =>
    `上下文切换 主动等待 ${count(voluntary)} 次，被抢占 ${count(involuntary)} 次`,
  cpu: (user: string, system: string) => `CPU       程序 ${user} 秒，内核 ${system} 秒`,
  peakMemory: (own: string, child: string | undefined) =>
    `内存峰值  ${own}${child === undefined ? "" : `，最大的子进程 ${child}`}`,
  portInUse: (address: string) =>
    `${address} 已被占用：请停掉正在监听它的程序，或用 --port 换一个端口（0 表示任选一个）`,
  viewPortInUse: (port: number) =>
    `--watch ${port}：端口已被占用；请换一个，例如 --watch 0 表示任选一个`,
  viewPortForbidden: (port: number) =>
    `--watch ${port}：监听 1024 以下的端口需要更高的权限，请换一个端口`,
  viewPortFailed: (port: number, reason: string) => `--watch ${port}：${reason}`,
  noSuchHost: (host: string) => `--host ${host}：没有这个主机`,
  hostNotHere: (host: string) => `--host ${host}：本机没有这个地址`,
  portForbidden: (address: string) =>
    `${address}：监听 1024 以下的端口需要更高的权限，请用 --port 换一个端口`,
  childrenCannotClose: (reason: string) =>
    `子进程无法关闭继承来的描述符：${reason}；close_range(2) 自 Linux 5.9 起才有，容器也可能禁止它：` +
    "请换一个不用进程的模型，例如 thread 或 epoll",
  cannotListen: (address: string, reason: string) => `无法监听 ${address}：${reason}`,
  handlerMissing: (path: string) => `--handler ${path}：找不到该文件；请指定一个存在且可读的文件`,
  handlerIsDirectory: (path: string) => `--handler ${path}：这是一个目录；请指定其中的文件`,
  handlerNeedsSource: (path: string) =>
    `--handler ${path}：编译后的程序只接受 JavaScript；请先转换成 .js 文件，或从源码运行`,
  rootMissing: (path: string) => `--root ${path}：这不是一个可读的目录；请指定一个存在且可读的目录`,
  dbFailed: (path: string, reason: string) =>
    `--db ${path}：${reason}；请指定一个 SQLite 数据库，或可写目录里的一个新文件`,
  dbNotInMemory: (model: string) =>
    `--db :memory: 只在一个线程的内存里，而 ${model} 由多个线程或进程提供服务；请指定一个文件`,
  handlerFailed: (path: string, reason: string) => `--handler ${path}：${reason}`,
  programMissing: (flag: string, program: string) =>
    `${flag} ${program}: 找不到这个程序；请写 PATH 里的程序名，或者它的路径`,
  programNoFile: (flag: string, program: string) =>
    `${flag} ${program}：这不是可以运行的文件，请写一个程序`,
  programNotExecutable: (flag: string, program: string) =>
    `${flag} ${program}：这个文件没有执行权限；请用 chmod +x 加上，或换一个程序`,
  interpreterMissing: (flag: string, program: string, interpreter: string) =>
    `${flag} ${program}：它的第一行指定的解释器 ${JSON.stringify(interpreter)} 无法运行；` +
    (interpreter.endsWith("\r") ? "请去掉脚本各行末尾的回车符" : "请指定一个存在的解释器"),
  passesNothing: "--accept pass 对 prethread 不起作用：线程共享所有文件描述符，没有什么要转交；" +
    "由一个线程替其他线程接受的写法见 threadpool",
  spareForked: "--spare 对 --sockets libc 上的 process 不起作用：" +
    "子进程在客户端到来时才 fork，大约只要一毫秒",
  serverFailed: (reason: string) => `服务器出错了：${reason}`,
  unknownHandler: (name: string, nearest: string | null, names: readonly string[]) =>
    `--handler ${name}：应为 ${names.join("、")}，或一个文件，如 ./mine.js` +
    didYouMean(nearest),
};
