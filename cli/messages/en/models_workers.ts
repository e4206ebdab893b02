import type { ModelText } from "../model_text.ts";

/** The models that give each client a worker of its own, in English. */
export const enWorkers = {
  blocking: {
    strength: "the simplest server there is, and a client has it all to itself",
    limit: "everybody else waits, however little the one client has to say",
    how: [
      "The server accepts a client, then receives and sends until that client closes, and only then " +
      "accepts the next. Each call blocks: it returns when there is something to return.",
      "The others are not refused. The system completes their connections and keeps what they send, " +
      "until the server accepts them: that is the backlog.",
    ],
    drawing: `
  client 1 ══ being served ══▶ server ── waits in recv for client 1
  client 2 ── in the backlog ──┐
  client 3 ── in the backlog ──┴── wait for client 1 to close`,
    strengths: [
      "It reads top to bottom, and there is nothing to share or to lock.",
      "It is as fast as any other model while there is one client.",
    ],
    weaknesses: [
      "One silent client stops the service for all others.",
      "It uses one CPU, and that one only while its client speaks.",
    ],
    tries: [
      ["playground serve blocking", "in a first terminal"],
      [
        "playground connect",
        "in a second and a third: the third is answered when the second ends",
      ],
      ["playground flood --conns 3 --duration 2s", "one is served, two wait"],
    ],
  },
  process: {
    strength: "the system itself keeps clients apart: a crash ends only one of them",
    limit: "hundreds of clients are hundreds of processes, which share nothing",
    how: [
      "On the system's sockets (--sockets libc) the parent accepts a client and forks. fork(2) makes a " +
      "child that is a copy of its parent and has the same connection: the child serves it as the " +
      "blocking server would, and the parent closes its own copy. Memory is copied only where one " +
      "of the two writes, so a child costs about a millisecond and less than a megabyte.",
      "A child that has ended is a zombie until its parent has waited for it. SIGCHLD interrupts " +
      "accept, so that the parent does.",
      "With --exec the child becomes any other program, with the client as its standard input and " +
      "output, as inetd has it: --exec cat is an echo server. The totals then leave out what that program " +
      "sends and receives. A handler's file whose code needs timers or promises says so with " +
      "export const eventLoop = true, and then gets a runtime of its own, since no event loop turns " +
      "in the child of a fork.",
      "Deno's own sockets cannot be handed to another process. There the parent keeps them, starts a " +
      "whole runtime for each client, and carries the bytes through pipes: tens of milliseconds and " +
      "tens of megabytes each.",
    ],
    drawing: `
  client 1 ═══════════▶ child 1 ── waits for client 1
  client 2 ═══════════▶ child 2 ── waits for client 2
  client 3 ══▶ parent ── accepts, forks, closes its copy, waits`,
    strengths: [
      "A child may block, sleep, burn its CPU, leak or crash, and no other client notices.",
      "It uses all CPUs.",
    ],
    weaknesses: [
      "Hundreds of clients are hundreds of processes.",
      "Children share nothing, so they can agree on something only through the system.",
    ],
    tries: [
      [
        'playground serve process --exec "cat"',
        "an echo server from a program that knows nothing of sockets",
      ],
      ["playground serve process --sockets libc", "real forks, in a first terminal"],
      [
        "playground flood --conns 20 --duration 3s",
        "in a second; watch the children with: ps -ef | grep serve-by-forking",
      ],
    ],
  },
  thread: {
    strength: "reads like the blocking server, yet every client is served at once",
    limit: "each thread takes memory, and time to start, and shared data needs care",
    how: [
      "Each client has a thread to itself, which runs the code of the blocking server. In Deno a thread " +
      "is a Worker, with a heap of its own.",
      "A thread whose client has left waits for the next one, since starting one takes longer than " +
      "serving many a client: --keep says how many may wait, and with --keep 0 every client gets a new " +
      "thread. --spare starts some before the first client comes.",
      "Deno's sockets stay with the thread that opened them, so the main thread keeps them and passes " +
      "bytes to and fro without copying them. With --sockets libc each thread gets its client's " +
      "descriptor, and blocks in the system's own calls.",
    ],
    drawing: `
  client 1 ══▶ main thread ══ messages ══▶ thread 1 ── waits for client 1
  client 2 ══▶ main thread ══ messages ══▶ thread 2 ── waits for client 2
               └── waits in accept`,
    strengths: [
      "A handler may block or burn its CPU: only its own client waits.",
      "It is lighter than a process, and uses all CPUs.",
    ],
    weaknesses: [
      "A Worker takes about ten megabytes and several descriptors.",
      "Switching between many threads costs time that no client gets.",
    ],
    tries: [
      ["playground serve thread --spare 20 --sleep 100", "twenty clients sleep at the same time"],
      ["playground flood --conns 20 --duration 3s", "every one gets about ten answers a second"],
      ["playground serve thread --cpu 50", "CPU-bound handlers share the CPUs fairly"],
      [
        "playground serve thread --keep 0 --watch",
        "a new lane for each client; without --keep 0 it takes over the lane of one that has left",
      ],
    ],
  },
  threadpool: {
    strength: "a fixed number of threads, however many clients come",
    limit: "a thread serves one client until it closes, so a silent client occupies it",
    how: [
      "The threads start before the first client comes. Each takes a client out of a queue, serves " +
      "it as the blocking server would until it closes, and takes the next.",
      "With N threads, N clients are served at once, and client N + 1 waits until one of them closes. " +
      "The queue is short; when it is full, further clients wait in the backlog.",
      "It works well where each client has a short task, and badly where clients stay connected and " +
      "say little.",
    ],
    drawing: `
                          ┌──▶ thread 1 ── waits for client 1
  accept ──▶ the queue ───┼──▶ thread 2 ── waits for client 2
             client 4     └──▶ thread 3 ── waits for client 3
             client 5
             └── wait for one of the three to close`,
    strengths: [
      "Memory and threads are bounded: under a flood, clients wait and the server survives.",
      "No thread has to start when a client comes.",
      "A handler may block or burn its CPU, and the pool uses all CPUs.",
    ],
    weaknesses: [
      "As many silent clients as there are threads stop the service for all others.",
      "The right number of threads depends on how long they wait, which nobody knows beforehand.",
    ],
    tries: [
      ["playground serve threadpool --threads 2", "in a first terminal"],
      ["playground connect", "in three more: the third is answered when one of the others ends"],
      [
        "playground serve threadpool --threads 2 --idle-timeout 5s",
        "now a silent client keeps its thread for five seconds only",
      ],
      [
        "playground flood --conns 3 --duration 3s",
        "two are served, and one waits for a thread",
      ],
    ],
  },
  prefork: {
    strength: "no client waits for a fork, and a crash ends only one of them",
    limit: "as many clients at once as there are children; all others wait in the backlog",
    how: [
      "The parent listens, forks --workers children, and from then on waits for the dead and forks another " +
      "in the place of each. A child is a blocking server: it accepts a client, serves it to its " +
      "end, and accepts the next. Apache began like this, and Stevens compares it in chapter 30.",
      "With --accept shared, all children wait in accept on the one listener, and the system wakes one of " +
      "them for each client. There were systems that woke all of them, the thundering herd. For those " +
      "there is --accept lock: one child waits in accept, and the others for a lock, fcntl(2), which the " +
      "system takes from a child that dies.",
      "With --accept pass, the parent accepts, and passes the descriptor through a socket to a child that " +
      "has said that it is free, SCM_RIGHTS. So the parent chooses the child for each client, and pays for it.",
      "It forks, so it has only the system's sockets. In a child no event loop turns: a handler that " +
      "needs one is refused.",
    ],
    drawing: `
               ┌──▶ child 1 ══ serves client 1, waits in recv
  listener ────┼──▶ child 2 ══ serves client 2, waits in recv
               └──▶ child 3 ── waits in accept
  parent ── waits for the dead`,
    strengths: [
      "A client that comes and goes costs no process: only accept, recv, send and close.",
      "A child may block, burn its CPU, leak or crash: another takes its place.",
      "The number of processes is bounded, and it uses all CPUs.",
    ],
    weaknesses: [
      "As many silent clients as there are children stop the service for all others.",
      "Children share nothing, so they can agree on something only through the system.",
    ],
    tries: [
      ["playground serve prefork --workers 15", "in a first terminal"],
      [
        "playground flood --conns 15 --reconnect-after 1",
        "in a second: connections that come and go, at the children's full speed",
      ],
      ["playground serve prefork --workers 3 --watch --open", "a lane for each child"],
      ["playground lab lock-or-herd", "is the lock still worth its price?"],
    ],
  },
  prethread: {
    strength: "no client waits for a thread to start, and nobody hands it over",
    limit: "as many silent clients as there are threads stop the service",
    how: [
      "The threads are made beforehand, and all of them wait in accept on one listener. The system " +
      "wakes one of them for each client. That thread serves it as the blocking server would, and " +
      "accepts again. There is no queue and no thread that hands clients out, as threadpool has them.",
      "Some systems woke every thread in accept, and all but one went back to sleep: the thundering herd. " +
      "A lock around accept prevents that: one thread waits in accept, and the others for the lock " +
      "(--accept lock). Linux wakes only one anyway.",
      "This is the last but one server of chapter 30 of Unix Network Programming; the last is threadpool. " +
      "It needs the system's sockets, on which any thread can use any descriptor.",
    ],
    drawing: `
                 ┌── thread 1 ── accept ── serves ── accept …
  one listener ──┼── thread 2 ── accept ── serves ── accept …
                 └── thread 3 ── accept …     (or waits for the lock)`,
    strengths: [
      "A client costs one accept, and no thread has to be woken by another one.",
      "A handler may block or burn its CPU, and all CPUs are used.",
    ],
    weaknesses: [
      "As many silent clients as there are threads stop the service for all others.",
      "Who accepts is chance: a server that prefers some thread needs a queue.",
    ],
    tries: [
      ["playground serve prethread --workers 2", "in a first terminal"],
      ["playground connect", "in three more: the third is answered when one of the others ends"],
      [
        "playground serve prethread --workers 16 --accept lock",
        "the same answers; compare the CPU",
      ],
    ],
  },
  async: {
    strength: "reads like a thread per client, and costs little more than a loop",
    limit: "a function that computes instead of awaiting holds up all others",
    how: [
      "Each client has an async function of its own. At each await it is suspended until its operation " +
      "completes, and Deno's event loop runs another one.",
      "This is how Deno is meant to be used, and the baseline for all other models.",
    ],
    drawing: `
  client 1 ◀──▶ function 1 ── await recv ──┐
  client 2 ◀──▶ function 2 ── await recv ──┼── Deno's loop waits for all
  client 3 ◀──▶ function 3 ── await send ──┘`,
    strengths: [
      "The code of a client is in one place, top to bottom.",
      "A client costs a few kilobytes, so there can be very many.",
    ],
    weaknesses: [
      "It runs on one CPU.",
      "A forgotten await is a bug that the compiler may not find.",
    ],
    tries: [
      ["playground serve async --sleep 100", "waiting holds up nobody else"],
      ["playground serve async --cpu 20", "computing holds up everybody"],
      ["playground flood --conns 200 --duration 3s", "compare with select and epoll"],
    ],
  },
} satisfies Readonly<Record<string, ModelText>>;
