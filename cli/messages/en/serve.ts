import { enServeWatchFlags } from "./watch.ts";
import { count, didYouMean, plural } from "./words.ts";

/** The help of the command, in English. */
export const enServeCommand = {
  summary: "serve TCP clients with one of the models",
  usage: "serve <model> [flags]",
  flags: {
    port: "port to listen on; 0 picks a free one (7788; select-queue: 9999)",
    backlog: "how many clients may wait to be accepted",
    handler:
      "what to do with bytes: echo, discard, upper, bytes, star, prime, chat, kv (redis-cli is a client), " +
      "http, or a file: ./mine.js",
    db:
      "kv: the SQLite file that keeps the data, or :memory: (a file that is deleted when the server stops)",
    root: "http: the directory whose files are served (every path says hello)",
    sleep: "wait this long before each answer, as for a database",
    cpu: "burn this much CPU time per message",
    recvSize: "receive at most this many bytes at once (16384; libc: 65536)",
    maxClients: "refuse clients beyond this many",
    idleTimeout: "disconnect clients that are silent this long and wait for no answer; 0 is never",
    grace: "how long clients have to finish after Ctrl-C",
    quiet: "do not log clients",
    verbose: "also log what is sent, and up to 1,000 lines a second",
    trigger: "epoll: how readiness is reported",
    pause: "nonblocking, coroutine: sleep this long between two rounds",
    spare: "thread, process: keep this many started ahead",
    keep:
      "thread: at most this many whose client has left wait for the next; 0: a new one for each " +
      "client (as many as were ever busy at once)",
    exec: "process: the program that serves a client, as with inetd",
    sockets: "Deno's own, or the system's calls through the C library (libc: Linux only)",
    oneshot: "epoll: report a client once, then not until it is re-armed (EPOLLONESHOT)",
    threads: "threadpool: how many threads, and so how many clients at once",
    workers:
      "all with workers, from prefork to pipeline: how many there are (as many as processors)",
    accept:
      "prefork, prethread: all wait in accept, or one with a lock; prefork: or its parent passes",
    hand: "reactors: which loop gets the next client, in turn or the one with the fewest",
    wake: "workers: wake all that wait when a client comes, or as few as possible (EPOLLEXCLUSIVE)",
    queue:
      "pipeline: this many messages may wait for the handler; a client with one more is refused",
    fdSetsize: "select, select-queue with --sockets libc: watch only descriptors below this",
    stats: "when the server stops, also print its costs: wake-ups, system calls, CPU, memory",
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
  accepted: (address: string) => `accepted ${address}`,
  received: (address: string, shown: string, sizeBytes: number) =>
    `received from ${address}: ${shown} (${plural(sizeBytes, "byte")})`,
  sent: (address: string, sizeBytes: number) => `sent to ${address}: ${plural(sizeBytes, "byte")}`,
  sentText: (address: string, shown: string, sizeBytes: number) =>
    `sent to ${address}: ${shown} (${plural(sizeBytes, "byte")})`,
  reset: (address: string) => `${address} reset the connection`,
  dismissed: (address: string) => `closed ${address}: it was silent for --idle-timeout`,
  wasCutOff: (address: string) =>
    `reset ${address}: it was cut off before it had received everything`,
  closed: (address: string) => `${address} closed the connection`,
  refused: (address: string) => `refused ${address}: --max-clients is reached`,
  more: (lines: number) =>
    `… and ${plural(lines, "more line")}, dropped because nobody read in time`,
  busy: (active: number, messagesPerSecond: number, accepted: number, closed: number) =>
    `${count(active)} connected, ${count(messagesPerSecond)} messages/s` +
    (accepted > 0 ? `, ${count(accepted)} joined` : "") +
    (closed > 0 ? `, ${count(closed)} left` : ""),
  unread: (lines: number) => `nobody read the last ${plural(lines, "line")}`,
  outOfDescriptors: (limit: string) =>
    `no descriptor left for another client (the limit is ${limit}): the server accepts again when one is ` +
    "free; raise the limit with ulimit -n",
  tooManyProcesses:
    "the system allows no more processes: clients are let go until some have left; " +
    "raise the limit with ulimit -u",
  tooManyThreads:
    "the system allows no more threads: clients wait for one that is free, and the server tries again " +
    "to start others; raise the limit with ulimit -u",
  workersMissing: (workers: number, wanted: number) =>
    `the system allows no more processes: ${workers} of ${
      plural(wanted, "worker")
    } serve, and the server ` +
    "tries again to start the others; raise the limit with ulimit -u",
  clientsLimited: (max: number, limit: string) =>
    `with a limit of ${limit} descriptors this model serves at most ${plural(max, "client")} ` +
    "at a time, and the next ones wait; raise the limit with ulimit -n",
  workersLimited: (wanted: number, max: number, limit: string) =>
    `with a limit of ${limit} descriptors there are ${plural(max, "worker")}, not ${wanted}; ` +
    "raise the limit with ulimit -n",
  workerFailed: (worker: number, reason: string) =>
    `worker ${worker} failed, and its clients with it; another one takes its place: ${reason}`,
  /** Why a model does not serve on a kind of sockets. */
  notOnSockets: {
    pipeline:
      "pipeline needs --sockets libc: a connection of Deno's stays with the thread that has " +
      "accepted it, so no stage of its own can send (offload has the threads that compute)",
    prefork:
      "prefork needs --sockets libc: its children inherit the listener by fork(2), and no other " +
      "process can use a socket of Deno's",
    workers:
      "workers needs --sockets libc: its processes inherit the listener by fork(2), and no other " +
      "process can use a socket of Deno's",
    prethread:
      "prethread needs --sockets libc: a listener of Deno's stays with the thread that has " +
      "opened it, so no two threads can accept on it (reuseport gives each thread its own)",
    reuseport: "reuseport needs SO_REUSEPORT, which Windows does not have",
    "leader-followers":
      "leader-followers needs --sockets libc: a connection of Deno's stays with the thread that has " +
      "accepted it, so no other one can serve it (in reuseport each loop accepts itself)",
    reactors:
      "reactors needs --sockets libc: a connection of Deno's stays with the thread that has " +
      "accepted it, and cannot be handed to another one (in reuseport each loop accepts itself)",
    uring:
      "uring serves on --sockets libc alone: Deno's sockets wait for readiness inside, so there " +
      "would be nothing of io_uring to see; leave --sockets out",
  },
  backlogLimited: (wanted: number, max: number) =>
    `the backlog is ${max}, not ${wanted}: the system allows no more (net.core.somaxconn)`,
  limitTooLow: (model: string, limit: number, min: number) =>
    `${model} needs at least ${min} descriptors, but the limit is ${limit}: ` +
    `raise it with "ulimit -n ${min}"`,
  noIoUring: {
    absent: "uring needs io_uring, which this kernel does not have (ENOSYS): try epoll",
    forbidden:
      "uring needs io_uring, which this system forbids (EPERM), as containers often do: allow it " +
      "with a seccomp profile or kernel.io_uring_disabled=0, or try epoll",
    "too-old": "uring needs the io_uring of Linux 6.1 or later (EINVAL): try epoll",
    unlockable:
      "uring cannot have the memory of its rings (ENOMEM): raise the limit of locked memory " +
      "(ulimit -l), or try epoll",
  },
  beyondFdSetSize: (descriptor: number, fdSetSize: number) =>
    `refused a client: its descriptor is ${descriptor}, and select can watch only those below ` +
    `${fdSetSize} (FD_SETSIZE); raise it with --fd-setsize, or serve with poll or epoll`,
  heldUp: (who: string, heldMs: number, untold: number) =>
    `${who} held up all others for ${count(heldMs)} ms` +
    (untold > 0 ? `, after ${plural(untold, "similar hold-up")}` : ""),
  acceptFailed: (reason: string) => `accept failed, trying again: ${reason}`,
  clientFailed: (address: string, reason: string) => `dropped ${address}: ${reason}`,
  childKilled: (pid: number, address: string, signal: string) =>
    `child ${pid}, which served ${address}, was killed by ${signal}`,
  childFailed: (pid: number, address: string, code: number) =>
    `child ${pid}, which served ${address}, exited with status ${code}`,
  workerEnded: (
    pid: number,
    how: { readonly signal: string | null; readonly code: number },
    peers: readonly string[],
    clients: number,
  ) =>
    `worker ${pid} ${
      how.signal === null ? `exited with status ${how.code}` : `was killed by ${how.signal}`
    }` + (clients === 0 ? "" : `, and with it went ${peers.join(", ")}`) +
    (clients > peers.length ? ` and ${count(clients - peers.length)} more` : ""),
  stopping: (clients: number, seconds: string) =>
    `stopping: ${
      plural(clients, "client")
    } may take ${seconds} s to finish (Ctrl-C again stops at once)`,
  cutOff: (clients: number) =>
    `the model did not stop in time: cut off ${plural(clients, "client")}`,
  totals: (t: {
    accepted: number;
    refused: number;
    shed: number;
    resets: number;
    received: string;
    sent: string;
    seconds: string;
  }) =>
    `stopped after ${t.seconds} s: ${plural(t.accepted, "client")} served` +
    (t.refused > 0 ? `, ${count(t.refused)} refused` : "") +
    (t.shed > 0 ? `, ${count(t.shed)} turned away by a full queue` : "") +
    (t.resets > 0 ? `, ${count(t.resets)} reset` : "") +
    `, ${t.received} received, ${t.sent} sent`,
  wakeUps: (wakeUps: number, ready: number, scanned: number) =>
    `wake-ups      ${count(wakeUps)}, each with ${ready.toFixed(1)} ready of ` +
    `${scanned.toFixed(1)} scanned`,
  systemCalls: (calls: number, perMessage: number) =>
    `system calls  ${count(calls)}, ${perMessage.toFixed(2)} per message`,
  switches: (voluntary: number, involuntary: number) =>
    `switches      ${count(voluntary)} voluntary, ${count(involuntary)} involuntary`,
  cpu: (user: string, system: string) => `CPU           ${user} s user, ${system} s system`,
  peakMemory: (own: string, child: string | undefined) =>
    `peak memory   ${own}${child === undefined ? "" : `, and ${child} in the largest child`}`,
  portInUse: (address: string) =>
    `${address} is in use: stop the program that listens there, or choose another port with --port (0 picks one)`,
  viewPortInUse: (port: number) =>
    `--watch ${port}: the port is in use; choose another (--watch 0 picks a free one)`,
  viewPortForbidden: (port: number) =>
    `--watch ${port}: you lack the privilege for ports below 1024; choose another`,
  viewPortFailed: (port: number, reason: string) => `--watch ${port}: ${reason}`,
  noSuchHost: (host: string) => `--host ${host}: no such host`,
  hostNotHere: (host: string) => `--host ${host}: this machine does not have that address`,
  portForbidden: (address: string) =>
    `${address}: you lack the privilege for ports below 1024; choose another with --port`,
  childrenCannotClose: (reason: string) =>
    `children could not close what they inherit: ${reason}; Linux has close_range(2) since 5.9, and a ` +
    "container may forbid it: choose a model without processes, such as thread or epoll",
  cannotListen: (address: string, reason: string) => `cannot listen on ${address}: ${reason}`,
  handlerMissing: (path: string) =>
    `--handler ${path}: file not found; name an existing file that you may read`,
  handlerIsDirectory: (path: string) => `--handler ${path}: this is a directory; name a file in it`,
  handlerNeedsSource: (path: string) =>
    `--handler ${path}: the compiled program loads JavaScript only; turn the file into a .js ` +
    "file first, or serve from source",
  rootMissing: (path: string) =>
    `--root ${path}: this is no directory that you may read; name one that is`,
  dbFailed: (path: string, reason: string) =>
    `--db ${path}: ${reason}; name a database of SQLite's, or a new file in a directory that you may write to`,
  dbNotInMemory: (model: string) =>
    `--db :memory: is in the memory of one thread, and ${model} serves in several threads or processes; name a file`,
  handlerFailed: (path: string, reason: string) => `--handler ${path}: ${reason}`,
  programMissing: (flag: string, program: string) =>
    `${flag} ${program}: program not found; name one that is in the PATH, or give its path`,
  programNoFile: (flag: string, program: string) =>
    `${flag} ${program}: this is not an executable file; name a program`,
  programNotExecutable: (flag: string, program: string) =>
    `${flag} ${program}: this file is not executable; make it so with chmod +x, or name another`,
  interpreterMissing: (flag: string, program: string, interpreter: string) =>
    `${flag} ${program}: its first line names the interpreter ` +
    `${JSON.stringify(interpreter)}, which cannot be run; ` +
    (interpreter.endsWith("\r")
      ? "save the script without carriage returns at the ends of its lines"
      : "name one that exists"),
  passesNothing:
    "--accept pass has no effect with prethread: threads share all descriptors, so there " +
    "is nothing to pass; see threadpool for a thread that accepts for the others",
  spareForked: "--spare has no effect with process on --sockets libc: " +
    "a child is forked in about a millisecond, when its client has come",
  serverFailed: (reason: string) => `the server has failed: ${reason}`,
  unknownHandler: (name: string, nearest: string | null, names: readonly string[]) =>
    `--handler ${name}: it takes ${names.join(", ")}, or a file such as ./mine.js` +
    didYouMean(nearest),
};
