import type { ModelText } from "../model_text.ts";

/** The models in which a coroutine serves each client, and is resumed by us, in English. */
export const enCoroutines = {
  coroutine: {
    strength: "code that reads like the blocking server, and thousands of clients in one thread",
    limit: "its scheduler knows nobody's reason to wait, so it asks everybody all the time",
    how: [
      "A client's task is a generator. Where the blocking server would wait, the task yields: it stays " +
      "in the middle of its loop, with all its variables, until it is resumed.",
      "The scheduler is passive. It cannot interrupt anybody, and takes all tasks in turn; one that " +
      "still cannot go on yields again. With --pause it sleeps between two rounds.",
    ],
    drawing: `
  ┌─▶ client 1's task ─ yield ─▶ client 2's task ─ yield ─▶ accept ─ yield ─┐
  └─────────────────── the scheduler: whose turn is it? ◀───────────────────┘`,
    strengths: [
      "What a client has come to stands in its code, and in no table.",
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
    strength: "a greenlet is resumed only when its socket is ready, and says itself who goes on",
    limit: "every switch is written by hand, and one that is missing holds up everybody",
    how: [
      "Each client has a greenlet, a coroutine that is named: main.switch() leaves it where it is, and goes " +
      "on in the main one. That waits for all sockets in one call, and switches back to the greenlet " +
      "whose socket is ready.",
      "A greenlet that ends goes on in its parent. What it throws arrives there, too, and so does " +
      "what is switched to one that has ended.",
    ],
    drawing: `
                       ┌── client.switch() ──▶ greenlet of client 1
  main: epoll_wait ──▶ │                             │ would block
        ▲              └── …                         │
        └──────────────────── main.switch() ─────────┘`,
    strengths: [
      "Nobody is asked in vain: idle clients cost nothing but memory.",
      "Who runs after whom is in the code, and is no accident.",
    ],
    weaknesses: [
      "Each place that could wait has to know whom to switch to.",
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
      "Each client has a greenlet, as above, but nobody switches by hand: recv, send, accept and sleep " +
      "do it where they would wait. A hub waits for all sockets and timers in one call, and switches " +
      "to those that can go on.",
      "In Python that happens behind the back of ordinary code, by patching its sockets. Here each " +
      "place that can wait is marked by yield*, which the language asks for; that is all there is to see.",
    ],
    drawing: `
  greenlet of client 1: recv … ──┐
  greenlet of client 2: send … ──┼─▶ hub: epoll_wait, timers ─▶ who goes on
  greenlet of client 3: sleep …──┘`,
    strengths: [
      "Code that is read from top to bottom, with loops, try and finally as they always were.",
      "Timeouts, pools, queues and events come with it, and anything that waits can be ended.",
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
