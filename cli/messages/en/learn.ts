import { didYouMean } from "./words.ts";

/** The help of `playground learn`, in English. */
export const enLearnCommand = {
  summary:
    "a course in the browser: predict what a server will do, watch it, and be judged by what was measured",
  usage: "learn [CHAPTER]",
  flags: {
    text: "go through it in the terminal",
    export: "write the course into this directory as a web site, with recorded runs",
    port: "port of the page; 0 picks a free one",
    open: "open the page in the browser",
  },
  examples: [
    "playground learn --open",
    "playground learn select",
    "playground learn 3 --text",
    "playground learn --export site",
  ],
};

/** What the course says, in English. */
export const enLearn = {
  learning: (address: string) => `the course: ${address} (Ctrl-C ends it, and its servers)`,
  unknownChapter: (typed: string, nearest: string | null, chapters: readonly string[]) =>
    `unknown chapter ${typed}${didYouMean(nearest)} (there are ${
      chapters.map((id, i) => `${i + 1} ${id}`).join(", ")
    })`,
  noServer: "no server runs here yet",
  stageIsOver: "this run of the course is over",
  tooManyPages: (pages: number) => `${pages} pages of the course are open: close one of them`,
  needsLinux: (model: string) =>
    `${model} runs here only on the system's own calls, which needs Linux on x86-64 or arm64: ` +
    "read on without it, or see its recorded run in the exported course",
  serverLost: (model: string, reason: string) =>
    `${model} has ended${reason === "" ? "" : `: ${reason}`}`,
  exitStatus: (code: number) => `exit status ${code}`,
  notEmpty: (directory: string) =>
    `--export ${directory}: the directory is not empty; choose a new or an empty one`,
  cannotExport: (directory: string, reason: string) => `--export ${directory}: ${reason}`,
  recording: (chapter: string, done: number, all: number, step: string) =>
    `recording chapter ${done} of ${all}: ${chapter}${step}`,
  undecided: (chapter: string, step: number, measured: string) =>
    `${chapter}, step ${step}: no answer fits what was measured (${measured}), in several runs: ` +
    "the machine may be too busy to record the course now",
  stepFailed: (chapter: string, step: number, reason: string) =>
    `${chapter}, step ${step}: ${reason}`,
  exported: (directory: string, chapters: number, size: string) =>
    `${directory}: ${chapters === 1 ? "1 chapter" : `${chapters} chapters`}, ${size}; ` +
    `open ${directory}/index.html, or put it on any web server`,
  leftAt: (command: string) => `to go on from here: ${command}`,
  inputEnded: "the input ended before the question was answered",
  pressEnter: "Enter goes on, b goes back, q leaves",
  askNumber: (most: number) => `Your prediction or answer, 1 to ${most}: `,
  askRun: "Enter runs it, s skips it: ",
  askAgain: "Enter goes on, r runs it again: ",
  runsAgain: "once more",
  page: {
    language: "English",
    title: "playground: the course",
    chapters: "Chapters",
    chapter: "Chapter {number}: {title}",
    minutes: "{minutes} min",
    step: "Step {step} of {steps}",
    next: "Next",
    back: "Back",
    nextChapter: "Next chapter",
    keysHint: "Keys: j or Page Down goes on, k or Page Up goes back, 1 to 9 choose",
    finished: "done",
    begun: "{done} of {steps}",
    clearProgress: "Forget my progress",
    kinds: {
      read: "Read",
      do: "Do",
      predict: "Predict",
      observe: "Look",
      explain: "Why",
      check: "Check",
      experiment: "Experiment",
      try: "Try it yourself",
    },
    tryText: "In two terminals, with the real thing:",
    choose: "That is my answer",
    predictHint: "Choose first. Then it happens, and is measured.",
    actions: {
      serve: "start {command}",
      open: "{count} clients connect",
      openOne: "a client connects",
      talk: "each client says “{text}” every {everyMs} ms",
      silence: "the clients fall silent",
      read: "the clients read again",
      readNothing: "the clients read nothing",
      "half-close": "{count} clients close their sending side",
      close: "{count} clients close",
      reset: "{count} clients reset their connections",
      all: "all",
      costsNothing: "the handler answers each message at once",
      sleeps: "the handler sleeps {sleepMs} ms for each message",
      computes: "the handler computes {cpuMs} ms for each message",
      cost: "the handler sleeps {sleepMs} ms and computes {cpuMs} ms for each message",
      block: "the server stands still for {ms} ms",
      until: "wait until {conditions}",
      run: "run {command}",
      and: " and ",
      press: "Do it",
    },
    late: "This did not come true within {seconds} s, so the run may not show what it should.",
    running: "it runs …",
    measuring: "it runs, and is measured …",
    right: "Right.",
    wrong: "Not so.",
    isTrue: "This is what happened: ",
    measured: "Measured just now:",
    measuredThen: "Measured in the recorded run:",
    undecided: "No answer fits what was measured, so something disturbed the run: " +
      "a busy machine, or a control that was used meanwhile. Run it again.",
    unmeasured: "Nothing was measured, so it is not known which answer is right.",
    again: "Run it again",
    runExperiment: "Run it now",
    failed: "This could not be done: {reason}",
    noServerYet: "No server runs in this step.",
    lost: "The course has ended in the terminal. Start it again with: playground learn",
    noToken: "To run servers, open the address that the terminal printed.",
    recordedNote:
      "This is a recording of a real run; the live course runs it on your own machine: " +
      "playground learn",
    skip: "Skip to the end of the run",
    experimentRecorded: "Show what it printed",
    measure: "{name}: {value}",
    measures: {
      clients: "clients",
      served: "clients that got an answer",
      waiting: "clients from which the next bytes are awaited",
      backlog: "clients in the backlog",
      queued: "clients accepted but not served yet",
      asleep: "clients whose handler sleeps",
      blocked: "clients whose send buffer is full",
      lanes: "lanes that had a client",
      processes: "processes that had a client",
      returns: "returns of the waiting call",
      returnsPerSecond: "returns per second",
      scannedPerReturn: "sockets looked at for each return",
      readyPerReturn: "sockets ready for each return",
      inVain: "sockets looked at in vain",
      messages: "messages",
      seconds: "seconds",
      cpuPercent: "use of a processor (%)",
      memoryMb: "memory (MB)",
      memoryPerClientKb: "memory for each client (kB)",
      loopLatencyMs: "longest time until the loop answered (ms)",
      longestWaitMs: "longest time that a client had no answer (ms)",
      systemCallsPerMessage: "system calls for each message",
      refused: "clients turned away",
      waitShare: "time in the waiting call (%)",
      acceptShare: "time in accept (%)",
      recvShare: "time in recv (%)",
      handleShare: "time in the handler (%)",
      sleepShare: "time asleep (%)",
    },
  },
};
