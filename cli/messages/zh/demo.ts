/** The help of the command, in Chinese. */
export const zhDemoCommand = {
  summary: "用几行输出演示协程怎样工作：yield、greenlet、gevent 或 gevent-sleep",
  usage: "demo <名称> [选项]",
  flags: {
    rounds: "各自打印几次",
    pause: "每打印一行之后休眠多久",
  },
  examples: ["playground demo yield", "playground demo gevent-sleep --pause 200ms"],
};
