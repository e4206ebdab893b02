const count = (value: number) => value.toLocaleString("en-US");

/** What people read of watching in English. */
export const enWatch = {
  commands: {
    watch: {
      summary: "watch a server in the terminal, or two models side by side in the browser",
      usage: "watch [HOST:PORT] [--compare MODEL MODEL]",
      flags: {
        compare: "serve these two models, and show both in one page under the same clients",
        sockets: "with --compare: Deno's own, or the system's calls (libc: Linux only)",
        port: "with --compare: where the page is; 0 picks a free port",
        open: "with --compare: open the page in the browser",
      },
      examples: [
        "playground watch",
        "playground watch 127.0.0.1:7781",
        "playground watch --compare select epoll",
      ],
    },
    replay: {
      summary: "show a run that was recorded with serve --record, in the browser",
      usage: "replay <file>",
      flags: {
        port: "where the page is; 0 picks a free port",
        open: "open the page in the browser",
      },
      examples: ["playground replay run.jsonl"],
    },
  },

  serveFlags: {
    watch: "show in a page who does what now; without a port it is",
    open: "with --watch: open the page in the browser",
    record: "write what is to be seen into this file, for playground replay",
  },

  texts: {
    wantsPort: "it takes a port from 0 to 65535, or nothing",
    watching: (address: string) => `watch it: ${address}`,
    replaying: (path: string, address: string) => `${path}: ${address} (Ctrl-C ends)`,
    noBrowser: (address: string) => `no browser could be opened: open ${address} yourself`,
    wrongAddress: (host: string, port: number) =>
      `This page is not to be had as ${host}, but only as http://127.0.0.1:${port}/ on the machine ` +
      "where it runs: so no page from elsewhere can read it. To see it from another machine, give " +
      `the tunnel the same port at both ends, ssh -L ${port}:127.0.0.1:${port} HOST, and open ` +
      "the address that the server has printed.",
    portInUse: (flag: string, port: number) =>
      `${flag} ${port}: the port is in use: choose another, or 0 for any that is free`,
    cannotListen: (flag: string, port: number, reason: string) =>
      `${flag} ${port}: no page can be shown there: ${reason}`,
    cannotRecord: (path: string, reason: string) => `--record ${path}: ${reason}`,
    recordingFailed: (path: string, reason: string) =>
      `--record ${path}: ${reason}: the recording ends here; the server is not affected`,
    takesNothing: (seconds: number) => `nothing could be written for ${seconds} s`,
    cannotReplay: (path: string, reason: string) => `${path}: ${reason}`,
    noRecording: (path: string) =>
      `${path} is no recording: make one with playground serve <model> --record FILE`,
    otherVersion: (path: string, version: number, ours: number) =>
      `${path} is a recording of version ${version}, and this playground replays version ${ours}: ` +
      "replay it with the one that made it",
    leftOut: (path: string, lines: number) =>
      `${path}: ${lines === 1 ? "1 line is" : `${lines.toLocaleString("en-US")} lines are`} not ` +
      "whole and left out; the rest is shown",
    noFrames: (path: string) => `${path}: the recording ends before anything has happened`,
    notWatched: (address: string) =>
      `nobody is to be watched at ${address}: start a server with playground serve select --watch`,
    forbidden: (address: string) =>
      `the page is not to be had as ${address}, but only by the port that it has itself: give the ` +
      "tunnel the same port at both ends, as in ssh -L 7780:127.0.0.1:7780 HOST",
    silent: (address: string, seconds: number) =>
      `${address} has accepted the connection and said nothing for ${seconds} s: that is no page; ` +
      "use the address that serve --watch has printed",
    noTerminal: "playground watch needs a terminal to draw in",
    twoModels: "--compare needs two models: playground watch --compare select epoll",
    serverFailed: (model: string, reason: string) => `${model} could not be started: ${reason}`,
    serverEnded: (model: string) => `${model} has ended`,
    terminal: {
      keys: "q quits",
      lost: "the server is gone",
      more: (count: number) => `… and ${count.toLocaleString("en-US")} more`,
      summary: (s: { active: number; messages: string; backlog: string; latency: string | null }) =>
        `${s.active.toLocaleString("en-US")} connected   ${s.messages} messages/s   ` +
        `backlog ${s.backlog}${s.latency === null ? "" : `   loop ${s.latency}`}`,
      sampled: (told: number, all: number) =>
        `${count(told)} messages drawn of ${count(all)}, and ${count(all - told)} more`,
    },
    page: {
      language: "English",
      title: "playground: who does what now",
      picture: "Lanes of threads, processes or loops, with a bar for each client. " +
        "The table below says the same in words.",
      states: {
        backlog: "in the backlog",
        queued: "accepted, in the queue",
        waiting: "waiting for data",
        served: "being served",
        asleep: "sleeping in the handler",
        blocked: "waiting to write",
        closed: "closed",
      },
      lanes: {
        backlog: "backlog",
        queue: "queue",
        caller: "the thread",
        thread: "thread",
        process: "process",
        loop: "the loop",
        coroutine: "the loop",
      },
      clientsTotal: "# clients, by state",
      asTable: "As a table",
      clientsNow: "Clients now (the first 100)",
      client: "Client",
      state: "State",
      lane: "Lane",
      servedBy: "a client is served by",
      connections: "Connections",
      messagesPerSecond: "Messages/s",
      loopLatency: "Latency of the loop, ms",
      cpu: "CPU, %",
      memory: "Memory, MB",
      code: "The code, and where it is",
      log: "Log",
      explained: "How it works",
      heldUp: "stopped by you",
      blocked: "the loop has not come round for",
      inBacklog: "in the backlog:",
      returnsPerSecond: "returns/s",
      lookedAt: "looked at",
      ready: "ready",
      sampled: "{told} messages drawn of {all}, and {more} more",
      olderPeers: "who they are: as of # s ago",
      refused: "refused:",
      controls: "Do something to it",
      open: "Clients",
      opened: "opened from here:",
      talk: "They",
      talkOn: "talk",
      message: "say",
      every: "every ms",
      readNothing: "read nothing",
      leave: "They leave",
      "half-close": "half-close",
      close: "close",
      reset: "reset",
      simulatedCost: "Handler",
      sleep: "sleeps ms",
      burn: "burns CPU ms",
      hold: "Stop it for 1 s",
      pause: "Pause",
      resume: "Go on",
      time: "Time",
      present: "the present",
      again: "Play again",
      paused: "the time is stopped",
      goesOn: "the time goes on",
      over: "the end of the recording",
      runs: "goes on",
      stopped: "Nothing has come from this server since #: its time stands still.",
      notKept: "The time was stopped for so long that what came after # is not kept. " +
        "“Go on” shows the present.",
      lost: "the server cannot be reached",
      noToken: "open the address that the server has printed to control it",
      refusedCommand: "not done",
      noAnswer: "the server has not answered within # s",
      another: "Another server now runs here. To control it, open the address that it has printed.",
      leftOut: "Lines of the recording that are not whole, and are left out: #",
      noFrames: "The recording ends before anything has happened.",
      gap: "for # s this page was not told what happened",
      refusals: {
        "no-command": "the server does not know this command",
        "too-long": "the command is too long",
        "no-token": "open the address that the server has printed to control it",
        "out-of-range": "{field}: a whole number from {least} to {most}",
        failed: "{detail}",
      },
      fields: { everyMs: "every ms", sleepMs: "sleeps ms", cpuMs: "burns CPU ms", text: "say" },
      reservations: {
        "new-processes-only":
          "This holds for processes that are started from now on: those that run keep what they were started with.",
      },
    },
  },
};
