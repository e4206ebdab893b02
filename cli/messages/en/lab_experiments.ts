import { enLabProcesses } from "./lab_processes.ts";
import { enLabCompletions } from "./lab_completions.ts";
import { enStagesExperiments } from "./lab_stages.ts";
import { enLabWorkers } from "./lab_workers.ts";
import { count, didYouMean } from "./words.ts";
import { enLabMulticore } from "./lab_multicore.ts";

/** A figure, filled with spaces at its start to `width` characters. */
function column(value: number, width: number): string {
  return count(value).padStart(width);
}

/** A ratio: with a decimal below ten, as a whole number above. */
function factor(value: number): string {
  return value < 10 ? value.toFixed(1) : count(Math.round(value));
}

/** What people read of the experiments in English. */
export const enLab = {
  unknown: (typed: string, nearest: string | null) =>
    `unknown experiment ${typed}${didYouMean(nearest)} ` +
    "(playground lab lists them)",
  howToRun: "Run one with: playground lab NAME, and all with: playground lab all",

  verdicts: {
    holds: "The claim holds.",
    doesNotHold: (reason: string) => `The claim does not hold: ${reason}.`,
    notRun: (reason: string) => `Could not run: ${reason}.`,
  },

  needs: {
    systemCalls: "it needs the system's own calls, which work on Linux with x86-64 or arm64",
    descriptors: (wanted: number, limit: number) =>
      `it needs ${count(wanted)} descriptors, but the limit is ${count(limit)}; ` +
      `run "ulimit -n ${wanted}" first`,
    ioUring: {
      absent: "it needs io_uring, which this kernel does not have",
      forbidden: "it needs io_uring, which this system forbids, as containers often do",
      "too-old": "it needs the io_uring of Linux 6.1 or later",
      unlockable: "it needs more locked memory than the limit allows (ulimit -l)",
    },
    server: (model: string, reason: string) =>
      `playground serve ${model} does not serve: ${reason}`,
    answer: (sent: string, answer: string) =>
      `its server answered ${JSON.stringify(sent)} with ${JSON.stringify(answer)}`,
    time: (maxMs: number) => `it did not finish within ${maxMs / 1_000} s`,
  },

  experiments: {
    "one-at-a-time": {
      claim: "A blocking server serves one client. The next one can still connect and send, " +
        "and what it sent arrives later, all at once.",
      connected: (ms: number) =>
        `while one client is served, the next one connects in ${ms.toFixed(1)} ms`,
      silent: (messages: number, ms: number) =>
        `it sends ${messages} messages, and gets no answer for ${ms} ms`,
      answeredMeanwhile: "the next one was answered while the first one was served",
      answered: (ms: number) => `${ms.toFixed(1)} ms after the first one left, it has its answer`,
      received: (chunks: readonly string[]) =>
        `what the server received from it: ${chunks.join(", ")}`,
      lost: "the next one did not get back what it had sent",
      inPieces: (recvs: number) => `what had been sent arrived in ${recvs} pieces`,
    },
    "backlog": {
      claim:
        "A connect succeeds while the listen queue has room, though nobody has accepted yet. " +
        "When the queue is full, the connect neither succeeds nor fails: it waits.",
      row: (backlog: number, clients: number, connected: number) =>
        `backlog ${column(backlog, 2)}: ${column(connected, 2)} of ${column(clients, 2)} clients ` +
        "connected at once",
      waiting: (clients: number) => `the other ${clients} got no reply`,
      later: (ms: number) =>
        `when there was room, they tried again, and were connected after ${
          (ms / 1_000).toFixed(1)
        } s`,
      notConnected: "a connect did not succeed though the queue had room for it",
      noLimit: "more clients were connected than the queue holds",
      refused: "a connect failed instead of waiting",
      notLater: "the waiting clients were not connected when there was room",
    },
    "empty-recv": {
      claim: "recv returns 0 bytes exactly when the client has closed. A reset is something else.",
      row: (deed: string, outcomes: readonly string[]) =>
        `a client that ${deed.padEnd(20)} recv ${outcomes.join(", or ")}`,
      actions: {
        "is silent": "is silent:",
        "sends nothing": "sends 0 bytes:",
        "sends hello": "sends hello:",
        "sends its last": "sends its last byte:",
        "closes": "closes:",
        "resets": "resets:",
      },
      outcomes: {
        "would block": "would block",
        "bytes": "returns bytes",
        "nothing": "returns 0 bytes",
        "reset": "fails: ECONNRESET",
      },
      nothingOtherwise:
        "recv returned 0 bytes before the client had closed, or something else after it",
      resetOtherwise: "a reset could not be distinguished from something else",
    },
    "process-cost": {
      claim:
        "A process per client is fine for a few clients and expensive for many, since it takes " +
        "far more time and memory than a coroutine.",
      time: "until a client is served, when all come at once:",
      memory: "private memory per client:",
      label: (servants: string, clients: number) => `${String(clients).padStart(3)} ${servants}`,
      servants: {
        fork: "forked processes",
        cat: "processes of cat",
        runtime: "processes with a runtime",
        thread: "new threads",
        kept: "clients of kept threads",
        coroutine: "coroutines",
      },
      ms: (ms: number) => `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`,
      timeAndMemory: (seconds: number, memory: string) =>
        `${seconds.toFixed(seconds < 1 ? 2 : 1)} s and ${memory}`,
      meant: (clients: number, processes: string, coroutines: string) =>
        `the claim is about forked processes, which begin as a copy of their parent: ` +
        `${count(clients)} would take ${processes}, and as many coroutines ${coroutines}`,
      runtime: (time: number, memory: number) =>
        "it is not about processes with a runtime: since JavaScript has to start, one takes " +
        `${factor(time)} times as long as a forked one, and ${factor(memory)} times the memory`,
      thread: (time: number, kept: string) =>
        "a new thread starts a JavaScript runtime as well, and takes " +
        `${factor(time)} times as long as a forked process; a kept one has the next client ` +
        `served in ${kept}`,
      fewTakeLong: "even a few processes took seconds to start",
      notDearer: "a process costs hardly more than a coroutine",
    },
    ...enLabProcesses,
    "shared-descriptor": {
      claim:
        "A parent closes its copy of a connection that it has handed to a child process, but must " +
        "not for a thread.",
      row: (who: string, seen: string) => `${who.padEnd(25)} ${seen}`,
      processKept: "process, copy kept:",
      processClosed: "process, copy closed:",
      threadKept: "thread, left alone:",
      threadClosed: 'thread, "copy" closed:',
      answeredAndEnded: "answered, and the stream ended",
      endedWithParent: "answered; no end until the parent closed as well",
      neverEnded: "answered; the stream never ended",
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
        "rounds frees the CPU, and delays every answer.",
      silent: (clients: number) => `${clients} clients are connected, and silent:`,
      row: (server: string, cpuShare: number, roundTripMs: number) =>
        `${server.padEnd(30)} ${(cpuShare * 100).toFixed(0).padStart(3)} % of a CPU, ` +
        `an answer in ${roundTripMs.toFixed(2).padStart(5)} ms`,
      busy: "nonblocking:",
      paused: (pauseMs: number) => `nonblocking, a pause of ${pauseMs} ms:`,
      epoll: "epoll, which does neither:",
      doesNotBurn: "polling left the CPU alone",
      burnsAllTheSame: "with a pause, polling still burned the CPU",
      notSlower: "the pause did not delay answers",
    },
    "fd-limit": {
      claim: "select is limited to 1,024 descriptors, epoll is not.",
      row: (server: string, served: number, clients: number) =>
        `${`${server}:`.padEnd(24)} ${count(served).padStart(5)} of ${
          count(clients)
        } clients served`,
      refused: (descriptor: number) =>
        `the first one that select refused would have had descriptor ${count(descriptor)}`,
      noLimit: "select did not stop at descriptor 1,024",
      epollLimited: "epoll did not serve all either",
      systemLimited: "select with larger sets did not serve all, so the limit is the system's own",
    },
    "scan-cost": {
      claim:
        "The cost of select grows with the number of idle connections, the cost of epoll only with " +
        "that of the active ones.",
      active: (active: number) =>
        `a turn of the loop with ${active} active connections, and more and more idle:`,
      label: (idle: number, call: string) => `${column(idle, 6)} idle  ${call.padEnd(6)}`,
      turn: (us: number) => us < 10 ? `${us.toFixed(1)} µs` : `${count(Math.round(us))} µs`,
      growth: (idle: number, select: number, poll: number, epoll: number) =>
        `${factor(idle)} times as many idle: select takes ${factor(select)}, ` +
        `poll ${factor(poll)}, epoll ${factor(epoll)} times as long`,
      doesNotGrow: (call: string) => `${call} hardly takes longer with more idle connections`,
      grows: (call: string) => `${call} takes longer with more idle connections`,
    },
    "lt-vs-et": {
      claim:
        "Level-triggered epoll reports again what was not received, edge-triggered epoll does not: " +
        "an edge-triggered server that receives once per event stalls, and draining fixes it.",
      sent: (sentBytes: number, recvSizeBytes: number) =>
        `a client sends ${count(sentBytes)} bytes, of which a recv takes ${count(recvSizeBytes)}`,
      row: (mode: string, reports: number, receivedBytes: number, leftBytes: number) =>
        `${mode.padEnd(23)} ${column(reports, 2)} ${reports === 1 ? "event, " : "events,"} ` +
        `${column(receivedBytes, 6)} bytes received, ${column(leftBytes, 5)} left`,
      level: "level, a recv per event:",
      edge: "edge, a recv per event:",
      drained: "edge, until it blocks:",
      levelStalled: "level-triggered, a socket that had more was not reported again",
      edgeReportedAgain: "edge-triggered, a socket was reported again though nothing had come",
      drainStalled: "edge-triggered, a server that drains its sockets still stalled",
    },
    ...enLabWorkers,
    ...enLabCompletions,
    "switch-cost": {
      claim: "Switching between coroutines is far cheaper than between threads or processes: a " +
        "million switches per second are no problem.",
      scheduler: "coroutines, a scheduler",
      greenlet: "coroutines, greenlets",
      thread: "threads",
      process: "processes",
      perSecond: (switches: number) => `${count(Math.round(switches))} switches/s`,
      times: (threads: number, processes: number) =>
        `greenlets are ${factor(threads)} times as fast as threads, ` +
        `${factor(processes)} times as fast as processes`,
      noMillion: "coroutines did not switch a million times in a second",
      notCheaper: "coroutines switched hardly faster than threads and processes",
    },
    "cpu-hog": {
      claim: "One coroutine that computes starves all others. Threads and processes do not starve.",
      hog: (ms: number, others: number) =>
        `one handler burns ${ms} ms of CPU, while ${others} other clients send and wait for echoes:`,
      row: (workers: string, longestMs: number, answered: number) =>
        `${workers.padEnd(11)} ${column(answered, 3)} answers meanwhile, ` +
        `the longest wait ${longestMs.toFixed(longestMs < 10 ? 1 : 0)} ms`,
      coroutine: "coroutines:",
      thread: "threads:",
      process: "processes:",
      coroutinesLive: "other coroutines kept running while one was computing",
      threadsStarve: "other threads or processes had to wait as well",
    },
    "io-bound": {
      claim: "When handlers wait, coroutines are faster than a blocking server. When handlers " +
        "compute, they gain nothing.",
      clients: (clients: number, ms: number) =>
        `${clients} clients come at once, and each takes ${ms} ms; all are served after`,
      row: (simulatedCost: string, blockingMs: number, coroutineMs: number) =>
        `${simulatedCost.padEnd(22)} blocking ${blockingMs.toFixed(0).padStart(4)} ms, ` +
        `coroutines ${coroutineMs.toFixed(0).padStart(4)} ms`,
      waiting: "handlers that wait:",
      computing: "handlers that compute:",
      noGain: "coroutines were hardly faster when handlers waited",
      gain: "coroutines were faster though handlers computed",
    },
    ...enStagesExperiments,
    ...enLabMulticore,
    "gevent-order": {
      claim:
        "Downloads by greenlets start in the order in which they were requested, and finish in " +
        "another.",
      download: (number: number, ms: number) => `${number} (${ms} ms)`,
      started: (downloads: readonly string[]) => `started:  ${downloads.join(", ")}`,
      finished: (downloads: readonly string[]) => `finished: ${downloads.join(", ")}`,
      took: (ms: number, sumMs: number) =>
        `all together took ${ms.toFixed(0)} ms; one after another it would be ${sumMs} ms`,
      otherStart: "they did not start in the order in which they were requested",
      sameOrder: "they finished in the order in which they had started",
      oneByOne: "they took as long as one after another",
    },
  },
};
