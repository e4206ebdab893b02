import { count } from "./words.ts";

/** What of a run a trace does not contain. */
interface Gaps {
  readonly messages: number;
  readonly messagesNotTraced: number;
  readonly slices: number;
  readonly clients: number;
}

/** What people read in the terminal when something of a run is saved, in Chinese. */
export const zhWatchSave = {
  cannotWrite: (flag: string, path: string, reason: string) => `${flag} ${path}：${reason}`,
  sameFile: (one: string, other: string) => `${one} 和 ${other} 需要两个不同的文件`,
  ownFile: (flag: string, path: string) => `${flag} ${path}：这就是录像文件本身，请换一个文件名`,
  traceFailed: (path: string, reason: string) =>
    `--trace ${path}：${reason}：跟踪到此为止，服务器不受影响`,
  traceFull: (path: string) =>
    `--trace ${path}：跟踪文件已满，到此为止：再大就打不开了；服务器不受影响`,
  traceCut: (path: string) => `--trace ${path}：跟踪文件在录像结束之前就满了：再大就打不开了`,
  traceWithoutLanes: (path: string) =>
    `--trace ${path}：其中只有客户端，没有泳道：这份录像出自较旧的 playground，当时还不记录泳道`,
  traceGaps: (what: string, gaps: Gaps) => `${what}：跟踪里没有：${zhGaps(gaps)}`,
  traceWritten: (path: string, size: string) =>
    `已写入 ${path}（${size}）：可在 https://ui.perfetto.dev 或 chrome://tracing 里打开`,
  htmlWritten: (path: string, size: string) => `已写入 ${path}（${size}）：用浏览器打开，无需联网`,
  htmlCut: (path: string, seconds: string, all: string) =>
    `${path}：只含 ${all} 秒中的前 ${seconds} 秒：再多就打开得太慢`,
  saved: (path: string, seconds: string) => `已保存最近 ${seconds} 秒：${path}`,
  notSaved: (reason: string) => `无法保存：${reason}`,
};

function zhGaps({ messages, messagesNotTraced, slices, clients }: Gaps): string {
  const gaps = [];
  if (messagesNotTraced > 0) {
    gaps.push(`${count(messages)} 条消息中来得太快的 ${count(messagesNotTraced)} 条`);
  }
  if (slices > 0) gaps.push(`${count(slices)} 个片段`);
  if (clients > 0) gaps.push(`${count(clients)} 个客户端`);
  return gaps.join("、");
}

/** The texts of the page with which a run is saved, in Chinese. */
export const zhWatchSavePage = {
  save: "保存",
  saveAs: {
    recording: "最近 60 秒",
    trace: "Perfetto 跟踪",
    html: "可重放的网页",
    svg: "图片（SVG）",
    png: "图片（PNG）",
  },
  speed: "速度",
  savedAs: "已保存：{name}（{size} MB）",
  saveFailed: "无法保存：{reason}",
  embedded: "这个网页就是一份录像，所显示的一切都在其中，无需联网。",
  cut: "只含 {all} 秒中的前 {shown} 秒。",
  noMoment: "这里没有保留启动后第 {wanted} 秒，只有第 {from} 秒到第 {to} 秒。显示的是最近的时刻。",
};
