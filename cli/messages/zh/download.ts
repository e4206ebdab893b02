import type { enDownload, enDownloadCommand } from "../en/download.ts";

/** What people read of the command in its help, in Chinese. */
export const zhDownloadCommand: typeof enDownloadCommand = {
  summary: "同时下载多个文件，存入目录，或者只统计字节数",
  usage: "download <URL>… [选项]",
  flags: {
    jobs: "同时下载多少个",
    dir: "存到这个目录，没下完的接着下；不给出则只统计字节数",
    force: "文件已存在时替换它",
    timeout: "服务器沉默这么久就放弃，0 表示永不放弃",
    retries: "毫无进展时，最多连续重试多少次",
    quiet: "只报告失败",
  },
  examples: [
    "playground download http://127.0.0.1:7788/",
    "playground download --dir files https://example.com/a.iso https://example.com/b.iso",
    "playground download --jobs 1 --retries 10 --dir . https://example.com/large.iso",
  ],
};

/** What people read of downloads in Chinese. */
export const zhDownload: typeof enDownload = {
  notHttp: (typed) => `${typed}：只能下载以 http:// 或 https:// 开头的 URL`,
  wrongPort: (typed) => `${typed}：URL 的端口应是不超过 65535 的数字`,
  notUrl: (typed) => `${typed}：不是有效的 URL`,
  directoryFailed: (path, reason) => `--dir ${path}：${reason}`,
  received: (sizeBytes, url) => `收到 ${sizeBytes} 字节，来自 ${url}`,
  saved: (sizeBytes, url, path) => `收到 ${sizeBytes} 字节，来自 ${url}，已存为 ${path}`,
  continued: (sizeBytes, url, path, already) =>
    `收到 ${sizeBytes} 字节，来自 ${url}，已存为 ${path}（其中 ${already} 是先前下载的）`,
  failed: (url, reason) => `${url}：${reason}`,
  retrying: (url, reason, seconds) => `${url}：${reason}；${seconds} 秒后重试`,
  totals: (t) =>
    `共 ${t.all} 个，下载完成 ${t.finished} 个` +
    (t.failed > 0 ? `，失败 ${t.failed} 个` : "") +
    (t.unfinished > 0 ? `，未完成 ${t.unfinished} 个` : "") +
    `：${t.seconds} 秒内收到 ${t.received}，平均 ${t.perSecond}/s`,
  interrupted: "已停止；再运行同一条命令，就会接着下载未完成的部分",
  nothingKept: "已停止；未下载完的文件没有保留下来",
  asking: "等待服务器应答",
  pausing: "等待重试",
  more: (downloads) => `……还有 ${downloads} 个`,
  reasons: {
    status: (status) => `服务器应答 ${status}`,
    longPause: (answer, asked, longest) =>
      `${answer}，并要求等待 ${asked} 秒；超过 ${longest} 秒就不再重试`,
    noAnswer: (reason) => `没有应答：${reason}`,
    brokeOff: (received, reason) => `收到 ${received} 后连接中断：${reason}`,
    tooShort: (receivedBytes, sizeBytes) =>
      `共 ${sizeBytes} 字节，服务器只发来 ${receivedBytes} 字节`,
    silent: (seconds) => `服务器沉默了 ${seconds} 秒（见 --timeout）`,
    encoding: (name) => `服务器发来的内容以 ${name} 编码，这里无法解码`,
    tooManyRedirects: "一再重定向，像在兜圈子",
    certificate: (reason) => `服务器无法证明自己的身份：${reason}`,
    notAllowed: (reason) => `无法获取：${reason}`,
    exists: (path) => `${path} 已经存在（加 --force 可替换它）`,
    directory: (path) => `${path} 是一个目录`,
    foreignPart: (path) => `${path} 已经存在，而且不是这个文件的一部分（加 --force 可替换它）`,
    busy: (path) => `另一个程序正在使用 ${path}`,
  },
};
