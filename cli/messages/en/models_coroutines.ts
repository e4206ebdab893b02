import type { ModelText } from "../model_text.ts";

/** The models in which a coroutine serves each client, and is resumed by the program, in English. */
export const enCoroutines = {
  coroutine: {
    strength: "code that reads like the blocking server, and thousands of clients in one thread",
    limit: "its scheduler does not know what a task waits for, so it asks every task all the time",
    how: [
      "A client's task is a generator. Where the blocking server would wait, the task yields: it stays " +
      "in the middle of its loop, with all its variables, until it is resumed.",
      "The scheduler is passive. It cannot interrupt a task, and resumes all of them in turn; a task that " +
      "still cannot go on yields again. With --pause the scheduler sleeps between two rounds.",
    ],
    drawing: `
  ┌─▶ client 1's task ─ yield ─▶ client 2's task ─ yield ─▶ accept ─ yield ─┐
  └─────────────────── the scheduler: whose turn is it? ◀───────────────────┘`,
    strengths: [
      "The code itself shows how far a client has come; no table has to.",
      "A switch costs some tens of nanoseconds: millions of them a second are no problem.",
    ],
    weaknesses: [
      "It burns the CPU while nobody speaks, or adds its pause to every answer.",
      "A task that computes, or forgets to yield, holds up everybody.",
    ],
    tries: [
      ["playground demo yield", "two tasks that take turns, and nothing else"],
      ["playground serve coroutine", "and look at its CPU in top, with no client at all"],
      ["playground serve gevent", "the same code, and a hub that knows who waits for what"],
    ],
  },
  greenlet: {
    strength:
      "a greenlet resumes only when its socket is ready, and decides itself which one runs next",
    limit: "every switch is written by hand, and a missing one holds up everybody",
    how: [
      "Each client has a greenlet, a coroutine with a name: main.switch() suspends it and resumes the " +
      "main greenlet. The main greenlet waits for all sockets in one call, and switches back to the " +
      "greenlet whose socket is ready.",
      "When a greenlet ends, its parent resumes. The parent also gets the errors that the greenlet " +
      "throws, and the values that others switch to it after its end.",
    ],
    drawing: `
                       ┌── client.switch() ──▶ greenlet of client 1
  main: epoll_wait ──▶ │                             │ would block
        ▲              └── …                         │
        └──────────────────── main.switch() ─────────┘`,
    strengths: [
      "The loop asks nobody in vain: idle clients cost nothing but memory.",
      "The code says which greenlet runs next; it is no accident.",
    ],
    weaknesses: [
      "Each place that could wait has to know which greenlet to switch to.",
      "A greenlet that computes holds up everybody.",
    ],
    tries: [
      ["playground demo greenlet", "two greenlets that switch to each other"],
      ["playground serve greenlet", "then, elsewhere: playground flood --conns 1000"],
    ],
  },
  gevent: {
    strength: "the code of the blocking server, word for word, for ten thousand clients",
    limit: "a greenlet that computes starves all others, though the hub says which one it was",
    how: [
      "Each client has a greenlet, but nobody switches by hand: recv, send, accept and sleep switch " +
      "where they would wait. A hub waits for all sockets and timers in one call, and switches to the " +
      "greenlets that can go on.",
      "In Python, gevent does that behind the back of ordinary code, by patching its sockets. Here the " +
      "language requires a yield* at each place that can wait; nothing else shows.",
    ],
    drawing: `
  greenlet of client 1: recv … ──┐
  greenlet of client 2: send … ──┼─▶ hub: epoll_wait, timers ─▶ who goes on
  greenlet of client 3: sleep …──┘`,
    strengths: [
      "Code that is read from top to bottom, with ordinary loops, try and finally.",
      "Timeouts, pools, queues, events and promises come with it, and every wait can be ended.",
    ],
    weaknesses: [
      "One thread is one CPU: waiting is shared, computing is not.",
      "Between two waits a greenlet has the thread to itself, however long that takes.",
    ],
    tries: [
      ["playground demo gevent-sleep", "greenlets that sleep at the same time"],
      ["playground serve gevent --cpu 50", "flood it, and the hub says who held it up"],
      [
        "playground serve gevent --sockets libc --quiet",
        "flood it, and then epoll in the same way",
      ],
    ],
  },
} satisfies Readonly<Record<string, ModelText>>;
