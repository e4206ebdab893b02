/** The help of the command, in English. */
export const enDemoCommand = {
  summary: "show coroutines at work in a few lines: yield, greenlet, gevent or gevent-sleep",
  usage: "demo <name> [flags]",
  flags: {
    rounds: "how many times each prints",
    pause: "how long it sleeps after each line",
  },
  examples: ["playground demo yield", "playground demo gevent-sleep --pause 200ms"],
};
