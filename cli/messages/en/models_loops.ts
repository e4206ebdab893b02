import type { ModelText } from "../model_text.ts";

/** The models in which one loop serves all clients, in English. */
export const enLoops = {
  nonblocking: {
    strength: "one thread serves many clients, with nothing but recv and send",
    limit: "it burns a CPU while nobody speaks, or adds its pause to every answer",
    how: [
      "The server makes its sockets nonblocking. The loop asks each of them in turn: is there a client, are " +
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
    strength: "one thread sleeps until any of its sockets is ready, and any system can do it",
    limit: "each call scans all sockets, so many idle clients make it slow",
    how: [
      "The loop hands select a set of sockets to receive from and a set to send to, and sleeps until at " +
      "least one is ready. Then it serves the ready ones without ever waiting for a single one.",
      "The keyboard is one of its inputs: a line typed at the terminal stops the server.",
      "The loop receives nothing from a client that does not read its answers, so nothing piles up for it.",
    ],
    drawing: `
  client 1 ──┐
  client 2 ──┤
  client 3 ──┼──▶ select: waits for all of them ──▶ serves the ready
  accept   ──┤
  keyboard ──┘`,
    strengths: [
      "Thousands of clients need neither threads nor locks.",
      "It waits without burning the CPU.",
    ],
    weaknesses: [
      "The cost of each call grows with the number of sockets, ready or not.",
      "A slow handler holds up everybody.",
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
    strength: "receiving and answering are separate, so a slow reader delays nobody's input",
    limit: "select's cost for idle clients, and memory for what is queued",
    how: [
      "This is the second server on select. It puts what arrives into the client's queue. When select " +
      "reports the client writable, it works through the queue.",
      "The loop watches a client for writing only while its queue is not empty. Sockets are nearly " +
      "always writable: watching them all the time would never let select sleep.",
    ],
    drawing: `
  readable ──▶ recv ──▶ the client's queue ─▶ handler ─▶ send ◀─ writable
                          └── empty: not watched for writing
                          └── full: not watched for reading`,
    strengths: [
      "Short writes are nothing special: what was not sent stays in the queue.",
      "Work can be postponed, reordered or dropped while it is in the queue.",
    ],
    weaknesses: [
      "Each message needs two reports from select, and a copy.",
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
  poll: {
    strength: "one thread and one list of any length, which need not be rebuilt for each call",
    limit: "each call scans the whole list, so many idle clients make it slow",
    how: [
      "Each entry of the list holds a socket and the events to watch for; the call fills in the events " +
      "it found. So the loop adds a client once and changes its entry only when the client waits for " +
      "something else, while select overwrites the sets it is given.",
      "The loop hands over the whole list each time, and the system scans every entry to find the one " +
      "that is ready. To avoid that, the list would have to stay with the system: that is epoll.",
      "The loop takes a client off the list while its answer is not due yet. Otherwise an error, which " +
      "poll reports whatever the entry asks for, would wake the loop again and again.",
    ],
    drawing: `
  the list (kept by the program)          each call looks at all of it
  client 1 │ to receive │ found: nothing   ──┐
  client 2 │ to send    │ found: to send   ──┼──▶ poll ──▶ serves client 2
  client 3 │ to receive │ found: nothing   ──┤
  accept   │ to receive │ found: nothing   ──┘`,
    strengths: [
      "Any descriptor can be watched: select's sets end at FD_SETSIZE, mostly 1,024.",
      "Requested and found events are separate, so nothing has to be copied before a call.",
    ],
    weaknesses: [
      "The cost of each call grows with the number of sockets, ready or not, as select's does.",
      "A slow handler holds up everybody.",
    ],
    tries: [
      ["playground serve poll --stats", "Ctrl-C shows how many sockets each wake-up scanned"],
      ["playground flood --conns 1000 --rate 1 --duration 5s", "many clients that seldom speak"],
      ["playground serve epoll --stats", "flood it in the same way, and compare"],
    ],
  },
  epoll: {
    strength: "only the ready sockets cost anything, however many are idle",
    limit: "after an edge-triggered report the loop must drain the socket, or bytes stay unread",
    how: [
      "The interest list stays with the system: a socket is added once, and a wait returns the ready ones " +
      "without looking at the others.",
      "Level-triggered, a socket is reported as long as it is ready. Edge-triggered, it is reported once, " +
      "when it becomes ready: the loop must receive until it would block, since no second report comes.",
      "One-shot, a socket is reported once and then not watched until the loop re-arms it. That is for " +
      "several threads that wait on one list: epoll gives each client to only one of them.",
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
      "Only Linux has it: elsewhere, and without --sockets libc, Deno's sockets imitate it.",
      "A slow handler holds up everybody.",
    ],
    tries: [
      ["playground serve epoll --trigger edge", "the default, as in the text"],
      ["playground serve epoll --trigger level", "the same answers, reported differently"],
      [
        "playground serve epoll --oneshot",
        "the same again, with a call per message to ask for the next report",
      ],
      ["playground flood --conns 1000 --duration 3s", "compare them with --quiet"],
    ],
  },
  uring: {
    strength: "one system call hands over a whole batch of requests, and brings what was done",
    limit:
      "the system receives ahead, so it needs buffers, and requests must end before a socket can",
    how: [
      "Readiness answers a question: which socket would not block? Then the loop makes the call. A completion " +
      "answers a request: receive from this socket, and say when it is done. The loop writes its requests into " +
      "one ring and finds what was done in another. It shares both with the system, so a request is no system " +
      "call. One io_uring_enter hands over all that a turn has requested, and waits for completions.",
      "To accept and to receive are requested once. They complete again and again (multishot), until they " +
      "fail or the loop cancels them. When bytes have arrived, the system takes a buffer for them out of a ring " +
      "of provided buffers, so silent clients need none. The answer is sent from that buffer.",
      "The loop receives nothing from a client that does not read its answers: what has come meanwhile is " +
      "kept, and the request to receive is cancelled.",
    ],
    drawing: `
  the loop                     in shared memory             the system
  asks for it        ──▶ requests    [ r │ s │ s │ a ] ──▶ does it when it can
  serves the client  ◀── completions [ r │ r │ s │   ] ◀── bytes in buffer 7
  has sent buffer 7  ──▶ buffers     [ 5 │ 9 │ 7 │   ] ──▶ takes the next one
                  └── io_uring_enter: one call for the batch ──┘`,
    strengths: [
      "A message takes one system call, or a small part of one when many clients speak; epoll needs two or more.",
      "Files and timers complete in the same way; epoll has nothing to say of files.",
    ],
    weaknesses: [
      "With large messages the copying costs more than the calls, and many buffers fall out of the cache.",
      "It needs Linux 6.1 or later, and containers often forbid it because of security holes it has had.",
      "A slow handler holds up everybody.",
    ],
    tries: [
      ["playground serve uring --stats", "Ctrl-C shows how many system calls a message took"],
      ["playground flood --sockets libc --conns 200 --duration 3s", "many messages in one call"],
      ["playground serve epoll --sockets libc --stats", "flood it in the same way, and compare"],
      ["playground lab readiness-or-completion", "both, with few clients and many"],
    ],
  },
} satisfies Readonly<Record<string, ModelText>>;
