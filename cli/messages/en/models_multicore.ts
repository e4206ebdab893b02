import type { ModelText } from "../model_text.ts";

/** The models in which a loop, or several, use all processors, in English. */
export const enMulticore = {
  offload: {
    strength: "a handler that computes holds up only some clients, and the loop none",
    limit: "each message is handed over twice, which costs more than a short handler",
    how: [
      "One loop does all the I/O, as with epoll. It hands what it has received to one of a few threads " +
      "that run the handler, goes on at once, and sends the answer when the thread has it: half-sync/" +
      "half-async. libuv does its file system and its cryptography like this.",
      "Bytes cross through a ring in shared memory. An eventfd wakes the loop; on Deno's sockets, whose " +
      "loop is Deno's own, a message does.",
      "A client's session lives in the heap of one thread, and no other thread can see it. So a client is " +
      "bound to the thread with the fewest clients when it comes, and answers keep their order.",
      "A thread has one chunk of each client at a time, and stops for a client when 64 KiB of its answers " +
      "are unsent. While a thread has no room, the loop leaves the bytes of its clients unreceived. So " +
      "neither a slow reader nor a busy thread makes the memory grow.",
    ],
    drawing: `
  client 1 ──┐          ┌─ ring ─▶ thread 1 ── computes for clients 1 and 3
  client 2 ──┼──▶ loop ─┤
  client 3 ──┤    ▲     └─ ring ─▶ thread 2 ── computes for client 2
  accept   ──┘    └── eventfd ◀── rings: the answers
             waits in epoll_wait, and for nobody else`,
    strengths: [
      "The loop accepts, receives and sends while handlers compute.",
      "It uses all CPUs, with as many threads as there are CPUs, however many clients come.",
      "When the code of a handler breaks a thread, the clients of that thread end, and no others.",
    ],
    weaknesses: [
      "A short handler costs less than the two hand-overs: then epoll is faster.",
      "A thread that computes holds up the other clients that are bound to it.",
    ],
    tries: [
      ["playground serve offload --cpu 50 --workers 2 --watch", "two lanes, one for each thread"],
      [
        "playground flood --conns 8 --duration 3s",
        "now compare with: playground serve epoll --cpu 50",
      ],
      ["playground flood --conns 200 --duration 3s", "without --cpu, the hand-overs show"],
    ],
  },
  pipeline: {
    strength: "each stage goes at its own speed, and a full queue refuses instead of swelling",
    limit: "each message crosses two queues, and who is refused has to come again",
    how: [
      "The work on a message is divided into stages, and each has threads of its own: one receives, " +
      "--workers N run the handler, and one sends. Between them are bounded queues: SEDA.",
      "At most --queue messages wait for the handler. A client with one more is refused and counted: the " +
      "http handler answers 503, and any other connection is reset, because an end of stream would " +
      "look like an answer. So whoever is admitted waits no longer than the queue is long.",
      "Behind the handler nobody is refused, since the work is done: when the queue to the sender is full, " +
      "the handler waits, and the first queue fills. In front of the first stage is the backlog.",
      "A session lives in one thread, so each thread of the handler has clients of its own, and the bound " +
      "counts the messages of all of them. It is for --sockets libc: a connection of Deno's cannot " +
      "be sent on by another thread.",
    ],
    drawing: `
  client 1 ──┐            ┌─ queue ─▶ thread 1 ─┐
  client 2 ──┼─▶ receives ┤                     ├─ queue ─▶ sends ══▶ clients
  client 3 ──┘     ▲      └─ queue ─▶ thread 2 ─┘             │
                   │        └── full: 503, or a reset         │
                   └── eventfd: the next message can come ◀───┘`,
    strengths: [
      "Under twice the load that it can bear, those who are admitted are still answered soon.",
      "A client that does not read its answers blocks neither the handler nor other clients.",
      "The length of each queue shows which stage is too slow.",
    ],
    weaknesses: [
      "Every message is handed from thread to thread three times.",
      "The right bound depends on how long clients will wait, which the server does not know.",
    ],
    tries: [
      ["playground lab overload", "the claim, put to the test"],
      ["playground serve pipeline --cpu 20 --queue 4 --workers 1", "in a first terminal"],
      ["playground flood --conns 20 --duration 3s", "five are served, and the others are refused"],
    ],
  },
} satisfies Readonly<Record<string, ModelText>>;
