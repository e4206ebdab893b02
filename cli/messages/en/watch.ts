import { enWatchSave, enWatchSavePage } from "./watch_save.ts";
import { enWatchTrace } from "./watch_trace.ts";
import { count } from "./words.ts";

/** The help of `playground watch`, in English. */
export const enWatchCommand = {
  summary: "watch a server in the terminal, or two models side by side in the browser",
  usage: "watch [HOST:PORT] [--compare MODEL MODEL]",
  flags: {
    compare: "serve these two models, and show both in one page under the same clients",
    sockets: "with --compare: Deno's own, or the system's calls (libc: Linux only)",
    port: "with --compare: port of the page; 0 picks a free one",
    open: "with --compare: open the page in the browser",
  },
  examples: [
    "playground watch",
    "playground watch 127.0.0.1:7781",
    "playground watch --compare select epoll",
  ],
};

/** The help of `playground replay`, in English. */
export const enReplayCommand = {
  summary: "show a run that was recorded with serve --record, in the browser",
  usage: "replay <file>",
  flags: {
    port: "port of the page; 0 picks a free one",
    open: "open the page in the browser",
    trace: "write the run into this file instead, for Perfetto",
    html: "write the run into this file instead, as a page that replays it without a network",
  },
  examples: [
    "playground replay run.jsonl",
    "playground replay run.jsonl --html run.html --trace run.json",
  ],
};

/** The flags of `playground serve` that let people watch, in English. */
export const enServeWatchFlags = {
  watch: "show live in a web page who does what, on this port",
  open: "with --watch: open the page in the browser",
  record: "record the run into this file, for playground replay",
  trace: "write a trace of the run into this file, for Perfetto",
};

/** What people read while they watch, in English. */
export const enWatch = {
  ...enWatchSave,
  watching: (address: string) => `watch it: ${address}`,
  replaying: (path: string, address: string) => `${path}: ${address} (Ctrl-C ends)`,
  noBrowser: (address: string) => `could not open a browser: open ${address} yourself`,
  wrongAddress: (host: string, port: number) =>
    `This page does not answer as ${host}, but only as http://127.0.0.1:${port}/ on the machine ` +
    "where it runs, so that no page from elsewhere can read it. To see it from another machine, give " +
    `the tunnel the same port at both ends, ssh -L ${port}:127.0.0.1:${port} HOST, and open ` +
    "the address that the server printed.",
  wrongOrigin: (origin: string, port: number) =>
    `A page of ${origin} asks, and this page answers only to itself. Open ` +
    `http://127.0.0.1:${port}/ on the machine where it runs.`,
  portInUse: (flag: string, port: number) =>
    `${flag} ${port}: the port is in use: choose another, or 0 for any that is free`,
  cannotListen: (flag: string, port: number, reason: string) =>
    `${flag} ${port}: cannot show a page there: ${reason}`,
  recordingFailed: (path: string, reason: string) =>
    `--record ${path}: ${reason}: the recording ends here; the server is not affected`,
  takesNothing: (seconds: number) => `nothing could be written for ${seconds} s`,
  cannotReplay: (path: string, reason: string) => `${path}: ${reason}`,
  noRecording: (path: string) =>
    `${path} is not a recording: make one with playground serve <model> --record FILE`,
  otherVersion: (path: string, version: number, own: number) =>
    `${path} is a recording of version ${version}, and this playground replays version ${own}: ` +
    "replay it with the version that made it",
  leftOut: (path: string, lines: number) =>
    `${path}: left out ${
      lines === 1 ? "1 incomplete line" : `${count(lines)} incomplete lines`
    }; ` +
    "the rest is shown",
  noFrames: (path: string) => `${path}: the recording ends before anything happened`,
  notWatched: (address: string) =>
    `no watchable server at ${address}: start one with playground serve select --watch`,
  forbidden: (address: string) =>
    `the page does not answer as ${address}, but only by its own port: give the ` +
    "tunnel the same port at both ends, as in ssh -L 7780:127.0.0.1:7780 HOST",
  silent: (address: string, seconds: number) =>
    `${address} accepted the connection but sent nothing for ${seconds} s, so it is not a page; ` +
    "use the address that serve --watch printed",
  noTerminal: "playground watch needs a terminal to draw in",
  twoModels: "--compare needs two models: playground watch --compare select epoll",
  serverFailed: (model: string, reason: string) => `${model} could not be started: ${reason}`,
  serverEnded: (model: string) => `${model} has stopped`,
  trace: enWatchTrace,
  terminal: {
    keys: "q quits, s saves the last 60 s",
    lost: "the server is gone",
    more: (clients: number) => `… and ${count(clients)} more`,
    summary: (s: { active: number; messages: string; backlog: string; latency: string | null }) =>
      `${count(s.active)} connected   ${s.messages} messages/s   ` +
      `backlog ${s.backlog}${s.latency === null ? "" : `   loop ${s.latency}`}`,
    sampled: (told: number, all: number) =>
      `${count(told)} of ${count(all)} messages drawn, ${count(all - told)} not drawn`,
  },
  page: {
    ...enWatchSavePage,
    language: "English",
    title: "playground: who does what now",
    tagline: "who does what now",
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
      sharedThread: "thread",
      process: "process",
      loop: "the loop",
      loops: "loop",
      threads: "thread",
      coroutine: "the loop",
    },
    clientsTotal: "# clients, by state",
    asTable: "As a table",
    clientsNow: "Clients now (the first 100)",
    client: "Client",
    state: "State",
    lane: "Lane",
    servedBy: {
      caller: "One thread serves one client after another.",
      process: "Each client has a process to itself.",
      thread: "Each client has a thread to itself.",
      sharedThread: "A loop for the sockets; a few threads share the clients' work.",
      loop: "One loop serves all clients.",
      loops: "Each client belongs to one of several loops.",
      threads: "Several threads, any of which serves a client next.",
      coroutine: "One loop, and a coroutine for each client.",
    },
    waitsIn: " It waits in ",
    stop: ".",
    waitsForNothing: " It never waits: it tries each client again and again.",
    listensOn: "listens on",
    sockets: { deno: "Deno's sockets", libc: "the system's calls (libc)" },
    handlerNamed: "handler {name}",
    empty: {
      now: "No client yet",
      open: "Open three clients that talk",
      or: "or, in a terminal:",
      atThisTime: "No client at this time",
    },
    present: "now",
    connections: "Connections",
    messagesPerSecond: "Messages/s",
    loopLatency: "Latency of the loop, ms",
    cpu: "CPU, %",
    memory: "Memory, MB",
    code: "The code, and the line that runs",
    log: "Log",
    explained: "How it works",
    heldUp: "stopped by you",
    blocked: "the loop has been blocked for # ms",
    inBacklog: "in the backlog: #",
    rounds: "{perSecond} rounds/s, {scanned} asked, {ready} ready",
    returned: "{call}: {perSecond} returns/s, {scanned} scanned, {ready} ready",
    sampled: "{told} of {all} messages drawn, {more} not drawn",
    olderPeers: "addresses as of # s ago",
    refused: "refused: #",
    controls: "Controls",
    open: "Clients",
    opened: { one: "client from here", other: "clients from here" },
    doing: "What they do",
    talkOn: "talk",
    says: "“{text}” every {ms} ms",
    saysUnread: "“{text}” every {ms} ms, and read no reply",
    message: "say",
    every: "every ms",
    readNothing: "read nothing",
    leave: "Leave",
    "half-close": "half-close",
    close: "close",
    reset: "reset",
    leaveHow: {
      "half-close": "says that nothing more will come, and still reads (FIN)",
      close: "leaves, and reads no more",
      reset: "breaks the connection off (RST)",
    },
    simulatedCost: "Handler",
    answersAtOnce: "answers at once",
    sleeps: "sleeps {ms} ms",
    burns: "burns {ms} ms of CPU",
    sleep: "sleeps ms",
    burn: "burns CPU ms",
    block: "Stop it for 1 s",
    presentation: {
      begin: "Present",
      end: "Leave presentation",
      drawer: "Controls",
      begun: "presentation: Escape leaves it, C shows the controls",
      ended: "end of the presentation",
    },
    pointed: "Look here",
    pause: "Pause",
    resume: "Resume",
    time: "Time",
    again: "Play again",
    paused: "the time is paused",
    goesOn: "the time is running",
    over: "the end of the recording",
    runs: "is running",
    stopped: "Nothing has come from this server since #: its time has stopped.",
    lost: "the server cannot be reached",
    noToken: "to control the server, open the address that it printed",
    refusedCommand: "not done",
    noAnswer: "the server did not answer within # s",
    another: "Another server now runs here. To control it, open the address that it printed.",
    leftOut: "Incomplete lines of the recording, which are left out: #",
    noFrames: "The recording ends before anything happened.",
    gap: "this page received nothing for # s",
    refusals: {
      "no-command": "the server does not know this command",
      "too-long": "the command is too long",
      "no-token": "to control the server, open the address that it printed",
      "out-of-range": "{field}: a whole number from {least} to {most}",
      failed: "{detail}",
    },
    fields: { everyMs: "every ms", sleepMs: "sleeps ms", cpuMs: "burns CPU ms", text: "say" },
    warnings: {
      "new-processes-only":
        "This applies to processes started from now on: running ones keep their settings.",
    },
  },
};
