/** The help of the command, in English. */
export const enDemoCommand = {
  summary: "show coroutines at work in a few lines: yield, greenlet, gevent or gevent-sleep",
  usage: "demo <name> [flags]",
  flags: {
    rounds: "how often each prints",
    pause: "how long it sleeps after each line",
  },
  examples: ["playground demo yield", "playground demo gevent-sleep --pause 200ms"],
};
