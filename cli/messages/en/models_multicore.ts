import type { ModelText } from "../model_text.ts";

/** The models in which several workers share the clients, in English. */
export const enMulticore = {
  reuseport: {
    strength: "every processor has a loop, and the loops share nothing at all",
    limit: "a hash decides which loop gets a client, and does not know which one is busy",
    how: [
      "Each loop is that of epoll, in a thread of its own, with a listener of its own. All listeners are " +
      "bound to the same port, which SO_REUSEPORT allows. The system hashes the addresses and ports of " +
      "a new connection, and puts it into the backlog of the listener that the hash names.",
      "So the loops need no lock and no queue, and no loop wakes up for a client that another one gets. " +
      "nginx does so when its configuration says reuseport.",
      "The hash is even only on average, and it does not know which loop is busy. Clients in the backlog of " +
      "a loop that computes wait for it, even if all others are idle.",
      "On the system's sockets the listeners stay open when a worker fails, and the one that takes its " +
      "place accepts the clients in the backlog. On Deno's sockets they end with the worker.",
    ],
    drawing: `
                      ┌──▶ listener 1 ──▶ loop 1: epoll_wait, serves its own
  clients ──▶ hash ───┼──▶ listener 2 ──▶ loop 2: epoll_wait, serves its own
                      └──▶ listener 3 ──▶ loop 3: computes; its backlog waits`,
    strengths: [
      "It uses all CPUs, and nothing is shared that could become a bottleneck.",
      "Connecting scales as well: each listener has a backlog and a lock of its own in the kernel.",
    ],
    weaknesses: [
      "A loop that is held up holds up all clients that the hash gives it.",
      "With few clients the loops have very unequal shares.",
      "It is Linux that spreads the connections: other systems may give all of them to one listener.",
    ],
    tries: [
      ["playground serve reuseport --workers 2 --watch", "look at the lanes: a loop each"],
      ["playground flood --conns 1000 --duration 3s", "about as many on each"],
      ["playground lab stuck-worker", "who waits while one loop computes"],
    ],
  },
  workers: {
    strength: "a loop on each processor, and a crash ends only one of them",
    limit: "a client stays with the worker that accepted it, however busy that is",
    how: [
      "The master listens, forks --workers workers, and from then on waits for the dead and forks another " +
      "in the place of each. Each worker runs the loop of epoll, in which the inherited listener is one of " +
      "the sockets. This is nginx.",
      "A client that connects makes the listener readable in all workers at once. With --wake all the " +
      "system wakes every worker that waits: one of them accepts, and to the others accept says that it " +
      "would block, the thundering herd. With --wake exclusive, EPOLLEXCLUSIVE, it wakes as few as it can.",
      "Nobody deals the clients out: the worker that accepts first has the client. One that waits wins over " +
      "one that is busy, which is mostly what one wants.",
      "It forks, so it has only the system's sockets. In a worker no event loop of JavaScript turns: a " +
      "handler that needs one is refused.",
    ],
    drawing: `
               ┌──▶ epoll 1 ── worker 1 ══ clients 1, 4, 5
  listener ────┼──▶ epoll 2 ── worker 2 ══ clients 2, 6
               └──▶ epoll 3 ── worker 3 ══ client 3
  master ── waits for the dead`,
    strengths: [
      "It uses all CPUs, and each worker serves as many clients as epoll does.",
      "Workers share nothing but the listener: no lock, and no worker waits for another.",
      "A worker that crashes takes its own clients with it, and another takes its place.",
    ],
    weaknesses: [
      "A slow handler holds up all clients of its worker.",
      "With --wake all, each new client costs a wake-up in every worker that waits.",
    ],
    tries: [
      ["playground serve workers --workers 4 --watch --open", "a lane for each worker"],
      ["playground flood --conns 200 --duration 3s", "in a second terminal"],
      [
        "playground serve workers --wake exclusive --stats",
        "Ctrl-C shows how many wake-ups there were",
      ],
      ["playground lab thundering-herd", "counts who wakes up for one client"],
    ],
  },
  reactors: {
    strength: "the one that accepts chooses the loop, so the loops can be kept equally busy",
    limit:
      "each connection is handed over: a queue, a wake-up, and one thread that accepts for all",
    how: [
      "One thread does nothing but accept. It puts each connection into the queue of a loop, in memory that " +
      "both see, and writes to the eventfd of that loop. The loop watches the eventfd as it would watch " +
      "a listener: when it is readable, there are connections in the queue.",
      "From then on the connection is the loop's own. It never moves again.",
      "The loops get clients in turn (--hand round-robin), or each goes to the loop that has the fewest " +
      "(--hand least-busy), which matters when some stay longer than others.",
      "memcached passes connections to its threads in this way, and Netty calls the two sides boss and " +
      "workers. It needs the system's sockets, on which a thread can pass on a descriptor.",
    ],
    drawing: `
                              ┌──▶ queue, eventfd ──▶ loop 1: epoll_wait
  listener ──▶ accept ── hand ├──▶ queue, eventfd ──▶ loop 2: epoll_wait
                              └──▶ queue, eventfd ──▶ loop 3: epoll_wait`,
    strengths: [
      "It uses all CPUs, and the shares of the loops are as equal as the one who hands out makes them.",
      "A client can be given to a loop for a reason: the fewest clients, the same host, a class of service.",
    ],
    weaknesses: [
      "A connection costs a wake-up of another thread before its first byte is received.",
      "The fewest clients is not the least work, and a client never changes its loop.",
    ],
    tries: [
      ["playground serve reactors --workers 2 --watch", "look at the lanes: a loop each"],
      ["playground flood --conns 1000 --duration 3s", "exactly as many on each"],
      [
        "playground serve reactors --hand least-busy --watch",
        "close some clients, and open others",
      ],
    ],
  },
  "leader-followers": {
    strength:
      "the thread that sees a client's bytes serves them: no queue, and no other thread to wake",
    limit:
      "a session lives in one thread, so a handler that keeps a state needs a hand-over after all",
    how: [
      "There is one epoll, and one thread at a time waits in it for all clients: the leader. When a client " +
      "is ready, the leader names one of the threads that follow as the next leader, and then serves the " +
      "client itself. Then it follows. Pattern-Oriented Software Architecture describes it in volume 2.",
      "EPOLLONESHOT reports a client to one thread, and then to nobody until that thread asks again. So " +
      "several threads can share all clients, and no two of them ever have the same one.",
      "A thread has a client only for one message, and may block meanwhile: receive, compute, and send all.",
      "In JavaScript a session cannot move between threads. The handlers echo, discard and upper remember " +
      "nothing, so any thread can serve any client. For all others each client is bound to the thread that " +
      "accepted it: the leader hands its events to that thread, and goes on leading.",
    ],
    drawing: `
  client 1 ─┐            ┌── leader: waits in epoll_wait for all of them
  client 2 ─┼── epoll ───┤   then: names the next leader, serves, asks again
  client 3 ─┘ (one-shot) └── followers: one serves, the others sleep`,
    strengths: [
      "Any free thread serves a client that is ready, even if another one served it before.",
      "The thread that serves is awake already, and the client's bytes cross to no other processor.",
    ],
    weaknesses: [
      "Two more calls for each message: one to ask for the next event, and one to wake the next leader.",
      "As many clients that take nothing as there are threads stop the service for all others.",
    ],
    tries: [
      [
        "playground serve leader-followers --workers 4 --watch",
        "the bars of a client change lanes",
      ],
      ["playground flood --conns 50 --duration 3s", "compare with reactors"],
      [
        "playground serve leader-followers --workers 4 --handler http --watch",
        "now each client keeps its lane",
      ],
    ],
  },
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
    limit: "each message crosses two queues, and a client that is refused has to come again",
    how: [
      "The work on a message is divided into stages, and each has threads of its own: one receives, " +
      "--workers N run the handler, and one sends. Between them are bounded queues: SEDA.",
      "At most --queue messages wait for the handler. A client with one more is refused and counted: the " +
      "http handler answers 503, and any other connection is reset, because an end of stream would " +
      "look like an answer. So a message that is admitted waits no longer than the queue is long.",
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
      "Under twice the load that it can bear, it still answers soon what it has admitted.",
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
