import { enCoroutines } from "./models_coroutines.ts";
import { enLoops } from "./models_loops.ts";
import { enMulticore } from "./models_multicore.ts";
import { enWorkers } from "./models_workers.ts";

/** What people read of the models in English. */
export const enModels = {
  headings: {
    how: "How it works",
    drawing: "Who waits for whom",
    strengths: "Strengths",
    weaknesses: "Weaknesses",
    tries: "Try",
    handlers: "A handler that waits, and clients that meet",
  },

  /** By what serves a client. */
  handlers: {
    caller:
      "While a handler waits for a promise, the server serves nobody else. It has one client at a " +
      "time, so none hears what another one says.",
    process:
      "A handler that waits holds up its own client only. The child of a fork has no event loop, " +
      "so what needs one gets a runtime of its own (process) or is refused (prefork). What a client " +
      "says to others goes through the parent, which passes it on while it waits.",
    thread:
      "A handler that waits for a promise holds up its own client only: the thread waits. What a " +
      "client says to others goes through the supervisor to their threads, which hear it while they " +
      "wait to receive or to send.",
    loop:
      "While a handler waits for a promise, the loop serves all others. On the system's sockets the " +
      "loop would sleep in a call and not hear that the promise has resolved, so another thread makes " +
      "that call for a handler that is a file. What a client says to others is put into their outboxes " +
      "at once, and the loop sends it.",
    loops:
      "While a handler waits for a promise, its loop serves all others; the processes of workers have " +
      "no event loop, and refuse such a handler. What a client says to those of other loops goes through " +
      "the supervisor, or the parent of workers, and wakes the loop as a socket does.",
    sharedThread:
      "While a handler waits for a promise, its thread serves its other clients, and the loop " +
      "goes on. What a client says to those of other threads goes through the supervisor; an answer that " +
      "nobody has asked for takes the way of all others, to the loop or the sender.",
    threads:
      "While a handler waits for a promise, its thread goes on taking turns: its event loop runs. What " +
      "a client says to others goes through the supervisor to the threads that they are bound to, " +
      "which hear it while they follow or lead.",
    coroutine:
      "While a handler waits for a promise, only its coroutine waits. All clients are in one " +
      "thread: what one says to others is put into their outboxes at once, and their coroutines send it.",
  },

  models: { ...enWorkers, ...enLoops, ...enMulticore, ...enCoroutines },
};
