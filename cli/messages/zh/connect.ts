/** What people read of the command in its help, in Chinese. */
export const zhConnectCommand = {
  summary: "亲手与服务器对话：键入一行就发送一行，收到什么就显示什么",
  usage: "connect [主机:端口]",
  flags: { crlf: "每行以 CR LF 结尾，HTTP 和 SMTP 需要这样" },
  examples: [
    "playground connect",
    "playground connect --crlf localhost:8080",
    "playground connect 127.0.0.1:9999",
  ],
};

/** What people read of a connection by hand, in Chinese. */
export const zhConnect = {
  connected: (address: string) => `已连接到 ${address}，按 Ctrl-D 结束`,
  closed: (address: string) => `${address} 已关闭连接`,
  failed: (address: string, reason: string) => `无法连接到 ${address}：${reason}`,
  lost: (address: string, reason: string) => `与 ${address} 的连接中断：${reason}`,
};
