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
    time: (mostMs: number) => `it had not come to its end after ${mostMs / 1_000} s`,
  },

  experiments: {
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
  },
};
