import { padEnd } from "../../columns.ts";

/** The experiments on servers of stages, in Chinese. */
export const zhStagesExperiments = {
  overload: {
    claim: "负载达到流水线承受能力的两倍时，有界的队列让被接纳的客户端等得不久；" +
      "队列没有上限，人人都要等，而且越等越久。",
    load: (clients: number, everyMs: number, takesMs: number) =>
      `${clients} 个客户端，每 ${everyMs} ms 来一个，处理函数为每个花费 ${takesMs} ms：`,
    label: (queue: number, part: number, parts: number) =>
      padEnd(
        `第 ${part} 段（共 ${parts} 段），${queue === Infinity ? "没有上限" : `上限 ${queue}`}`,
        30,
      ),
    wait: (ms: number) => `${ms.toFixed(0)} ms`,
    bounded: (queue: number) => `上限 ${queue}：`,
    endless: "没有上限：",
    row: (queue: string, refused: number, p99Ms: number, inTime: number, patienceMs: number) =>
      `${padEnd(queue, 10)} 拒绝 ${String(refused).padStart(3)} 个，其余的 99 % 最多等 ` +
      `${p99Ms.toFixed(0)} ms；${inTime} 个在 ${patienceMs} ms 内得到应答`,
    noOverload: "有界的队列从没有满过，所以并没有过载",
    noWait: "队列没有上限时，被接纳的客户端也没有多等多久",
    endlessServes: "队列没有上限时，及时得到应答的客户端并没有少多少",
  },
};
