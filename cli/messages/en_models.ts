/** A page on a model. */
export interface ModelText {
  /** In a line each. */
  readonly strength: string;
  readonly limit: string;
  /** How it works, in paragraphs. */
  readonly how: readonly string[];
  /** Who waits for whom. */
  readonly drawing: string;
  readonly strengths: readonly string[];
  readonly weaknesses: readonly string[];
  /** Commands to paste, each with what to look for. */
  readonly tries: readonly (readonly [command: string, look: string])[];
}

/** What people read of the models in English. */
export const enModels = {
  headings: {
    how: "How it works",
    drawing: "Who waits for whom",
    strengths: "Strengths",
    weaknesses: "Weaknesses",
    tries: "Try",
  },

  models: {
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
        "Here the parent keeps the socket and carries the bytes to the child's standard input and from " +
        "its standard output. So any program can be the child, as with inetd: --exec cat is an echo server.",
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
        "Sockets stay with the thread that opened them, so the main thread keeps them and passes bytes to " +
        "and fro without copying them.",
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
      strength: "threads are made once, and their number bounds what the server takes",
      limit: "one client more than threads waits, however little the others have to say",
      how: [
        "A fixed number of threads (--threads) is made beforehand. The main thread accepts clients and " +
        "puts them into a queue; a thread takes one out, serves it to its end, and takes the next.",
        "While all threads are busy, as many clients as there are threads are accepted and wait in the " +
        "queue. The others wait in the backlog.",
      ],
      drawing: `
  client 1 ══▶ thread 1 ── serves it to its end, then takes the next
  client 2 ══▶ thread 2
  client 3 ──▶ queue ────── waits for the first thread that is free`,
      strengths: [
        "No thread is started while a client waits for it.",
        "However many clients come, there are no more threads: what the server takes is bounded.",
      ],
      weaknesses: [
        "Silent clients hold the threads, and the queue stands still.",
        "How many threads are right depends on how long they wait, which nobody knows beforehand.",
      ],
      tries: [
        ["playground serve threadpool --threads 4 --sleep 100", "four clients sleep at a time"],
        ["playground flood --conns 4 --duration 2s", "all are served"],
        ["playground flood --conns 5 --duration 2s", "the fifth waits in the queue"],
      ],
    },
    nonblocking: {
      strength: "one thread serves many clients, with nothing but recv and send",
      limit: "it burns a CPU while nobody speaks, or adds its pause to every answer",
      how: [
        "The sockets are told never to block. The loop asks each of them in turn: is there a client, are " +
        'there bytes? Mostly the answer is "would block", and it asks the next.',
        "With --pause it sleeps between two rounds. That frees the CPU, and each client now waits for the " +
        "end of the pause.",
      ],
      drawing: `
            ┌──▶ accept? ──▶ client 1? ──▶ client 2? ──▶ client 3? ──┐
            └──────────────────── never waits ◀──────────────────────┘`,
      strengths: [
        "No thread, no process, no readiness call: it works wherever there are sockets.",
        "It shows what the readiness calls are for.",
      ],
      weaknesses: [
        "Each round costs a call per client, even if all are silent.",
        "There is no good pause: a short one burns the CPU and a long one makes clients wait.",
      ],
      tries: [
        [
          "playground serve nonblocking",
          "and look at its CPU in top: about 100 % with no client at all",
        ],
        ["playground serve nonblocking --pause 10", "the CPU is free again"],
        [
          "playground flood --conns 10 --duration 3s",
          "compare the round trips with and without the pause",
        ],
      ],
    },
    select: {
      strength: "one thread sleeps until any of its sockets is ready, on every system there is",
      limit: "it looks at all sockets at each call, so many idle clients make it slow",
      how: [
        "The loop hands select a set of sockets to receive from and a set to send to, and sleeps until at " +
        "least one is ready. Then it serves the ready ones without ever waiting for a single one.",
        "The keyboard is one of its inputs: a line typed at the terminal stops the server.",
        "A client that does not read its answers is not read from either, so nothing piles up for it.",
      ],
      drawing: `
  client 1 ──┐
  client 2 ──┤
  client 3 ──┼──▶ select ── waits for all of them at once ──▶ serves the ready ones
  accept   ──┤
  keyboard ──┘`,
      strengths: [
        "Thousands of clients need no thread each and no lock.",
        "It waits without burning the CPU.",
      ],
      weaknesses: [
        "The cost of each call grows with the number of sockets, ready or not.",
        "A handler that takes long holds up everybody.",
      ],
      tries: [
        ["playground serve select", "type a line and press Enter: it stops"],
        ["playground flood --conns 1000 --duration 3s", "a thousand clients, one thread"],
        [
          "playground serve select --cpu 20",
          "and flood it: now every client waits for every other",
        ],
      ],
    },
    "select-queue": {
      strength: "receiving and answering are apart, so a slow reader delays nobody's input",
      limit: "select's cost for idle clients, and memory for what is queued",
      how: [
        "The second server of select. What arrives is put into a queue of the client's. When select says " +
        "that the client can be written to, the queue is worked off.",
        "A client is watched for writing only while its queue is not empty. Sockets are nearly always " +
        "writable: watched for it all the time, they would never let select sleep.",
      ],
      drawing: `
  readable ──▶ recv ──▶ queue of the client ──▶ handler ──▶ send ◀── writable
                          └── empty: not watched for writing
                          └── full: not watched for reading`,
      strengths: [
        "Short writes are nothing special: what was not sent stays owed.",
        "Work can be put off, reordered or dropped while it is in the queue.",
      ],
      weaknesses: [
        "Each message needs two reports of select, and a copy.",
        "The queue needs a limit, or a fast sender fills the memory.",
      ],
      tries: [
        ["playground serve select-queue", "listens on port 9999"],
        ["playground flood --port 9999 --conns 500 --duration 3s", "compare with select"],
        [
          "playground flood --port 9999 --no-wait --conns 10 --duration 2s",
          "senders that do not wait",
        ],
      ],
    },
    epoll: {
      strength: "the cost is that of the ready sockets only, however many are idle",
      limit: "its edge-triggered reports must be drained to the end, or bytes are left lying",
      how: [
        "The interest list stays with the system: a socket is added once, and a wait returns the ready ones " +
        "without looking at the others.",
        "Level-triggered, a socket is reported as long as it is ready. Edge-triggered, it is reported once, " +
        "when it becomes ready: the loop must receive until it would block, since it is not told again.",
      ],
      drawing: `
  interest list (kept by the system)
  client 1 · client 2 · client 3 · … · client 10,000
       └──────────┬────────────┘
                  ▼ only the ready ones
             epoll_wait ──▶ serves them, each until it would block`,
      strengths: [
        "Ten thousand idle clients cost nothing but memory.",
        "Edge-triggered, there is one report per arrival, and no call to change the interest.",
      ],
      weaknesses: [
        "It is Linux's own; here Deno's sockets play it on every platform.",
        "A handler that takes long holds up everybody.",
      ],
      tries: [
        ["playground serve epoll --trigger edge", "the default, as in the text"],
        ["playground serve epoll --trigger level", "the same answers, reported differently"],
        ["playground flood --conns 1000 --duration 3s", "compare the two with --quiet"],
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
  client 2 ◀──▶ function 2 ── await recv ──┼── Deno's event loop waits for all of them
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
  } satisfies Readonly<Record<string, ModelText>>,
};
