import type { ModelText } from "../model_text.ts";

/** The models that use several processors, in English. */
export const enMulticore = {
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
      "Nobody deals the clients out: whoever is first in accept has them. A worker that waits wins over " +
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
} satisfies Readonly<Record<string, ModelText>>;
