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
    strength: "clients are kept apart by the system itself: a crash ends one of them only",
    limit: "a process costs milliseconds to start and megabytes to keep, for each client",
    how: [
      "For each client a child process is started, which serves it as the blocking server would. The " +
      "parent only accepts.",
      "The client is the child's standard input and output. So any program can be the child, as with " +
      "inetd: --exec cat is an echo server.",
      "Deno's sockets cannot be given away: there the parent keeps them and carries the bytes through " +
      "pipes, as drawn. With --sockets libc the child inherits the socket itself and the parent closes " +
      "its copy; a spare child is sent it. What other programs send and receive is not counted then.",
    ],
    drawing: `
  client 1 ══▶ parent ══ pipe ══▶ child 1 ── waits for client 1
  client 2 ══▶ parent ══ pipe ══▶ child 2 ── waits for client 2
               └── waits in accept`,
    strengths: [
      "A child may block, sleep, burn its CPU, leak or crash without anybody else noticing.",
      "All CPUs are used.",
    ],
    weaknesses: [
      "Hundreds of clients are hundreds of processes.",
      "Children share nothing, so whatever they must agree on goes through the system.",
    ],
    tries: [
      [
        'playground serve process --exec "cat"',
        "an echo server from a program that knows no sockets",
      ],
      ["playground serve process --spare 20 --sleep 100", "children that are started ahead"],
      [
        "playground flood --conns 20 --duration 3s",
        "watch them with: ps -ef | grep serve-one-client",
      ],
    ],
  },
  thread: {
    strength: "reads like the blocking server, yet every client is served at once",
    limit: "each thread takes memory and time to start, and shared data needs care",
    how: [
      "For each client a thread is started, whose code is that of the blocking server. In Deno a thread " +
      "is a Worker, with a heap of its own.",
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
      "It is lighter than a process, and all CPUs are used.",
    ],
    weaknesses: [
      "A Worker takes about ten megabytes and several descriptors.",
      "Switching between many threads costs time that no client gets.",
    ],
    tries: [
      ["playground serve thread --spare 20 --sleep 100", "twenty clients sleep at the same time"],
      ["playground flood --conns 20 --duration 3s", "every one gets about ten answers a second"],
      ["playground serve thread --cpu 50", "CPU-bound handlers share the CPUs fairly"],
    ],
  },
  threadpool: {
    strength: "as many threads as were made at the start, however many clients come",
    limit: "a thread serves one client to its end, so a silent one occupies it",
    how: [
      "The threads are made before the first client comes. Each takes a client out of a queue, serves " +
      "it as the blocking server would until it closes, and takes the next.",
      "With N threads, N clients are served at once, and client N + 1 waits until one of them closes. " +
      "The queue is short; whoever finds it full waits in the backlog.",
      "It is a good plan where a client is a short errand, and a poor one where clients stay " +
      "connected and say little.",
    ],
    drawing: `
                          ┌──▶ thread 1 ── waits for client 1
  accept ──▶ the queue ───┼──▶ thread 2 ── waits for client 2
             client 4     └──▶ thread 3 ── waits for client 3
             client 5
             └── wait for one of the three to close`,
    strengths: [
      "Memory and threads are bounded, whatever comes: a flood makes clients wait, and not the server fall.",
      "A client costs no start of a thread.",
      "A handler may block or burn its CPU, and all CPUs are used.",
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
  async: {
    strength: "reads like a thread per client, and costs little more than a loop",
    limit: "whoever computes instead of awaiting holds up all others",
    how: [
      "Each client has an async function of its own. At each await it is put aside until its operation " +
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
      "A forgotten await is a bug that no compiler need find.",
    ],
    tries: [
      ["playground serve async --sleep 100", "waiting costs nobody else anything"],
      ["playground serve async --cpu 20", "computing does"],
      ["playground flood --conns 200 --duration 3s", "compare with select and epoll"],
    ],
  },
} satisfies Readonly<Record<string, ModelText>>;
