/** Groups thousands, as English does. */
function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** What people read of the experiments in English. */
export const enLab = {
  unknown: (typed: string, nearest: string) =>
    `unknown experiment ${typed}; did you mean ${nearest}? (playground lab lists them)`,
  howToRun: "Run one with: playground lab NAME, and all with: playground lab all",

  verdicts: {
    holds: "The claim holds.",
    doesNotHold: (reason: string) => `The claim does not hold: ${reason}.`,
    notRun: (reason: string) => `Could not run: ${reason}.`,
  },

  needs: {
    systemCalls: "it needs the system's own calls, which are there on Linux with x86-64 or arm64",
    descriptors: (wanted: number, limit: number) =>
      `it needs ${count(wanted)} descriptors, and the limit is ${count(limit)}; ` +
      `run "ulimit -n ${wanted}" first`,
    server: (model: string, reason: string) =>
      `playground serve ${model} does not serve: ${reason}`,
    time: (mostMs: number) => `it had not come to its end after ${mostMs / 1_000} s`,
  },

  experiments: {
    "one-at-a-time": {
      claim: "A blocking server serves one client. The next one connects and sends all the same, " +
        "and what it has sent arrives later, all at once.",
      connected: (ms: number) =>
        `while one client is served, the next one connects in ${ms.toFixed(1)} ms`,
      silent: (messages: number, ms: number) =>
        `it sends ${messages} messages, and is not answered for ${ms} ms`,
      answered: "the next one was answered while the first one was served",
      atOnce: (ms: number, received: string) =>
        `${
          ms.toFixed(1)
        } ms after the first one has left, it has its answer; the server received ` +
        received,
      lost: "the next one did not get back what it had sent",
      inPieces: (recvs: number) => `what had been sent arrived in ${recvs} pieces`,
    },
    "backlog": {
      claim:
        "A connect succeeds while the listen queue has room, though nobody has accepted yet. " +
        "When it has none, the connect neither succeeds nor fails: it waits.",
      row: (backlog: number, clients: number, connected: number) =>
        `backlog ${String(backlog).padStart(2)}: of ${String(clients).padStart(2)} clients ` +
        `${String(connected).padStart(2)} connected at once`,
      waiting: (clients: number) => `the other ${clients} were told nothing`,
      later: (ms: number) =>
        `once the first ones were accepted, those who waited were connected after ` +
        `${(ms / 1_000).toFixed(1)} s, when they tried again`,
      notConnected: "a connect did not succeed though the queue had room for it",
      noLimit: "more clients were connected than the queue holds",
      refused: "a connect failed instead of waiting",
      notLater: "those who waited were not connected when there was room",
    },
    "empty-recv": {
      claim: "recv gives nothing exactly when the client has closed. A reset is something else.",
      row: (deed: string, outcomes: readonly string[]) =>
        `a client that ${deed.padEnd(20)} recv ${outcomes.join(", or ")}`,
      deeds: {
        "is silent": "is silent:",
        "sends nothing": "sends 0 bytes:",
        "sends hello": "sends hello:",
        "sends its last": "sends its last byte:",
        "closes": "closes:",
        "resets": "resets:",
      },
      outcomes: {
        "would block": "would block",
        "bytes": "gives bytes",
        "nothing": "gives nothing",
        "reset": "fails: ECONNRESET",
      },
      nothingOtherwise: "recv gave nothing before the client had closed, or something after it",
      resetOtherwise: "a reset could not be told from something else",
    },
    "process-cost": {
      claim: "A process per client is fine for a few clients, and not for hundreds: it takes far " +
        "more time and memory than a coroutine, and a thread stands between them.",
      time: "until a client is served, when all come at once:",
      memory: "memory for a client:",
      label: (servant: "process" | "thread" | "coroutine", clients: number) =>
        `${servant.padEnd(9)} (${String(clients).padStart(3)} clients)`,
      ms: (ms: number) => `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`,
      hundreds: (clients: number, seconds: number, memory: string) =>
        `at this rate ${clients} processes would take ${seconds.toFixed(0)} s and ${memory}`,
      fewTakeLong: "even a few processes took seconds to be there",
      notDearer: "a process costs hardly more than a coroutine",
    },
    "shared-descriptor": {
      claim:
        "A parent closes its copy of a connection that it has handed to a child process, but must " +
        "not for a thread.",
      row: (who: string, seen: string) => `${who.padEnd(39)} ${seen}`,
      processKept: "given to a process, the copy kept:",
      processClosed: "given to a process, the copy closed:",
      threadKept: "given to a thread:",
      threadClosed: 'given to a thread, "the copy" closed:',
      answeredAndEnded: "answered, and its stream ended",
      endedWithParent: "answered, but its stream did not end until the parent closed too",
      neverEnded: "answered, but its stream never ended",
      notAnswered: (error: string) => `not answered (${error})`,
      silence: "no error",
      endedAllTheSame: "the client's stream ended though the parent had kept its copy",
      notEnded: "the client's stream did not end though only the child had the connection",
      threadFailed: "a thread could not serve the connection that was left to it",
      threadServed: "a thread served its client though the connection had been closed",
    },
    "busy-poll": {
      claim:
        "A loop that polls its sockets burns the CPU while nobody speaks. A pause between two " +
        "rounds frees the CPU, and makes every answer late.",
      silent: (clients: number) => `${clients} clients are connected, and silent:`,
      row: (server: string, cpuShare: number, roundTripMs: number) =>
        `${server.padEnd(30)} ${(cpuShare * 100).toFixed(0).padStart(3)} % of a CPU, ` +
        `an answer in ${roundTripMs.toFixed(2).padStart(5)} ms`,
      busy: "nonblocking:",
      paused: (pauseMs: number) => `nonblocking, a pause of ${pauseMs} ms:`,
      epoll: "epoll, which neither does:",
      doesNotBurn: "polling left the CPU alone",
      burnsAllTheSame: "with a pause, polling burned the CPU all the same",
      notSlower: "answers were no later with the pause",
    },
    "fd-limit": {
      claim: "select has a limit of 1,024 descriptors, epoll has not.",
      row: (server: string, served: number, clients: number) =>
        `${`${server}:`.padEnd(24)} ${count(served).padStart(5)} of ${
          count(clients)
        } clients served`,
      refused: (descriptor: number) =>
        `${" ".repeat(24)} the first one refused would have had descriptor ${count(descriptor)}`,
      noLimit: "select did not stop at descriptor 1,024",
      epollLimited: "epoll did not serve all either",
      systemLimited: "select with larger sets did not serve all, so the limit is the system's own",
    },
    "scan-cost": {
      claim:
        "What select costs grows with the number of idle connections, what epoll costs only with " +
        "the active ones.",
      active: (active: number) =>
        `${active} connections are active, and more and more are idle; a turn of the loop takes`,
      label: (idle: number, call: string) => `${count(idle).padStart(6)} idle  ${call.padEnd(6)}`,
      turn: (us: number) => us < 10 ? `${us.toFixed(1)} µs` : `${count(Math.round(us))} µs`,
      growth: (select: number, poll: number, epoll: number) =>
        `with 1,000 times as many idle, select takes ${select.toFixed(1)} times as long, ` +
        `poll ${poll.toFixed(1)} times, epoll ${epoll.toFixed(1)} times`,
      doesNotGrow: (call: string) => `${call} hardly takes longer with more idle connections`,
      grows: (call: string) => `${call} takes longer with more idle connections`,
    },
    "lt-vs-et": {
      claim:
        "Level-triggered epoll reports again what was not received, edge-triggered epoll does not: " +
        "an edge-triggered server that receives once per event stalls, and draining mends it.",
      sent: (sentBytes: number, recvSizeBytes: number) =>
        `a client sends ${count(sentBytes)} bytes, of which a recv takes ${count(recvSizeBytes)}`,
      row: (mode: string, reports: number, receivedBytes: number, leftBytes: number) =>
        `${mode.padEnd(36)} ${
          reports === 1 ? " 1 event, " : `${count(reports).padStart(2)} events,`
        } ` +
        `${count(receivedBytes).padStart(6)} bytes received, ${count(leftBytes)} left`,
      level: "level-triggered, one recv per event:",
      edge: "edge-triggered, one recv per event:",
      drained: "edge-triggered, recv until it blocks:",
      levelStalled: "level-triggered, a socket that had more was not reported again",
      edgeReportedAgain: "edge-triggered, a socket was reported again though nothing had come",
      drainStalled: "edge-triggered, a server that drains its sockets stalled all the same",
    },
    "switch-cost": {
      claim: "To switch between coroutines is far cheaper than between threads or processes: a " +
        "million switches per second are no problem.",
      scheduler: "coroutines, a scheduler",
      greenlet: "coroutines, greenlets",
      thread: "threads",
      process: "processes",
      perSecond: (switches: number) => `${count(Math.round(switches))} switches/s`,
      times: (threads: number, processes: number) =>
        `greenlets switch ${count(Math.round(threads))} times as fast as threads, ` +
        `and ${count(Math.round(processes))} times as fast as processes`,
      noMillion: "coroutines did not switch a million times in a second",
      notCheaper: "coroutines switched hardly faster than threads and processes",
    },
    "cpu-hog": {
      claim: "One coroutine that computes starves all others. Threads and processes do not starve.",
      hog: (ms: number, others: number) =>
        `a client has ${ms} ms of CPU burned, and ${others} others go on sending and wait for echoes:`,
      row: (servants: string, longestMs: number, answered: number) =>
        `${servants.padEnd(11)} ${count(answered).padStart(3)} answers meanwhile, ` +
        `the longest wait was ${longestMs.toFixed(longestMs < 10 ? 1 : 0)} ms`,
      coroutine: "coroutines:",
      thread: "threads:",
      process: "processes:",
      coroutinesLive: "other coroutines went on while one was computing",
      threadsStarve: "other threads or processes had to wait as well",
    },
    "io-bound": {
      claim: "When handlers wait, coroutines are faster than a blocking server. When handlers " +
        "compute, they gain nothing.",
      clients: (clients: number, ms: number) =>
        `${clients} clients come at once, each of whom takes ${ms} ms; until all are served it takes`,
      row: (burden: string, blockingMs: number, coroutineMs: number) =>
        `${burden.padEnd(22)} blocking ${blockingMs.toFixed(0).padStart(4)} ms, ` +
        `coroutines ${coroutineMs.toFixed(0).padStart(4)} ms`,
      waiting: "handlers that wait:",
      computing: "handlers that compute:",
      noGain: "coroutines were hardly faster when handlers waited",
      gain: "coroutines were faster though handlers computed",
    },
    "gevent-order": {
      claim:
        "Downloads by greenlets start in the order in which they were asked for, and finish in " +
        "another.",
      download: (number: number, ms: number) => `${number} (${ms} ms)`,
      started: (downloads: readonly string[]) => `started in this order:  ${downloads.join(", ")}`,
      finished: (downloads: readonly string[]) => `finished in this order: ${downloads.join(", ")}`,
      took: (ms: number, sumMs: number) =>
        `together they took ${
          ms.toFixed(0)
        } ms, and one after another it would have been ${sumMs} ms`,
      otherStart: "they did not start in the order in which they were asked for",
      sameOrder: "they finished in the order in which they had started",
      oneByOne: "they took as long as one after another",
    },
  },
};
