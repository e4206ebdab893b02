import { count } from "./words.ts";

/** The help of the command, in Chinese. */
export const zhSweepCommand = {
  summary: "逐步提高速率，直到服务器撑不住，并显示每种速率下的延迟",
  usage: "sweep <模型>… | --port N [选项]",
  flags: {
    port: "测试在此端口运行的服务器，而不是模型",
    limit: "99% 的应答在这段时间内到达，才算撑得住这个速率",
    from: "最初的速率：所有连接合计每秒多少条消息",
    to: "不再尝试更高的速率",
    precision: "撑得住与撑不住的速率相差这么多个百分点时停止",
    duration: "每种速率试多久",
    conns: "由多少条连接分担速率",
    size: "发送这么多字节的消息",
    http: "改为用 GET 请求这个路径（HTTP/1.1）",
    sockets: "模型使用哪种套接字",
    sleep: "模型：每条消息睡眠这么久",
    cpu: "模型：每条消息占用这么多 CPU 时间",
    csv: "把试过的每种速率作为一行写入 FILE",
    html: "把带图表的网页写入 FILE",
  },
  examples: [
    "playground sweep epoll --sockets libc",
    "playground sweep select epoll async --limit 20ms --html sweep.html",
    "playground sweep --port 7788 --expect 'rate > 20k'",
  ],
};

/** What a sweep says, in Chinese. */
export const zhSweep = {
  columns: {
    rate: "消息/秒",
    answered: "应答/秒",
    p50: "50%",
    p99: "99%",
    max: "最大",
  },
  latency: (limit: string) => `超过 ${limit}`,
  missing: (missing: number) => `${count(missing)} 个出错或缺失`,
  unserved: "没有全部得到服务",
  gone: "已没有服务器在监听",
  chart: "99% 的应答在多久之内到达，横轴为每秒消息数（大写表示撑不住）",
  holds: (name: string, held: string, p99: string, broken: string) =>
    `${name} 撑得住每秒 ${held} 条消息（99% 在 ${p99} 之内），到每秒 ${broken} 条时撑不住`,
  /** The end of the sentence. */
  floodBusy: "；此时 flood 自身已到极限，服务器也许能撑住更多",
  goneSince: "；此后再没有服务器在监听",
  cutShort: (name: string, held: string, p99: string) =>
    `${name} 至少撑得住每秒 ${held} 条消息（99% 在 ${p99} 之内），但搜索提前结束`,
  neverBroke: (name: string, held: string, p99: string) =>
    `${name} 撑得住每秒 ${held} 条消息（99% 在 ${p99} 之内），这是试过的最高速率`,
  holdsNothing: (name: string, limit: string, broken: string) =>
    `${name} 在试过的速率下都无法保持在 ${limit} 之内，每秒 ${broken} 条消息也不行`,
  failed: (name: string, reason: string) => `无法测试 ${name}：${reason}`,
  nothingMeasured: "什么也没有测到",
  page: {
    title: (limit: string) => `何时撑不住？99% 在 ${limit} 之内`,
    chart: "延迟与速率",
    rateAxis: "每秒消息数",
  },
};
