import { enServeWatchFlags } from "./watch.ts";
import { count, didYouMean, plural } from "./words.ts";

/** The help of the command, in English. */
export const enServeCommand = {
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
    ...enServeWatchFlags,
  },
  examples: [
    "playground serve select",
    "playground serve thread --spare 20 --sleep 100",
    'playground serve process --exec "cat"',
  ],
};

/** What a server says, in English. */
export const enServe = {
  listening: (address: string, model: string, sockets: string, pid: number) =>
    `listening on ${address} (${model}, ${sockets} sockets, pid ${pid})`,
  waiting: "waiting for a client",
  accepted: (address: string) => `a client from ${address}`,
  received: (address: string, shown: string, sizeBytes: number) =>
    `received from ${address}: ${shown} (${plural(sizeBytes, "byte")})`,
  sent: (address: string, sizeBytes: number) => `sent to ${address}: ${plural(sizeBytes, "byte")}`,
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
  handlerIsDirectory: (path: string) => `--handler ${path}: this is a directory; name a file in it`,
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
};
