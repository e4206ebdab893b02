import { enConnect, enConnectCommand } from "./en_connect.ts";
import { enDownload, enDownloadCommand } from "./en_download.ts";
import { enFlood, enFloodCommand } from "./en_flood.ts";
import { enLabCommand } from "./en_lab_command.ts";
import { enRace, enRaceCommand } from "./en_race.ts";
import { enWatch } from "./en_watch.ts";

/** Groups thousands, as English does. */
function count(value: number): string {
  return value.toLocaleString("en-US");
}

function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `a, b and c` */
function list(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The end of a line on a word that is not known, if another one is near. */
function didYouMean(nearest: string | null): string {
  return nearest === null ? "" : `; did you mean ${nearest}?`;
}

/** What people read in English. */
export const en = {
  count,
  outputLost: (reason: string) => `what is printed cannot be written: ${reason}`,

  help: {
    tagline: "every classic way of serving many TCP clients at once, to run and to flood",
    usage: "Usage",
    usageWords: "<command> [flags]",
    start: [
      "Start with two terminals:",
      "  playground serve select",
      "  playground flood --conns 1000",
      "",
      "More: playground <command> --help, playground explain <model>",
    ],
    lang: "language of all messages (from LC_ALL, LC_MESSAGES or LANG)",
    help: "this help",
  },

  commands: {
    models: {
      summary: "list the models: who serves a client, what it waits in, strengths and limits",
      usage: "models [--json]",
      flags: {},
      examples: ["playground models"],
    },
    explain: {
      summary: "explain a model: how it works, who waits for whom, what to try with it",
      usage: "explain <model>",
      flags: {},
      examples: ["playground explain select"],
    },
    serve: {
      summary: "serve TCP clients in the way of a model",
      usage: "serve <model> [flags]",
      flags: {
        port: "port to listen on; 0 picks a free one (7788; select-queue: 9999)",
        backlog: "how many clients may wait to be accepted",
        handler: "what to do with bytes: echo, discard, upper, bytes, http, or a file: ./mine.js",
        sleep: "wait this long before each answer, as for a database",
        cpu: "burn this much CPU time per message",
        recvSize: "most bytes to receive at once",
        maxClients: "refuse clients beyond this many",
        idleTimeout: "end clients that are silent this long, and owed no answer; 0 is never",
        grace: "how long clients may finish after Ctrl-C",
        quiet: "print no log of clients",
        verbose: "also log what is sent, and up to 1,000 lines a second",
        trigger: "epoll: how readiness is reported",
        pause: "nonblocking, coroutine: sleep between two rounds",
        spare: "thread, process: keep this many ready",
        exec: "process: the program that serves a client, as with inetd",
        sockets: "Deno's own, or the system's calls by way of the C library (libc: Linux only)",
        oneshot: "epoll: report a client once, then not again until asked to (EPOLLONESHOT)",
        threads: "threadpool: how many threads, and so how many clients at once",
        fdSetsize: "select, select-queue with --sockets libc: watch only descriptors below this",
        stats: "when it stops, also print what it took: wake-ups, system calls, CPU, memory",
        ...enWatch.serveFlags,
      },
      examples: [
        "playground serve select",
        "playground serve thread --spare 20 --sleep 100",
        'playground serve process --exec "cat"',
      ],
    },
    flood: enFloodCommand,
    race: enRaceCommand,
    demo: {
      summary: "show coroutines at work in a few lines: yield, greenlet, gevent or gevent-sleep",
      usage: "demo <name> [flags]",
      flags: {
        rounds: "how often each prints",
        pause: "how long it sleeps after each line",
      },
      examples: ["playground demo yield", "playground demo gevent-sleep --pause 200ms"],
    },
    connect: enConnectCommand,
    download: enDownloadCommand,
    lab: enLabCommand,
    ...enWatch.commands,
  },

  sharedFlags: {
    host: "address",
    port: "port",
    json: "print JSON for programs",
  },

  flags: {
    unknown: (typed: string, nearest: string | null) =>
      `unknown flag ${typed}${didYouMean(nearest)} (--help lists them)`,
    unknownCommand: (typed: string, nearest: string | null) =>
      `unknown command ${typed}${didYouMean(nearest)} (playground --help lists them)`,
    unknownModel: (typed: string, nearest: string | null) =>
      `unknown model ${typed}${didYouMean(nearest)} (playground models lists them)`,
    unknownDemo: (typed: string, nearest: string | null, names: readonly string[]) =>
      `unknown demo ${typed}${didYouMean(nearest)} (there are ${list(names)})`,
    wrongValue: (flag: string, value: string, wanted: string, nearest: string | null) =>
      `${flag} ${value}: ${wanted}${didYouMean(nearest)}`,
    valueMissing: (flag: string, wanted: string) => `${flag} needs a value: ${wanted}`,
    tooFewWords: (usage: string, choices: readonly string[]) =>
      `missing argument; usage: playground ${usage}` +
      (choices.length === 0 ? "" : ` (one of: ${choices.join(", ")})`),
    tooManyWords: (word: string, usage: string) =>
      `unexpected argument ${word}; usage: playground ${usage}`,
    notForModel: (flag: string, model: string, models: readonly string[]) =>
      `${flag} means nothing to ${model}; it is for ${list(models)}`,
    libcNotHere:
      "--sockets libc needs Linux on x86-64 or arm64; leave it away to use Deno's own sockets",
    onlyWith: (flag: string, other: string) => `${flag} means nothing without ${other}`,
    notTogether: (one: string, other: string) => `${one} and ${other} exclude each other`,
    noEffectWith: (flag: string, other: string) =>
      `${flag} has no effect with ${other}; omit one of them`,
    quoteNotClosed: (flag: string, value: string) => `${flag} ${value}: a quote is not closed`,
    wantsNothing: "it is on or off, and takes no other value",
    wantsText: "it takes a text",
    wantsInteger: (min: number, max: number) =>
      max === Infinity
        ? `it takes a whole number from ${count(min)} up`
        : `it takes a whole number from ${min} to ${max}`,
    wantsDuration: (unit: "ms" | "s", maxHours: number) =>
      `it takes a duration from 0 to ${maxHours}h, such as 500ms, 1.5s, 2m or 1h ` +
      `(a bare number is ${unit === "ms" ? "milliseconds" : "seconds"})`,
    wantsOneOf: (words: readonly string[]) => `it takes ${words.join(" or ")}`,
    wantsSomeOf: (words: readonly string[]) =>
      `it takes ${words.join(" or ")}, or several with commas`,
    twoAddresses: (readings: readonly string[]) => `is it ${readings.join(" or ")}?`,
    wantsAddress: "an address looks like 127.0.0.1:7788, [::1]:7788, localhost or 7788",
  },

  /** Why the system has refused something. */
  system: {
    hostUnknown: "there is no such host",
    notCapable: "a program on Deno may not open it without all permissions",
    reasons: {
      EACCES: "permission denied",
      EPERM: "permission denied",
      ENOENT: "no such file or directory",
      ENOTDIR: "part of the path is not a directory",
      EISDIR: "it is a directory",
      EEXIST: "it exists already",
      ENAMETOOLONG: "the name is too long",
      EROFS: "the file system is read-only",
      ENOSPC: "the disk is full",
      ENXIO: "nobody reads it (start its reader first)",
      EFBIG: "the file is too large (see ulimit -f)",
      EMFILE: "too many open files (raise the limit with ulimit -n)",
      ECONNREFUSED: "nothing listens there",
      ECONNRESET: "the connection was reset",
      EPIPE: "the other side does not read any more",
      ETIMEDOUT: "no answer in time",
      EHOSTUNREACH: "the host cannot be reached",
      ENETUNREACH: "the network cannot be reached",
      EADDRNOTAVAIL: "no local port is left for it, or the address is not of this machine",
    },
  },

  serve: {
    listening: (address: string, model: string, sockets: string, pid: number) =>
      `listening on ${address} (${model}, ${sockets} sockets, pid ${pid})`,
    waiting: "waiting for a client",
    accepted: (address: string) => `a client from ${address}`,
    received: (address: string, shown: string, sizeBytes: number) =>
      `received from ${address}: ${shown} (${plural(sizeBytes, "byte")})`,
    sent: (address: string, sizeBytes: number) =>
      `sent to ${address}: ${plural(sizeBytes, "byte")}`,
    reset: (address: string) => `${address} has reset the connection`,
    dismissed: (address: string) => `${address} was silent for --idle-timeout: its connection ends`,
    wasCutOff: (address: string) =>
      `${address} was cut off before it had everything: its connection was reset`,
    closed: (address: string) => `${address} has closed`,
    refused: (address: string) => `refused ${address}: --max-clients are connected already`,
    more: (lines: number) => `… and ${plural(lines, "line")} more, which nobody read in time`,
    busy: (active: number, messagesPerSecond: number, accepted: number, closed: number) =>
      `${count(active)} connected, ${count(messagesPerSecond)} messages/s` +
      (accepted > 0 ? `, ${count(accepted)} came` : "") +
      (closed > 0 ? `, ${count(closed)} left` : ""),
    unread: (lines: number) => `nobody read the last ${plural(lines, "line")}`,
    outOfDescriptors: (limit: string) =>
      `no descriptor left for another client (the limit is ${limit}): accepting goes on when one is ` +
      "free; raise the limit with ulimit -n",
    clientsLimited: (max: number, limit: string) =>
      `${plural(max, "client")} at a time is the most for this model with a limit of ${limit} ` +
      "descriptors: the next ones wait; raise the limit with ulimit -n",
    backlogLimited: (wanted: number, max: number) =>
      `the backlog is ${max} and not ${wanted}: the system allows no more (net.core.somaxconn)`,
    limitTooLow: (model: string, limit: number, min: number) =>
      `${model} needs at least ${min} descriptors, and the limit is ${limit}: ` +
      `raise it with "ulimit -n ${min}"`,
    beyondFdSetSize: (descriptor: number, fdSetSize: number) =>
      `refused a client: its descriptor is ${descriptor}, and select can watch only those below ` +
      `${fdSetSize} (FD_SETSIZE); raise that with --fd-setsize, or serve with poll or epoll`,
    heldUp: (who: string, heldMs: number, untold: number) =>
      `${who} held up all others for ${count(heldMs)} ms` +
      (untold > 0 ? `, after ${plural(untold, "other such hold-up")}` : ""),
    acceptFailed: (reason: string) => `accepting failed and is tried again: ${reason}`,
    clientFailed: (address: string, reason: string) => `let ${address} go: ${reason}`,
    childKilled: (pid: number, address: string, signal: string) =>
      `child ${pid} of ${address} was ended by ${signal}`,
    childFailed: (pid: number, address: string, code: number) =>
      `child ${pid} of ${address} ended with exit status ${code}`,
    stopping: (clients: number, seconds: string) =>
      `stopping: ${plural(clients, "client")} may finish for ${seconds} s (Ctrl-C again: at once)`,
    cutOff: (clients: number) =>
      `the model did not stop in time: cut off ${plural(clients, "client")}`,
    totals: (t: {
      accepted: number;
      refused: number;
      resets: number;
      received: string;
      sent: string;
      seconds: string;
    }) =>
      `stopped after ${t.seconds} s: ${plural(t.accepted, "client")} served` +
      (t.refused > 0 ? `, ${count(t.refused)} refused` : "") +
      (t.resets > 0 ? `, ${count(t.resets)} reset` : "") +
      `, ${t.received} received, ${t.sent} sent`,
    wakeUps: (wakeUps: number, ready: number, scanned: number) =>
      `wake-ups      ${count(wakeUps)}, each with ${ready.toFixed(1)} ready of ` +
      `${scanned.toFixed(1)} looked at`,
    systemCalls: (calls: number, perMessage: number) =>
      `system calls  ${count(calls)}, ${perMessage.toFixed(2)} per message`,
    switches: (voluntary: number, involuntary: number) =>
      `switches      ${count(voluntary)} while waiting, ${
        count(involuntary)
      } to make room for others`,
    cpu: (user: string, system: string) =>
      `CPU           ${user} s in the program, ${system} s in the system`,
    peakMemory: (own: string, child: string | undefined) =>
      `peak memory   ${own}${child === undefined ? "" : `, and ${child} in the largest child`}`,
    portInUse: (address: string) =>
      `${address} is in use: stop whoever listens there, or choose another with --port (0 picks one)`,
    viewPortInUse: (port: number) =>
      `--watch ${port}: the port is in use; choose another, such as --watch 0, which picks one`,
    viewPortForbidden: (port: number) =>
      `--watch ${port}: ports below 1024 need more rights than you have; choose another`,
    viewPortFailed: (port: number, reason: string) => `--watch ${port}: ${reason}`,
    noSuchHost: (host: string) => `--host ${host}: there is no such host`,
    hostNotHere: (host: string) => `--host ${host}: this machine does not have that address`,
    portForbidden: (address: string) =>
      `${address}: ports below 1024 need more rights than you have: choose another with --port`,
    cannotListen: (address: string, reason: string) => `cannot listen on ${address}: ${reason}`,
    handlerMissing: (path: string) =>
      `--handler ${path}: the file is not found; name one that is there and that you may read`,
    handlerIsDirectory: (path: string) =>
      `--handler ${path}: this is a directory; name a file in it`,
    handlerNeedsSource: (path: string) =>
      `--handler ${path}: the compiled file takes JavaScript only; turn it into a .js file first, ` +
      "or serve from source",
    handlerFailed: (path: string, reason: string) => `--handler ${path}: ${reason}`,
    programMissing: (flag: string, program: string) =>
      `${flag} ${program}: the program is not found; name one that is in the PATH, or its path`,
    programNoFile: (flag: string, program: string) =>
      `${flag} ${program}: this is not a file that can be run; name a program`,
    programNotExecutable: (flag: string, program: string) =>
      `${flag} ${program}: this file may not be executed; allow it with chmod +x, or name another`,
    interpreterMissing: (flag: string, program: string, interpreter: string) =>
      `${flag} ${program}: its first line names ${JSON.stringify(interpreter)} as its ` +
      "interpreter, which cannot be run; " +
      (interpreter.endsWith("\r")
        ? "save the script without carriage returns at the ends of its lines"
        : "name one that is there"),
    spareProgram: "--spare and --exec exclude each other on --sockets libc: " +
      "a program that runs already cannot be given a client",
    serverFailed: (reason: string) => `the engine has failed: ${reason}`,
    unknownHandler: (name: string, nearest: string | null, names: readonly string[]) =>
      `--handler ${name}: it takes ${names.join(", ")}, or a file such as ./mine.js` +
      didYouMean(nearest),
  },

  flood: enFlood,
  race: enRace,
  watch: enWatch.texts,
  connect: enConnect,
  download: enDownload,

  models: {
    workers: {
      caller: "the one thread, one client at a time",
      process: "a process of its own",
      thread: "a thread of its own",
      loop: "one loop for all",
      coroutine: "a coroutine of its own",
    },
    servedBy: "a client is served by",
    waitsIn: "waits in",
    nothing: "nothing",
    tryIt: "Try",
  },
};
