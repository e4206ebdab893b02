import type { ModelText } from "../model_text.ts";

/** The models in which several loops share the clients, in English. */
export const enMulticore = {
  reuseport: {
    strength: "every processor has a loop, and the loops share nothing at all",
    limit: "a hash decides who gets a client, and knows nothing of who is busy",
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
      "A ready client is served by whichever thread is free, whoever served it before.",
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
} satisfies Readonly<Record<string, ModelText>>;
