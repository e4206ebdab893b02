import type { enWatchTrace } from "../en/watch_trace.ts";
import { count } from "./words.ts";

/** What the view in the terminal says of lanes and of the calls that wait, in Chinese. */
export const zhWatchTrace: typeof enWatchTrace = {
  clients: "客户端：",
  lanes: "泳道：",
  states: {
    backlog: "监听队列",
    queued: "排队",
    waiting: "等待数据",
    served: "正在服务",
    asleep: "睡眠",
    blocked: "等待可写",
    closed: "已关闭",
  },
  server: "服务器",
  activities: {
    wait: "等待",
    accept: "accept",
    recv: "recv",
    handle: "处理函数",
    sleep: "睡眠",
    send: "send",
    dispatch: "转交",
    untraced: "未记录",
    ended: "已结束",
    held: "被停住",
  },
  scan: (call, scanned, ready, vain) =>
    `${call === undefined ? "一轮" : call} 查看 ${count(scanned)} 个，就绪 ${
      count(ready)
    } 个；至今白看 ${count(vain)} 个`,
  now: "现在",
  secondsAgo: (seconds) => `-${seconds} 秒`,
};
