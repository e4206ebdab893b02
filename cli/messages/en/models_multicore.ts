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
} satisfies Readonly<Record<string, ModelText>>;
